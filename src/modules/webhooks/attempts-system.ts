import { type Kysely, sql, type Transaction } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { Batch, type BatchObserver } from '../../platform/database/batch.ts';
import type { DB } from '../../schema.ts';

/** What an attempt came to, and what follows. */
export type AttemptRecord = {
  logId: string;
  deliveryId: string;
  userId: number;
  endpointId: number;
  phoneNumberId: number | null;
  eventType: string;
  attempt: number;
  /** `retry` carries the wait; `dead` ends it. */
  verdict: 'delivered' | 'retry' | 'dead';
  nextMs: number | null;
  /** Why it is dead. */
  reason: string | null;
  /** Null where nothing was called. */
  call: { payload: string; statusCode: number | null; error: string | null; responseTimeMs: number } | null;
};

/** True where the endpoint has had nothing but failures for too long. */
export type Recorded = { isOverdue: boolean };

const onlyFailuresHours = 120;

/**
 * One statement records a batch of attempts: a log row for each call, what becomes of the delivery, and since when its
 * endpoint fails. Where the claim stands no longer only a success still counts.
 */
const recordSql = `
  with t as (
    select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::int[], $8::text[],
      $9::float8[], $10::text[], $11::boolean[], $12::text[], $13::int[], $14::text[], $15::int[])
      with ordinality as t (log_id, delivery_id, user_id, endpoint_id, phone_number_id, event_type, attempt, verdict,
        next_ms, reason, is_call, payload, status_code, error, response_time_ms, ord)
  ), logged as (
    insert into webhook_logs (id, delivery_id, user_id, endpoint_id, phone_number_id, event_type, attempt, payload,
      status_code, error, response_time_ms, sent_at)
    select log_id, delivery_id, user_id, endpoint_id, phone_number_id, event_type, attempt, payload, status_code, error,
      response_time_ms, app_now() - make_interval(secs => response_time_ms / 1000.0)
    from t where is_call
    returning 1
  ), health as (
    select endpoint_id, bool_or(verdict = 'delivered') as works from t where is_call group by endpoint_id
  ), changed as (
    select e.id, h.works from endpoints e join health h on h.endpoint_id = e.id
    where h.works = (e.failing_since is not null) order by e.id for update of e
  ), told as (
    update endpoints e set failing_since = case when c.works then null else app_now() end
    from changed c where e.id = c.id
    returning 1
  ), decided as (
    select distinct on (delivery_id) * from t order by delivery_id, verdict = 'delivered' desc, attempt desc
  ), held as (
    select d.id, t.verdict, t.next_ms, t.reason
    from deliveries d join decided t on t.delivery_id = d.id
    where d.status = 'pending' and (d.attempt = t.attempt or t.verdict = 'delivered')
    order by d.id for update of d
  ), moved as (
    update deliveries d set
      status = case h.verdict when 'retry' then 'pending' else h.verdict end,
      status_reason = h.reason,
      step = d.step + case h.verdict when 'delivered' then 0 else 1 end,
      due_at = case h.verdict when 'retry' then app_now() + make_interval(secs => h.next_ms / 1000) else d.due_at end,
      lease_until = null,
      ended_at = case h.verdict when 'retry' then null else app_now() end
    from held h where d.id = h.id
    returning 1
  )
  select coalesce(t.is_call and t.verdict <> 'delivered'
    and e.failing_since < app_now() - interval '${onlyFailuresHours} hours', false) as "isOverdue"
  from t left join endpoints e on e.id = t.endpoint_id
  order by t.ord`;

export type AttemptsBatch = Batch<AttemptRecord, Recorded>;

export function createAttemptsBatch(deps: { pool: Pool; observer?: BatchObserver | undefined }): AttemptsBatch {
  return new Batch<AttemptRecord, Recorded>({
    name: 'attempts',
    pool: deps.pool,
    inFlightMax: 1,
    ownerOf: (record) => record.userId,
    bytesOf: (record) => record.call?.payload.length ?? 0,
    // An attempt was made: its record waits rather than being refused.
    lineMax: 65_536,
    lineWaitMaxMs: 10_000,
    write: recordAttempts,
    observer: deps.observer,
  });
}

async function recordAttempts(client: PoolClient, records: readonly AttemptRecord[]): Promise<Recorded[]> {
  const { rows } = await client.query<Recorded>({
    name: 'record-attempts',
    text: recordSql,
    values: [
      records.map((record) => record.logId),
      records.map((record) => record.deliveryId),
      records.map((record) => record.userId),
      records.map((record) => record.endpointId),
      records.map((record) => record.phoneNumberId),
      records.map((record) => record.eventType),
      records.map((record) => record.attempt),
      records.map((record) => record.verdict),
      records.map((record) => record.nextMs),
      records.map((record) => record.reason),
      records.map((record) => record.call !== null),
      records.map((record) => record.call?.payload ?? null),
      records.map((record) => record.call?.statusCode ?? null),
      records.map((record) => record.call?.error ?? null),
      records.map((record) => record.call?.responseTimeMs ?? null),
    ],
  });
  return rows;
}

/** A log row of a call that is no delivery's. */
export async function insertTestCall(
  db: Kysely<DB>,
  record: Pick<AttemptRecord, 'logId' | 'userId' | 'endpointId' | 'phoneNumberId' | 'eventType'> & {
    call: NonNullable<AttemptRecord['call']>;
  },
): Promise<void> {
  const { call } = record;
  await db
    .insertInto('webhook_logs')
    .values({
      id: record.logId,
      user_id: record.userId,
      endpoint_id: record.endpointId,
      phone_number_id: record.phoneNumberId,
      event_type: record.eventType,
      attempt: 1,
      payload: call.payload,
      status_code: call.statusCode,
      error: call.error,
      response_time_ms: call.responseTimeMs,
    })
    .execute();
}

/** Rows that end at once with their endpoint; what is left ends when it is claimed. */
export const endedAtOnceMax = 5_000;

/** Ends what waits for an endpoint that is disabled or deleted, at most `limit`; what is on the way ends by itself. */
export async function endPendingOf(db: Kysely<DB> | Transaction<DB>, endpointId: number, limit: number): Promise<void> {
  await sql`
    update deliveries d set status = 'dead', ended_at = app_now(), lease_until = null, status_reason = coalesce(
      (select 'endpoint_disabled' from endpoints e where e.id = ${endpointId}), 'endpoint_deleted')
    where d.id = any(array(
        select id from deliveries
        where status = 'pending' and endpoint_id = ${endpointId} and (lease_until is null or lease_until <= app_now())
        order by id limit ${limit} for update skip locked))
      and not exists (select 1 from endpoints e where e.id = ${endpointId} and e.enabled)`.execute(db);
}

/** Deletes at most `limit` deliveries that ended more than `days` days ago; answers how many. */
export async function deleteOldDeliveries(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  // Ids begin with their millisecond, so the primary key finds the oldest.
  const { numAffectedRows } = await sql`
    with old as (select app_now() - make_interval(days => ${days}) as time)
    delete from deliveries where id = any(array(
      select id from deliveries, old
      where id < (select rpad(lpad(to_hex((extract(epoch from time) * 1000)::bigint), 12, '0'), 32, '0')::uuid from old)
        and status <> 'pending' and created_at < time
      order by id limit ${limit} for update of deliveries skip locked))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
