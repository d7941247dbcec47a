import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

export type PoolOptions = {
  url: string;
  /** Connections at most. */
  max: number;
  applicationName: string;
  /** Milliseconds after which Postgres itself ends a statement; 0 means never. */
  statementTimeoutMs: number;
  /** Milliseconds a statement waits for a lock; 0 means for ever. */
  lockTimeoutMs?: number;
  /** Milliseconds to wait for a free or new connection. */
  connectTimeoutMs?: number;
  /** Further settings of the sessions, such as `enable_seqscan: 'off'`. */
  settings?: Readonly<Record<string, string>>;
  onError(error: Error): void;
};

/**
 * A pool of Postgres connections. int8 and count() arrive as JavaScript numbers (ids stay far below 2^53),
 * `date` as `YYYY-MM-DD`, timestamps as Date; the session's time zone is UTC.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser },
    options: [
      `-c statement_timeout=${options.statementTimeoutMs}`,
      `-c lock_timeout=${options.lockTimeoutMs ?? 0}`,
      '-c idle_in_transaction_session_timeout=30000',
      '-c timezone=UTC',
      // Short statements only: compiling them costs more than it saves.
      '-c jit=off',
      ...Object.entries(options.settings ?? {}).map(([name, value]) => `-c ${name}=${value}`),
    ].join(' '),
  });
  // An idle connection that breaks must not end the process; the next query opens a new one.
  pool.on('error', options.onError);
  // One that breaks while it is used fails its query; the event it also emits would, unheard, end the process.
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

function ignore(): void {}

export function createKysely<DB>(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

const int8 = 20;
const date = 1082;

const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => {
  if (format !== 'binary') {
    if (oid === int8) return Number;
    if (oid === date) return (text: string) => text;
  }
  return pg.types.getTypeParser(oid, format);
};
