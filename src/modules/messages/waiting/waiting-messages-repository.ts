import { type Kysely, sql } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { DB } from '../../../schema.ts';
import type { EndingMessage } from '../sending/event-payload.ts';

/** The user's message, if it has not left. */
export async function findWaiting(db: Kysely<DB>, userId: number, id: string): Promise<EndingMessage | undefined> {
  const { rows } = await sql<EndingMessage>`
    select m.id, m.user_id as "userId", m.phone_number_id as "phoneNumberId",
      coalesce(n.instance_name, '') as "instanceName", m.remote_jid as recipient, m.kind
    from messages m left join phone_numbers n on n.id = m.phone_number_id
    where m.id = ${id}::uuid and m.user_id = ${userId} and m.status in ('scheduled', 'accepted')`.execute(db);
  return rows[0];
}

/** The user's messages of campaigns to one recipient, named in all forms of its number, that have not left. */
export async function listWaitingOfRecipient(
  db: Kysely<DB>,
  userId: number,
  numbers: readonly string[],
  limit: number,
): Promise<EndingMessage[]> {
  const { rows } = await sql<EndingMessage>`
    select m.id, m.user_id as "userId", m.phone_number_id as "phoneNumberId", n.instance_name as "instanceName",
      m.remote_jid as recipient, m.kind
    from phone_numbers n join messages m on m.phone_number_id = n.id
    where n.user_id = ${userId} and m.user_id = ${userId} and m.remote_jid = any(${numbers as string[]}::text[])
      and m.status in ('scheduled', 'accepted') and m.campaign_id is not null
    limit ${limit}`.execute(db);
  return rows;
}

/** What is undefined stays; the time until it expires is counted from when it is due, and moves with it. */
export type Rescheduling = { sendAt?: Date; priority?: number; expiresInSeconds?: number };

/**
 * Changes when the user's message leaves, and its number's turn with it; false where it waits no more. A unit of a day to
 * come that it does not leave on any more goes back: it takes one when it leaves.
 */
export function rescheduleWaiting(db: Kysely<DB>, userId: number, id: string, change: Rescheduling): Promise<boolean> {
  const sendAt = sql`${change.sendAt ?? null}::timestamptz`;
  const dueAt = sql`coalesce(${sendAt}, m.due_at)`;
  const expiresIn = sql`make_interval(secs => ${change.expiresInSeconds ?? null}::int)`;
  const waiting = sql`m.id = ${id}::uuid and m.user_id = ${userId} and m.status in ('scheduled', 'accepted')`;
  return inTransaction(db, async (tx) => {
    await sql`
      select 1 from messages m join usage u on u.user_id = m.user_id and u.day = m.quota_day
      where ${waiting} and m.quota_day > app_today() for update of u`.execute(tx);
    const { rows } = await sql`
      with moved as (
        select m.id, case when m.quota_day > app_today() and m.quota_day <> (${dueAt} at time zone 'UTC')::date
          then m.quota_day end as freed_day
        from messages m where ${waiting} for update
      ), changed as (
        update messages m set
          due_at = ${dueAt},
          expires_at = ${dueAt} + coalesce(${expiresIn}, m.expires_at - m.due_at),
          priority = coalesce(${change.priority ?? null}::smallint, m.priority),
          status = case when ${sendAt} > app_now() then 'scheduled' else m.status end,
          quota_day = case when moved.freed_day is null then m.quota_day end,
          updated_at = now()
        from moved where m.id = moved.id
        returning m.user_id, m.phone_number_id, m.due_at, moved.freed_day
      ), freed as (
        update usage u set used = u.used - 1 from changed c where u.user_id = c.user_id and u.day = c.freed_day
      )
      insert into send_turns as t (phone_number_id, due_at) select phone_number_id, due_at from changed
      on conflict (phone_number_id) do update set due_at = least(t.due_at, excluded.due_at)
      returning 1`.execute(tx);
    return rows.length > 0;
  });
}
