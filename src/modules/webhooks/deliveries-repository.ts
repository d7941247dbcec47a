import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Cursor } from '../../platform/cursor.ts';
import type { DB } from '../../schema.ts';
import type { Attempt, Delivery, DeliveryStatus } from './delivery.ts';

export type DeliveryFilter = {
  endpointId?: number;
  phoneNumberId?: number;
  status?: DeliveryStatus;
  eventType?: string;
  since?: Date;
  until?: Date;
};

/** Newest first, the page after `after`. */
export async function listDeliveries(
  db: Kysely<DB>,
  userId: number,
  filter: DeliveryFilter,
  page: { limit: number; after?: Cursor<string> },
): Promise<Delivery[]> {
  const { endpointId, phoneNumberId, status, eventType, since, until } = filter;
  const conditions: RawBuilder<unknown>[] = [sql`d.user_id = ${userId}`];
  if (endpointId !== undefined) conditions.push(sql`d.endpoint_id = ${endpointId}`);
  if (phoneNumberId !== undefined) conditions.push(sql`d.phone_number_id = ${phoneNumberId}`);
  // Written out, so that the index of dead letters fits.
  if (status === 'dead') conditions.push(sql`d.status = 'dead'`);
  else if (status !== undefined) conditions.push(sql`d.status = ${status}`);
  if (eventType !== undefined) conditions.push(sql`d.event_type = ${eventType}`);
  if (since !== undefined) conditions.push(sql`d.created_at >= ${since}`);
  if (until !== undefined) conditions.push(sql`d.created_at < ${until}`);
  if (page.after !== undefined)
    conditions.push(sql`(d.created_at, d.id) < (${page.after.createdAt}, ${page.after.id}::uuid)`);
  const { rows } = await sql<Delivery>`
    select ${columns} from deliveries d where ${sql.join(conditions, sql` and `)}
    order by d.created_at desc, d.id desc limit ${page.limit}`.execute(db);
  return rows;
}

export async function findDelivery(db: Kysely<DB>, userId: number, id: string): Promise<Delivery | undefined> {
  const { rows } = await sql<Delivery>`
    select ${columns} from deliveries d where d.id = ${id} and d.user_id = ${userId}`.execute(db);
  return rows[0];
}

/** The attempts whose log is still kept, oldest first, 200 at most. */
export async function listAttempts(db: Kysely<DB>, userId: number, delivery: Delivery): Promise<Attempt[]> {
  // The time is named so that older partitions are not looked at.
  const { rows } = await sql<Attempt>`
    select attempt, sent_at as "sentAt", status_code as "statusCode", error, response_time_ms as "responseTimeMs", payload
    from webhook_logs
    where delivery_id = ${delivery.id} and user_id = ${userId}
      and sent_at >= ${delivery.createdAt}::timestamptz - interval '1 minute'
    order by sent_at, attempt limit 200`.execute(db);
  return rows;
}

/**
 * Begins the schedules of deliveries anew, due now; one that waits for its next attempt has it now. Those on the way
 * are left alone, and so are those whose endpoint is disabled or deleted. Answers how many.
 */
export async function restartDeliveries(
  db: Kysely<DB> | Transaction<DB>,
  userId: number,
  ids: readonly string[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    update deliveries d set status = 'pending', status_reason = null, step = 0, due_at = app_now(), lease_until = null,
      ended_at = null
    where d.id = any(array(
      select id from deliveries where id = any(${ids as string[]}::uuid[]) and user_id = ${userId}
        and (lease_until is null or lease_until <= app_now())
      order by id for update))
      and exists (select 1 from endpoints e where e.id = d.endpoint_id and e.enabled)`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

const columns = sql`d.id, d.endpoint_id as "endpointId", d.phone_number_id as "phoneNumberId", d.event_id as "eventId",
  d.event_type as "eventType", d.status, d.status_reason as "statusReason", d.attempt as attempts,
  case when d.status = 'pending' then d.due_at end as "dueAt", d.created_at as "createdAt", d.ended_at as "endedAt"`;
