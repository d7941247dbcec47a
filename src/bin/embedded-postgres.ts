import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ensureDataDir, publishDatabase } from './data-dir.ts';
import { postgresBinaries } from './embedded-binaries.ts';
import { ensureCluster } from './embedded-cluster.ts';
import { clusterOwner } from './embedded-owner.ts';
import { waitForPredecessor } from './embedded-predecessor.ts';
import { type PostgresServer, startServer } from './embedded-server.ts';
import { createSocketFolder } from './embedded-socket.ts';

/** A running embedded Postgres. Where it ends by itself it is started again, under the same URL, until `close`. */
export interface EmbeddedPostgres {
  url: string;
  close(): Promise<void>;
}

const restartPauseMsMax = 5_000;

const settings = {
  listen_addresses: '',
  max_connections: '120',
  shared_buffers: '128MB',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
  // In the server's log this order is warning < error < log: failed statements, which may name people, stay out of it.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/**
 * Starts the Postgres 18 of the npm packages on the cluster under `<dataDir>/postgres/18`, created when absent, and
 * publishes its URL in DATA_DIR. Call it while you hold the DATA_DIR (`claimDataDir`). It listens on a unix socket
 * alone, and it ends with this process, however that ends. `log` gets Postgres' own lines; `onEnded` hears why one that
 * nobody closed is started again.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log(line: string): void;
  onEnded?(why: number | NodeJS.Signals): void;
}): Promise<EmbeddedPostgres> {
  const dataDir = await ensureDataDir(options.dataDir);
  const home = join(dataDir, 'postgres');
  const cluster = join(home, '18');
  await mkdir(home, { recursive: true });
  // Postgres passes through it on the way from the cluster to the socket.
  await chmod(home, 0o711);
  const owner = await clusterOwner(cluster);
  const binaries = await postgresBinaries({ owner, dataDir });
  await waitForPredecessor(cluster, options.log);
  await ensureCluster({ binaries, owner, cluster, durable: true });
  const socket = await createSocketFolder(home, owner);
  const start = () =>
    startWhenFree(async () => {
      await waitForPredecessor(cluster, options.log);
      return startServer({
        binaries,
        owner,
        cluster,
        settings: { ...settings, unix_socket_directories: socket.server },
        log: options.log,
      });
    });
  let server = await start();
  let isClosing = false;

  async function keepRunning(): Promise<void> {
    while (!isClosing) {
      const why = await server.ended;
      if (isClosing) return;
      options.onEnded?.(why);
      for (let pauseMs = 100; !isClosing; pauseMs = Math.min(2 * pauseMs, restartPauseMsMax)) {
        const started = await start().catch((error: unknown) => options.log(String(error)));
        if (started !== undefined) {
          server = started;
          break;
        }
        await delay(pauseMs);
      }
    }
  }
  const running = keepRunning();
  const close = async () => {
    isClosing = true;
    await server.stop();
    await running;
    // One that was just being started.
    await server.stop();
    await socket.remove();
  };
  try {
    const url = (database: string) =>
      `postgres://postgres@localhost/${database}?host=${encodeURIComponent(socket.client)}`;
    await ensureDatabase(url('postgres'));
    await publishDatabase(dataDir, url('evolution'));
    return { url: url('evolution'), close };
  } catch (error) {
    await close();
    throw error;
  }
}

// A postmaster that was killed leaves backends that need a moment to let go of its shared memory; one that was just
// starting when its parent was killed may take the lock file once more before it ends.
async function startWhenFree(start: () => Promise<PostgresServer>): Promise<PostgresServer> {
  const until = performance.now() + 5_000;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const mayPass = error instanceof Error && /shared memory block|lock file "postmaster.pid"/.test(error.message);
      if (!mayPass || performance.now() > until) throw error;
      await delay(100);
    }
  }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  try {
    await client.connect();
    const present = await client.query("SELECT 1 FROM pg_database WHERE datname = 'evolution'");
    if (present.rowCount === 0) await client.query('CREATE DATABASE evolution');
  } finally {
    await client.end();
  }
}
