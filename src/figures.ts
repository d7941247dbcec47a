import type { Redis } from 'ioredis';
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import { askBackendFigures } from './modules/backends/index.ts';
import { lookAtArrivals } from './modules/events/index.ts';
import { askFleetFigures } from './modules/fleet/index.ts';
import { lookAtInbound } from './modules/inbound/index.ts';
import { lookAtSends } from './modules/messages/index.ts';
import { askNumberFigures } from './modules/phone-numbers/index.ts';
import { lookAtMails } from './modules/users/index.ts';
import { lookAtDeliveries } from './modules/webhooks/index.ts';
import { createKysely, createPool } from './platform/database/connect.ts';
import type { Backlog } from './platform/lane/backlog.ts';
import type { Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics/metrics.ts';
import { within } from './platform/within.ts';
import type { DB } from './schema.ts';

const lanes: readonly [name: string, look: (db: Kysely<DB>) => Promise<Backlog>][] = [
  ['inbound', lookAtInbound],
  ['send', lookAtSends],
  ['fan-out', lookAtArrivals],
  ['deliver', lookAtDeliveries],
  ['mail', lookAtMails],
];

/** What a process must have to be looked at. */
export type Looked = {
  config: { databaseUrl: string };
  logger: Logger;
  metrics: Metrics;
  /** Its pools, by the name that their figures bear. */
  connections: Readonly<Record<string, Pool>>;
  redis: Pick<Redis, 'status'> | undefined;
};

/**
 * Every figure that nobody counts and that is asked for when somebody looks. The rows are read through two connections of
 * its own, so that a look neither waits for the others nor holds them up. Disposing ends these.
 */
export function askFigures(looked: Looked): AsyncDisposable {
  const { config, logger, metrics } = looked;
  const pool = createPool({
    url: config.databaseUrl,
    max: 2,
    applicationName: 'evofleet metrics',
    statementTimeoutMs: 1_500,
    connectTimeoutMs: 1_500,
    // Some of what is looked for is rare in large tables, which statistics do not always know.
    settings: { enable_seqscan: 'off' },
    onError: (error) => logger.warn({ event: 'database_connection_lost', err: error }, 'connection lost'),
  });
  const db = createKysely<DB>(pool);
  askLanes(looked, db);
  askConnections(looked, pool);
  askBackendFigures({ metrics, db });
  askNumberFigures({ metrics, db });
  askFleetFigures({ metrics, db });
  metrics.watchProcess();
  return { [Symbol.asyncDispose]: () => db.destroy() };
}

function askLanes({ metrics }: Looked, db: Kysely<DB>): void {
  const oldest = metrics.gauge(
    'evofleet_lane_oldest_seconds',
    'How long the first piece of work has been due that no process has begun.',
    ['lane'],
  );
  const due = metrics.gauge('evofleet_lane_due', 'Pieces of work that are due, counted up to 10,000.', ['lane']);
  metrics.ask({
    name: 'lanes',
    keepMs: 5_000,
    gauges: [oldest, due],
    async read() {
      const backlogs = await Promise.all(lanes.map(async ([lane, look]) => ({ lane, ...(await look(db)) })));
      for (const { lane, ...backlog } of backlogs) {
        oldest.set({ lane }, Math.max(0, backlog.oldestSeconds));
        due.set({ lane }, backlog.due);
      }
    },
  });
}

function askConnections({ metrics, connections, redis }: Looked, ownPool: Pool): void {
  const databaseUp = metrics.gauge('evofleet_database_up', 'Whether Postgres answers: 1 or 0.');
  const open = metrics.gauge('evofleet_database_connections', 'Connections to Postgres, by pool.', ['pool', 'state']);
  const limit = metrics.gauge('evofleet_database_connections_max', 'Connections that a pool may open.', ['pool']);
  const waiting = metrics.gauge('evofleet_database_waiting', 'Who waits for a connection of a pool.', ['pool']);
  metrics.ask({
    name: 'connections',
    keepMs: 0,
    gauges: [],
    async read() {
      for (const [name, pool] of Object.entries(connections)) {
        open.set({ pool: name, state: 'idle' }, pool.idleCount);
        open.set({ pool: name, state: 'used' }, pool.totalCount - pool.idleCount);
        limit.set({ pool: name }, pool.options.max);
        waiting.set({ pool: name }, pool.waitingCount);
      }
      let isUp = false;
      await within(
        1_000,
        ownPool.query('select 1').then(() => {
          isUp = true;
        }),
      );
      databaseUp.set(isUp ? 1 : 0);
    },
  });
  const redisUp = metrics.gauge('evofleet_redis_up', 'Whether Redis is connected: 1 or 0; nothing where none is used.');
  if (redis === undefined) {
    redisUp.empty();
    return;
  }
  metrics.ask({
    name: 'redis',
    keepMs: 0,
    gauges: [],
    read: () => redisUp.set(redis.status === 'ready' ? 1 : 0),
  });
}
