import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Cursor } from '../../platform/cursor.ts';
import type { DB } from '../../schema.ts';
import type { Message, MessageDirection, MessageStatus } from './message.ts';

export type MessageFilter = {
  phoneNumberId?: number;
  status?: MessageStatus;
  direction?: MessageDirection;
  kind?: string;
  campaignId?: string;
  /** Outbound, to this number or address. */
  to?: string;
  since?: Date;
  until?: Date;
};

/** Newest first, the page after `after`. */
export async function listMessages(
  db: Kysely<DB>,
  userId: number,
  filter: MessageFilter,
  page: { limit: number; after?: Cursor<string> },
): Promise<Message[]> {
  const { phoneNumberId, status, direction, kind, campaignId, to, since, until } = filter;
  const conditions: RawBuilder<unknown>[] = [sql`m.user_id = ${userId}`];
  if (phoneNumberId !== undefined) conditions.push(sql`m.phone_number_id = ${phoneNumberId}`);
  if (status !== undefined) conditions.push(sql`m.status = ${status}`);
  if (direction !== undefined) conditions.push(sql`m.direction = ${direction}`);
  if (kind !== undefined) conditions.push(sql`m.kind = ${kind}`);
  if (campaignId !== undefined) conditions.push(sql`m.campaign_id = ${campaignId}::uuid`);
  if (to !== undefined)
    conditions.push(sql`m.direction = 'outbound' and m.remote_jid = any(${addressesOf(to)}::text[])`);
  if (since !== undefined) conditions.push(sql`m.created_at >= ${since}`);
  if (until !== undefined) conditions.push(sql`m.created_at < ${until}`);
  if (page.after !== undefined)
    conditions.push(sql`(m.created_at, m.id) < (${page.after.createdAt}, ${page.after.id}::uuid)`);
  const { rows } = await sql<Message>`
    select ${columns} from ${source} where ${sql.join(conditions, sql` and `)}
    order by m.created_at desc, m.id desc limit ${page.limit}`.execute(db);
  return rows;
}

export async function findMessage(db: Kysely<DB>, userId: number, id: string): Promise<Message | undefined> {
  const { rows } = await sql<Message>`
    select ${columns}, ${details} from ${source} where m.id = ${id}::uuid and m.user_id = ${userId}`.execute(db);
  return rows[0];
}

/** Units of the day that this user has used so far; the next day begins in `renewsInSeconds`, by the database's clock. */
export async function readUsage(
  db: Kysely<DB>,
  userId: number,
): Promise<{ used: number; renewsInSeconds: number } | undefined> {
  const { rows } = await sql<{ used: number; renewsInSeconds: number }>`
    select coalesce((select used from usage where user_id = ${userId} and day = app_today()), 0) as used,
      greatest(1, ceil(extract(epoch from (app_today() + 1)::timestamp at time zone 'UTC' - app_now())))::int
        as "renewsInSeconds"`.execute(db);
  return rows[0];
}

// What a received message holds beside this can be long, and a list holds many.
const columns = sql`m.id, m.phone_number_id as "phoneNumberId", m.direction, m.kind, m.status,
  m.status_reason as "statusReason", m.remote_jid as "remoteJid", m.whatsapp_id as "whatsappId",
  m.content ->> 'text' as text, m.content ->> 'caption' as caption, m.content ->> 'file_name' as "fileName",
  m.content ->> 'mimetype' as mimetype, m.content ->> 'media_url' as "mediaUrl",
  m.content ->> 'participant' as participant, coalesce(b.is_sandbox, false) as "isSandbox",
  m.campaign_id as "campaignId", m.retry_of as "retryOf", m.priority, m.evidence,
  m.created_at as "createdAt", m.due_at as "dueAt", m.expires_at as "expiresAt", m.called_at as "calledAt",
  m.unknown_at as "unknownAt", m.sent_at as "sentAt", m.delivered_at as "deliveredAt", m.read_at as "readAt",
  m.played_at as "playedAt", m.ended_at as "endedAt", m.edited_at as "editedAt", m.deleted_at as "deletedAt", m.updated_at as "updatedAt"`;

const details = sql`case when m.direction = 'outbound' and m.kind in ('location', 'contact', 'reaction', 'poll', 'list',
  'buttons', 'template', 'status') then m.content end as details`;

const source = sql`messages m
  left join phone_numbers n on n.id = m.phone_number_id
  left join backends b on b.id = coalesce(m.backend_id, n.backend_id)`;

// A backend's answer gives a number as an address.
function addressesOf(to: string): string[] {
  return /^\d+$/.test(to) ? [to, `${to}@s.whatsapp.net`] : [to];
}
