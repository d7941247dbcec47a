import { sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';

/** `renewsInSeconds`: until the next UTC day, by the database's clock. */
export type Reserved = { used: number; told: number; renewsInSeconds: number };

/**
 * Takes all the units of a bulk send, of the day on which it may leave, or none: undefined where fewer are left.
 */
export async function reserveUnits(
  tx: Transaction<DB>,
  input: { userId: number; units: number; dailyMax: number; sendAt: Date | null },
): Promise<Reserved | undefined> {
  const { userId, units, dailyMax, sendAt } = input;
  if (units > dailyMax) return undefined;
  const { rows } = await sql<Reserved>`
    insert into usage as u (user_id, day, used, granted)
    values (${userId}, ${dayOf(sendAt)}, ${units}, ${units})
    on conflict (user_id, day) do update set used = u.used + excluded.granted, granted = excluded.granted
      where u.used + excluded.granted <= ${dailyMax}
    returning used, told, greatest(1, ceil(extract(epoch from
      (app_today() + 1)::timestamp at time zone 'UTC' - app_now())))::int as "renewsInSeconds"`.execute(tx);
  return rows[0];
}

export type BulkMessages = {
  userId: number;
  phoneNumberId: number;
  backendId: number;
  campaignId: string;
  kind: string;
  requestId: string;
  priority: number;
  /** Null: now. */
  sendAt: Date | null;
  expiresInSeconds: number;
  /** In the order in which they leave. */
  messages: readonly { id: string; recipient: string; content: string }[];
};

/** Puts messages into a number's line, their units reserved before in the same transaction. */
export async function insertBulk(tx: Transaction<DB>, bulk: BulkMessages): Promise<void> {
  const { userId, phoneNumberId, backendId, campaignId, kind, requestId, priority, sendAt, messages } = bulk;
  const dueAt = sql`coalesce(${sendAt}::timestamptz, app_now())`;
  await sql`
    insert into messages (id, user_id, phone_number_id, backend_id, direction, kind, remote_jid, status, content,
      request_id, quota_day, priority, due_at, expires_at, campaign_id)
    select t.id, ${userId}, ${phoneNumberId}, ${backendId}, 'outbound', ${kind}, t.recipient,
      case when ${dueAt} > app_now() then 'scheduled' else 'accepted' end, t.content::json, ${requestId},
      ${dayOf(sendAt)}, ${priority}::smallint, ${dueAt}, ${dueAt} + make_interval(secs => ${bulk.expiresInSeconds}),
      ${campaignId}::uuid
    from unnest(
      ${messages.map(({ id }) => id)}::uuid[],
      ${messages.map(({ recipient }) => recipient)}::text[],
      ${messages.map(({ content }) => content)}::text[]
    ) as t (id, recipient, content)
    order by t.id`.execute(tx);
  await sql`
    insert into send_turns as s (phone_number_id, due_at) values (${phoneNumberId}, ${dueAt})
    on conflict (phone_number_id) do update set due_at = least(s.due_at, excluded.due_at)`.execute(tx);
}

function dayOf(sendAt: Date | null) {
  return sql`coalesce((${sendAt}::timestamptz at time zone 'UTC')::date, app_today())`;
}
