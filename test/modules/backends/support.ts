import { expect } from 'vitest';
import { type Backends, createBackends } from '../../../src/modules/backends/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { fastKnobs, type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

export const apiKey = 'a-global-key-of-a-backend';

/** One process's view of a pool, and sandboxes to be in it. */
export type Pool = {
  database: TestDatabase;
  logs: Record<string, unknown>[];
  /** The backends as another process has them. */
  process(options?: { readTimeoutMs?: number; trialEveryMs?: number }): Backends;
  startSandbox(options?: Partial<SandboxOptions>): Promise<Sandbox>;
  row(url: string): Promise<{
    id: number;
    state: string;
    state_reason: string | null;
    version: string | null;
    is_sandbox: boolean;
    failures: number;
  }>;
  /** Ends what a test has begun, and empties the pool. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

export async function openPool(): Promise<Pool> {
  const database = await openTestDatabase();
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void logs.push(JSON.parse(line)) } });
  const secretBox = createSecretBox('a secret of tests that is long enough');
  const processes: (() => Promise<void>)[] = [];
  const sandboxes: Sandbox[] = [];

  async function reset(): Promise<void> {
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
    await Promise.all(processes.splice(0).map((close) => close()));
    await database.db.deleteFrom('backends').execute();
    logs.length = 0;
  }

  return {
    database,
    logs,
    process(options = {}) {
      const { db, pool } = database.connect({ max: 4 });
      const made = createBackends({
        db,
        secretBox,
        clock: systemClock,
        logger,
        readTimeoutMs: options.readTimeoutMs ?? 1_000,
        ...(options.trialEveryMs === undefined ? {} : { breaker: { trialEveryMs: options.trialEveryMs } }),
      });
      processes.push(() => made.close().then(() => pool.end()));
      return made;
    },
    async startSandbox(options = {}) {
      const sandbox = await startSandbox({ apiKey, ...options, knobs: { ...fastKnobs, ...options.knobs } });
      sandboxes.push(sandbox);
      return sandbox;
    },
    row: (url) =>
      database.db
        .selectFrom('backends')
        .select(['id', 'state', 'state_reason', 'version', 'is_sandbox', 'failures'])
        .where('url', '=', url)
        .executeTakeFirstOrThrow(),
    reset,
    async close() {
      await reset();
      await database.close();
    },
  };
}

/** Expects something to become true in a while. */
export function eventually<T>(read: () => T | Promise<T>, timeout = 5_000) {
  return expect.poll(read, { timeout, interval: 10 });
}
