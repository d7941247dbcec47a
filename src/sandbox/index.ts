import { createServer } from 'node:http';
import { type Clock, systemClock } from '../platform/clock.ts';
import { createIds, type Ids } from '../platform/ids.ts';
import { type Control, createControl, loadAll } from './control.ts';
import { createHandler } from './handler.ts';
import { createIdentifiers } from './identifiers.ts';
import { type Knobs, realKnobs } from './knobs.ts';
import { createLedger } from './ledger.ts';
import { createMessageLog } from './message-log.ts';
import { createMessageStore } from './message-store.ts';
import { createRandomRow } from './random-row.ts';
import { createStateFile } from './state-file.ts';
import { createTimers } from './timers.ts';
import { createWebhooks } from './webhooks.ts';
import type { World } from './world.ts';

export type { Control } from './control.ts';
export { fastKnobs, type Knobs } from './knobs.ts';
export type { LedgerSend } from './ledger.ts';
export { MAGIC_RECIPIENTS } from './magic-recipients.ts';
export { FAULTS } from './types.ts';

export type SandboxOptions = {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** The global key. */
  apiKey: string;
  /** `clientName` in answers. Default `evofleet-sandbox`. */
  name?: string;
  /**
   * Where instances, webhooks, settings and groups survive a restart, and messages in `<file>.messages` beside it;
   * without it nothing does.
   */
  stateFile?: string;
  /** Laid over the times of a real server (`realKnobs`); `fastKnobs` suit tests. */
  knobs?: Partial<Knobs>;
  /** Timestamps only; waiting always takes real time. */
  clock?: Clock;
  ids?: Pick<Ids, 'base36' | 'bytes' | 'random'>;
};

export type Sandbox = {
  /** Base URL, without a slash at the end. */
  url: string;
  control: Control;
  /** Ends open connections and webhook calls under way, and writes the state. */
  close(): Promise<void>;
};

/**
 * A simulated Evolution API 2.3.6 server: the routes of instances, sends, chats, groups, webhooks and settings, its errors
 * and its traps included. The same control is under `/__sandbox` with the same key.
 * @throws when the port is taken or the state file cannot be read.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? systemClock;
  const knobs: Knobs = { ...realKnobs, ...options.knobs };
  const webhooks = createWebhooks();
  const state = options.stateFile === undefined ? undefined : createStateFile(options.stateFile);
  const log = options.stateFile === undefined ? undefined : createMessageLog(`${options.stateFile}.messages`);
  const rows = new Map((state?.load() ?? []).map((row) => [row.name, row]));
  const world: World = {
    clientName: options.name ?? 'evofleet-sandbox',
    apiKey: options.apiKey,
    url: '',
    clock,
    identifiers: createIdentifiers(options.ids ?? createIds()),
    knobs,
    chance: createRandomRow(knobs.seed),
    ledger: createLedger(() => knobs.ledgerLimit),
    timers: createTimers(),
    rows,
    lives: new Map(),
    messages: createMessageStore(log),
    emit: (live, event, data) => webhooks.emit(world, live, event, data),
    changed: () => state?.save(() => [...rows.values()]),
  };
  const control = createControl(world, webhooks);
  const server = createServer(createHandler(world, control));

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  world.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  loadAll(world);

  return {
    url: world.url,
    control,
    async close() {
      world.timers.clear();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, webhooks.close(), state?.flush()]);
      log?.close();
    },
  };
}
