import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createBackoff } from '../backoff.ts';
import { createChanges } from '../changes.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import { claimRow, type Holding, readHolder, releaseRow, renewRow } from './sole-process-row.ts';

export type SoleProcessOptions = {
  url: string;
  /** The lease's name; processes that exclude one another use the same. */
  name: string;
  /** How this process is called in another one's error; must differ between any two starts. */
  holder: string;
  logger: Logger;
  /** Called once when the lease is no longer ours: another process runs, so this one must stop. */
  onLost(reason: Error): void;
  /** How long others keep out while it cannot be told whether we live; renewed every third of it. 15,000 if unset. */
  ttlMs?: number;
};

/** Disposing lets another process start at once; 2 s at most. */
export type SoleProcess = AsyncDisposable;

/** Another process holds the lease. */
export class SoleProcessRefused extends Error {
  override readonly name = 'SoleProcessRefused';
  readonly holder: string;
  /** When the holder connected to the database. */
  readonly since: Date | null;

  constructor(current: { holder: string; since: Date | null }) {
    const since = current.since === null ? '' : `, connected since ${current.since.toISOString()}`;
    super(`Another process is running on this database: ${current.holder}${since}.`);
    this.holder = current.holder;
    this.since = current.since;
  }
}

/**
 * Makes sure that one process at a time runs on a database. It keeps a connection of its own: when that one is gone
 * from Postgres (the process was killed, Postgres was restarted) another process may take over at once, else only when
 * the lease has ended. It must reach Postgres itself: a pooler's connections outlive processes, and end without them.
 *
 * Rejects with SoleProcessRefused while another process holds it, and with what `pg` says when the database cannot be
 * reached. A database that goes away later is tried again until it is back.
 */
export async function claimSoleProcess(options: SoleProcessOptions): Promise<SoleProcess> {
  const { name, holder, logger, ttlMs = 15_000 } = options;
  const { changed, until } = createChanges();
  const backoff = createBackoff({ minMs: 50, maxMs: ttlMs / 3, random: Math.random });
  let isOver = false;
  let client: pg.Client | undefined;
  client = await connect();
  const holding = await claim(client).catch(async (error: unknown) => {
    await drop();
    throw error;
  });

  async function connect(): Promise<pg.Client> {
    const opened = new pg.Client({
      connectionString: options.url,
      application_name: name,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    opened.on('error', () => {});
    opened.on('end', () => {
      if (client !== opened) return;
      client = undefined;
      changed();
    });
    await opened.connect();
    return opened;
  }

  async function drop(): Promise<void> {
    const dropped = client;
    client = undefined;
    if (dropped !== undefined) await within(1_000, dropped.end());
  }

  async function claim(connection: pg.Client): Promise<Holding> {
    // Postgres notices a moment later than the parent that a killed process is gone.
    for (let triesLeft = 10; ; triesLeft--) {
      const claimed = await claimRow(connection, { name, holder, ttlMs });
      if (claimed !== null) return claimed;
      if (triesLeft === 0) throw await refusal(connection);
      await sleep(100);
    }
  }

  async function refusal(connection: pg.Client): Promise<SoleProcessRefused> {
    const current = await readHolder(connection, name);
    return new SoleProcessRefused(current ?? { holder: 'unknown', since: null });
  }

  async function keep(): Promise<void> {
    let pauseMs = ttlMs / 3;
    // A connection that broke is made anew at once: without it others may take over.
    const isBroken = () => client === undefined && backoff.failures === 0;
    while (!isOver) {
      await until(() => isOver || isBroken(), pauseMs);
      if (isOver) return;
      try {
        client ??= await connect();
        if (isOver) return;
        if (!(await renewRow(client, holding, ttlMs))) return await lose(await refusal(client));
        if (backoff.failures > 0) logger.info({ event: 'sole_process_renewed', name }, 'lease renewed again');
        backoff.reset();
        pauseMs = ttlMs / 3;
      } catch (error) {
        if (backoff.failures === 0)
          logger.error({ event: 'sole_process_alone', name, err: error }, 'lease not renewed');
        pauseMs = backoff.nextMs();
        await drop();
      }
    }
  }

  async function lose(reason: Error): Promise<void> {
    isOver = true;
    logger.error({ event: 'sole_process_lost', name, err: reason }, 'lease lost');
    await drop();
    options.onLost(reason);
  }

  const keeping = keep();

  return {
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      isOver = true;
      changed();
      const released = async () => {
        await keeping;
        if (client !== undefined) await releaseRow(client, holding);
      };
      await within(1_000, released());
      await drop();
      // It may have been about to connect.
      void keeping.then(drop);
    },
  };
}
