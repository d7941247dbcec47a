import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

/** A log with a partition a day, named `<table>_YYYYMMDD`, and the column that says which day a row is of. */
export type DayLog = { table: 'api_requests' | 'webhook_logs' | 'inbound_calls'; time: string };

/** Makes the partitions of the days from yesterday on that are missing; answers how many it made. */
export async function makeDayPartitions(tx: Transaction<DB>, days: number): Promise<number> {
  await lockPartitions(tx);
  const { rows } = await sql<{ made: number }>`
    select make_day_partitions(app_today() - 1, ${days}) as made`.execute(tx);
  return rows[0]?.made ?? 0;
}

/** Names of the partitions whose last moment is more than `days` days ago, oldest first. */
export async function listOldPartitions(db: Kysely<DB>, log: DayLog, days: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from (
      select child.relname::text as name, substring(child.relname from '_([0-9]{8})$') as day
      from pg_inherits
      join pg_class as child on child.oid = pg_inherits.inhrelid
      where pg_inherits.inhparent = to_regclass(${log.table})
    ) as partitions
    where day < to_char(app_today() - ${days}::int, 'YYYYMMDD')
    order by name`.execute(db);
  return rows.map((row) => row.name);
}

/** Drops a partition, unless calls in it are still due. Waits half a second for its locks at most. */
export async function dropPartition(
  tx: Transaction<DB>,
  log: DayLog,
  partition: string,
): Promise<'dropped' | 'needed' | 'gone'> {
  await lockPartitions(tx);
  // Writers of the whole log wait behind this lock, so it must come at once or not at all.
  await sql`set local lock_timeout = '500ms'`.execute(tx);
  await sql`lock table only ${sql.table(log.table)} in access exclusive mode`.execute(tx);
  if (!(await exists(tx, partition))) return 'gone';
  if (log.table === 'inbound_calls' && (await holdsDueCalls(tx, partition))) return 'needed';
  await sql`drop table ${sql.table(partition)}`.execute(tx);
  return 'dropped';
}

/** Deletes at most `limit` rows of the default partition that are older than `days` days; answers how many. */
export async function deleteOldStrays(
  db: Kysely<DB>,
  log: DayLog,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  const table = sql.table(`${log.table}_default`);
  const unlessDue = log.table === 'inbound_calls' ? sql`and state <> 'due'` : sql``;
  return countDeleted(
    sql`
    delete from ${table} where ctid = any(array(
      select ctid from ${table} where ${sql.ref(log.time)} < app_now() - make_interval(days => ${days}) ${unlessDue}
      limit ${limit} for update skip locked))`.execute(db),
  );
}

/** A table whose index by time finds its old rows. */
export type TimedTable = { table: 'events' | 'wire_messages' | 'campaigns' | 'connection_spans'; time: string };

/** Deletes at most `limit` rows that are older than `days` days; answers how many. */
export async function deleteOldRows(
  db: Kysely<DB>,
  { table, time }: TimedTable,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  return countDeleted(
    sql`
    delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where ${sql.ref(time)} < app_now() - make_interval(days => ${days})
      limit ${limit} for update skip locked))`.execute(db),
  );
}

/** Deletes messages as deleteOldRows does, except those that are still to be sent, or were until not long ago. */
export async function deleteOldMessages(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  // Ids begin with their millisecond, so the primary key finds the oldest.
  return countDeleted(
    sql`
    with old as (select app_now() - make_interval(days => ${days}) as time)
    delete from messages where id = any(array(
      select id from messages, old
      where id < (select rpad(lpad(to_hex((extract(epoch from time) * 1000)::bigint), 12, '0'), 32, '0')::uuid from old)
        and greatest(created_at, sent_at, unknown_at, ended_at) < time and status not in ('scheduled', 'accepted', 'sending')
      order by id limit ${limit} for update of messages skip locked))`.execute(db),
  );
}

/** Deletes at most `limit` days' figures of phone numbers that are older than `days` days; answers how many. */
export async function deleteOldFigures(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  return countDeleted(
    sql`
    delete from message_stats where ctid = any(array(
      select ctid from message_stats where date < app_today() - ${days}::int
      order by date limit ${limit} for update skip locked))`.execute(db),
  );
}

/** Deletes at most `limit` days' units of users that are older than `days` days; answers how many. */
export async function deleteOldUsage(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  return countDeleted(
    sql`
    delete from usage where ctid = any(array(
      select ctid from usage where day < app_today() - ${days}::int
      order by day limit ${limit} for update skip locked))`.execute(db),
  );
}

/** What has an end, after which nobody finds it any more. */
export type EndedTable = 'number_tokens' | 'inbound_secrets' | 'share_links';

/** Deletes at most `limit` rows that ended more than a day ago; answers how many. */
export async function deleteEnded(db: Kysely<DB>, table: EndedTable, limit: number): Promise<number> {
  return countDeleted(
    sql`
    delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where expires_at < app_now() - interval '1 day'
      limit ${limit} for update skip locked))`.execute(db),
  );
}

async function countDeleted(done: Promise<{ numAffectedRows?: bigint }>): Promise<number> {
  return Number((await done).numAffectedRows ?? 0n);
}

async function exists(tx: Transaction<DB>, partition: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass(${partition}) is not null as exists`.execute(tx);
  return rows[0]?.exists ?? false;
}

async function holdsDueCalls(tx: Transaction<DB>, partition: string): Promise<boolean> {
  const { rows } = await sql`select from ${sql.table(partition)} where state = 'due' limit 1`.execute(tx);
  return rows.length > 0;
}

// Any constant works, as long as every process takes the same one.
async function lockPartitions(tx: Transaction<DB>): Promise<void> {
  await sql`select pg_advisory_xact_lock(7215003)`.execute(tx);
}
