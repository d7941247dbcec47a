import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export type NewMail = {
  id: string;
  /** Null until it is known whose it is. */
  userId: number | null;
  kind: string;
  contentSealed: string;
  expiresInSeconds: number;
};

/** A mail that is told of an event; one that is not needed is kept all the same, so that it is not made again. */
export type EventMail = Omit<NewMail, 'userId'> & {
  userId: number;
  eventId: string;
  phoneNumberId: number | null;
  isNeeded: boolean;
  /** What it is about, where one mail stands for all that comes of it within a while. */
  topic: string | null;
  /** It waits for so long, so that it can tell of what comes meanwhile. */
  delaySeconds: number;
};

export type ClaimedMail = {
  id: string;
  userId: number | null;
  kind: string;
  contentSealed: string;
  /** How often it was claimed, this time included; proves later that the claim still stands. */
  attempt: number;
  isExpired: boolean;
};

export type MailOutcome = 'sent' | 'not_needed' | 'refused' | 'expired';

/** For the writing of a mail's kind. */
export async function insertMail(db: Kysely<DB>, mail: NewMail): Promise<void> {
  await sql`
    insert into mails (id, user_id, kind, content_sealed, due_at, expires_at)
    values (${mail.id}, ${mail.userId}, ${mail.kind}, ${mail.contentSealed}, app_now(),
      app_now() + make_interval(secs => ${mail.expiresInSeconds}))`.execute(db);
}

/** Of users that are still there, and of events that have no mail yet; answers how many are to be sent. */
export async function insertEventMails(tx: Transaction<DB>, mails: readonly EventMail[]): Promise<number> {
  const { rows } = await sql<{ isNeeded: boolean }>`
    insert into mails (id, user_id, kind, content_sealed, event_id, phone_number_id, topic, due_at, expires_at, ended_at,
      outcome)
    select t.id, t.user_id, t.kind, case when t.is_needed then t.content_sealed end, t.event_id, t.phone_number_id,
      t.topic, app_now() + make_interval(secs => t.delay), app_now() + make_interval(secs => t.delay + t.expires_in), case when t.is_needed then null else app_now() end,
      case when t.is_needed then null else 'not_needed' end
    from unnest(${mails.map((mail) => mail.id)}::uuid[], ${mails.map((mail) => mail.userId)}::bigint[],
      ${mails.map((mail) => mail.kind)}::text[], ${mails.map((mail) => mail.contentSealed)}::text[],
      ${mails.map((mail) => mail.eventId)}::uuid[], ${mails.map((mail) => mail.phoneNumberId)}::bigint[],
      ${mails.map((mail) => mail.isNeeded)}::boolean[], ${mails.map((mail) => mail.expiresInSeconds)}::float8[],
      ${mails.map((mail) => mail.topic)}::text[], ${mails.map((mail) => mail.delaySeconds)}::float8[])
      as t (id, user_id, kind, content_sealed, event_id, phone_number_id, is_needed, expires_in, topic, delay)
    join users u on u.id = t.user_id
    on conflict (event_id) do nothing
    returning outcome is null as "isNeeded"`.execute(tx);
  return rows.filter(({ isNeeded }) => isNeeded).length;
}

/** Leases mails that are due, the oldest first. */
export async function claimMails(
  db: Kysely<DB>,
  claim: { limit: number; leaseSeconds: number },
): Promise<ClaimedMail[]> {
  const { rows } = await sql<ClaimedMail>`
    with due as materialized (
      select id from mails where ended_at is null and due_at <= app_now() order by due_at limit ${claim.limit}
      for update skip locked
    )
    update mails m set attempt = m.attempt + 1, lease_until = t.until, due_at = t.until
    from due, (select app_now() + make_interval(secs => ${claim.leaseSeconds}) as until) t
    where m.id = due.id
    returning m.id, m.user_id as "userId", m.kind, m.content_sealed as "contentSealed", m.attempt,
      m.expires_at <= app_now() as "isExpired"`.execute(db);
  return rows;
}

/** Ends a mail, whatever became of the claim: it was sent or it never will be. What it said is not kept. */
export async function endMail(db: Kysely<DB>, id: string, outcome: MailOutcome): Promise<void> {
  await sql`
    update mails set ended_at = app_now(), outcome = ${outcome}, content_sealed = null, lease_until = null
    where id = ${id} and ended_at is null`.execute(db);
}

/** Gives a claimed mail back, to be tried again later. */
export async function postponeMail(
  db: Kysely<DB>,
  mail: Pick<ClaimedMail, 'id' | 'attempt'>,
  seconds: number,
): Promise<void> {
  await sql`
    update mails set due_at = app_now() + make_interval(secs => ${seconds}), lease_until = null
    where id = ${mail.id} and attempt = ${mail.attempt} and ended_at is null`.execute(db);
}

/** Deletes what ended so long ago that no event of that time is looked at any more; answers how many. */
export async function deleteEndedMails(db: Kysely<DB>, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from mails where id = any(array(
      select id from mails where ended_at < now() - interval '3 days' limit ${limit}))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
