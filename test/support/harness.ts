import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import { expect, vi } from 'vitest';
import { createKysely, createPool } from '../../src/platform/database/connect.ts';
import type { DB } from '../../src/schema.ts';
import { cloneDatabase } from './postgres.ts';

export type TestDatabase = {
  url: string;
  db: Kysely<DB>;
  pool: Pool;
  /** Another pool on the same database, as a second process would have. */
  connect(options?: { max?: number }): { db: Kysely<DB>; pool: Pool };
  /** Resolves once a statement in this database waits for a lock. */
  untilSomeoneWaits(): Promise<void>;
  close(): Promise<void>;
};

/** A migrated database of the caller's own, cloned from the run's template. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const { TEST_POSTGRES_URL: server, TEST_TEMPLATE: template } = process.env;
  if (server === undefined || template === undefined) throw new Error('test/support/global-setup.ts has not run');
  const database = await cloneDatabase(server, template);
  const pools: Pool[] = [];
  const connect: TestDatabase['connect'] = (options = {}) => {
    const pool = createPool({
      url: database.url,
      max: options.max ?? 10,
      applicationName: 'test',
      statementTimeoutMs: 10_000,
      onError() {},
    });
    pools.push(pool);
    return { db: createKysely<DB>(pool), pool };
  };
  const own = connect();
  return {
    url: database.url,
    ...own,
    connect,
    untilSomeoneWaits: () =>
      vi.waitFor(
        async () => {
          const { rows } = await own.pool.query(
            "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          expect(rows).not.toEqual([]);
        },
        { timeout: 15_000, interval: 10 },
      ),
    async close() {
      await Promise.all(pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
      await database.drop();
    },
  };
}
