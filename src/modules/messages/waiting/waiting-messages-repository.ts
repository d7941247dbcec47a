import { type Kysely, sql } from 'kysely';
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

/** Changes when the user's message leaves, and its number's turn with it; false where it waits no more. */
export async function rescheduleWaiting(
  db: Kysely<DB>,
  userId: number,
  id: string,
  change: Rescheduling,
): Promise<boolean> {
  const sendAt = sql`${change.sendAt ?? null}::timestamptz`;
  const dueAt = sql`coalesce(${sendAt}, m.due_at)`;
  const expiresIn = sql`make_interval(secs => ${change.expiresInSeconds ?? null}::int)`;
  const { rows } = await sql`
    with changed as (
      update messages m set
        due_at = ${dueAt},
        expires_at = ${dueAt} + coalesce(${expiresIn}, m.expires_at - m.due_at),
        priority = coalesce(${change.priority ?? null}::smallint, m.priority),
        status = case when ${sendAt} > app_now() then 'scheduled' else m.status end,
        updated_at = now()
      where m.id = ${id}::uuid and m.user_id = ${userId} and m.status in ('scheduled', 'accepted')
      returning m.phone_number_id, m.due_at
    )
    insert into send_turns as t (phone_number_id, due_at) select phone_number_id, due_at from changed
    on conflict (phone_number_id) do update set due_at = least(t.due_at, excluded.due_at)
    returning 1`.execute(db);
  return rows.length > 0;
}
