import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export type EventToMail = {
  id: string;
  userId: number;
  type: 'endpoint.disabled' | 'number.disconnected' | 'quota.threshold' | 'fleet.alert';
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
  // Word for word what the two indexes are for.
  const recent = sql`
    created_at >= (select greatest(seen_until - interval '5 minutes', now() - interval '1 day') from mail_cursor)`;
  const { rows } = await sql<EventToMail>`
    select e.id, e.user_id as "userId", e.type, e.phone_number_id as "phoneNumberId", e.payload, e.created_at as at
    from (
      select * from events where type in ('endpoint.disabled', 'number.disconnected', 'quota.threshold') and ${recent}
      union all
      select * from events where type = 'fleet.alert' and ${recent}
    ) e
    where not exists (select from mails m where m.event_id = e.id)
      and exists (select from users u where u.id = e.user_id)
    order by e.created_at, e.user_id, e.sequence limit ${limit}`.execute(tx);
  return rows;
}

export async function moveMailCursor(tx: Transaction<DB>): Promise<void> {
  await sql`update mail_cursor set seen_until = greatest(seen_until, now())`.execute(tx);
}

/** How a topic's mails to a user stand: one that waits takes in what comes until it is due. */
export type TopicMail = { userId: number; topic: string; isWaiting: boolean; secondsUntilNext: number };

/** Of these topics, those with a mail of the last day: the next one is to keep `pauseSeconds` from it. */
export async function findTopicMails(
  tx: Transaction<DB>,
  topics: readonly string[],
  pauseSeconds: number,
): Promise<TopicMail[]> {
  // One that is due may be written at this moment, without what comes now.
  const { rows } = await sql<TopicMail>`
    select user_id as "userId", topic,
      bool_or(ended_at is null and attempt = 0 and due_at > app_now() + interval '5 s') as "isWaiting",
      greatest(0, extract(epoch from max(coalesce(ended_at, due_at)) - app_now()) + ${pauseSeconds})::float8
        as "secondsUntilNext"
    from mails
    where topic = any(${topics as string[]}::text[]) and outcome is distinct from 'not_needed'
      and created_at > now() - interval '1 day'
    group by user_id, topic`.execute(tx);
  return rows;
}

/** What a user was alerted of in one matter since a moment, the latest first. */
export async function findAlerts(
  db: Kysely<DB>,
  { userId, topic, since }: { userId: number; topic: string; since: Date },
): Promise<{ payload: Record<string, unknown>; at: Date }[]> {
  const { rows } = await sql<{ payload: Record<string, unknown>; at: Date }>`
    select payload, created_at as at from events
    where type = 'fleet.alert' and created_at >= ${since} and user_id = ${userId}
      and concat(payload ->> 'kind', ':', payload ->> 'backend_id') = ${topic}
    order by created_at desc, sequence desc limit 1000`.execute(db);
  return rows;
}

/** Of these phone numbers, those whose user was written to of a disconnection within the last hour. */
export async function findRecentlyMailed(tx: Transaction<DB>, phoneNumberIds: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select distinct phone_number_id as id from mails
    where phone_number_id = any(${phoneNumberIds as number[]}::bigint[]) and kind = 'number.disconnected'
      and outcome is distinct from 'not_needed' and created_at > now() - interval '1 hour'`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}
