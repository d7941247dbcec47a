import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export type EventToMail = {
  id: string;
  userId: number;
  type: 'endpoint.disabled' | 'number.disconnected' | 'quota.threshold';
  phoneNumberId: number | null;
  payload: Record<string, unknown>;
  at: Date;
};

/** Takes the one place from which events are looked at, until the transaction ends. */
export async function lockMailCursor(tx: Transaction<DB>): Promise<void> {
  await sql`insert into mail_cursor (seen_until) values (now()) on conflict do nothing`.execute(tx);
  await sql`select 1 from mail_cursor for update`.execute(tx);
}

/**
 * Events that have no mail yet, the oldest first. An event bears the time at which its transaction began, so those of
 * the last minutes before the cursor are looked at again: they may have been committed since.
 */
export async function findEventsToMail(tx: Transaction<DB>, limit: number): Promise<EventToMail[]> {
  // Word for word what the index is for.
  const { rows } = await sql<EventToMail>`
    select e.id, e.user_id as "userId", e.type, e.phone_number_id as "phoneNumberId", e.payload, e.created_at as at
    from events e
    where e.type in ('endpoint.disabled', 'number.disconnected', 'quota.threshold')
      and e.created_at >= (select greatest(seen_until - interval '5 minutes', now() - interval '1 day') from mail_cursor)
      and not exists (select from mails m where m.event_id = e.id)
      and exists (select from users u where u.id = e.user_id)
    order by e.created_at, e.user_id, e.sequence limit ${limit}`.execute(tx);
  return rows;
}

export async function moveMailCursor(tx: Transaction<DB>): Promise<void> {
  await sql`update mail_cursor set seen_until = greatest(seen_until, now())`.execute(tx);
}

/** Of these phone numbers, those whose user was written to of a disconnection within the last hour. */
export async function findRecentlyMailed(tx: Transaction<DB>, phoneNumberIds: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select distinct phone_number_id as id from mails
    where phone_number_id = any(${phoneNumberIds as number[]}::bigint[]) and kind = 'number.disconnected'
      and outcome is distinct from 'not_needed' and created_at > now() - interval '1 hour'`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}
