import { sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';

/** How far a message came by the backend's acknowledgements, the least first; an error counts only while nothing else is known. */
export const wireStatuses = ['error', 'server_ack', 'delivered', 'read', 'played'] as const;
export type WireStatus = (typeof wireStatuses)[number];

export type WireRow = {
  waId: string;
  /** The message of ours it is, once that is known. */
  messageId: string | null;
  status: WireStatus | null;
  fromMe: boolean | null;
  isEchoed: boolean;
};

const wireColumns = sql`w.wa_id as "waId", w.message_id as "messageId", w.status, w.from_me as "fromMe", w.echoed_at is not null as "isEchoed"`;

export async function readWire(
  tx: Transaction<DB>,
  phoneNumberId: number,
  waIds: readonly string[],
): Promise<WireRow[]> {
  const { rows } = await sql<WireRow>`
    select ${wireColumns} from wire_messages w
    where w.phone_number_id = ${phoneNumberId} and w.wa_id = any(${waIds as string[]}::text[])`.execute(tx);
  return rows;
}

/**
 * Where a message was heard of: its echo, the owner's own writing on a phone, the backend's own records, or no more than
 * an acknowledgement.
 */
export type HeardAs = 'echo' | 'typed' | 'history' | 'acknowledgement';

export type Heard = {
  waId: string;
  remoteJid: string | null;
  fromMe: boolean | null;
  status: WireStatus | null;
  as: HeardAs;
  /** What it says, in the form of a fingerprint, as far as an echo or a record told. */
  kind: string | null;
  fingerprint: string | null;
  /** By the backend's clock. */
  saidAt: Date | null;
};

/**
 * Adds what was heard, each id once, to what is known; statuses only move up. What it says is kept only while nobody
 * has claimed it, and never of a message that the owner wrote.
 */
export async function saveHeard(
  tx: Transaction<DB>,
  phoneNumberId: number,
  heard: readonly Heard[],
): Promise<Pick<WireRow, 'waId' | 'messageId' | 'status'>[]> {
  const { rows } = await sql<Pick<WireRow, 'waId' | 'messageId' | 'status'>>`
    insert into wire_messages as w
      (phone_number_id, wa_id, remote_jid, from_me, status, echoed_at, kind, fingerprint, is_history, said_at)
    select ${phoneNumberId}, t.wa_id, t.remote_jid, t.from_me, t.status, case when t.heard_as = 'echo' then app_now() end,
      t.kind, t.fingerprint, t.heard_as = 'history', t.said_at
    from unnest(
      ${heard.map((each) => each.waId)}::text[],
      ${heard.map((each) => each.remoteJid)}::text[],
      ${heard.map((each) => each.fromMe)}::boolean[],
      ${heard.map((each) => each.status)}::text[],
      ${heard.map((each) => each.as)}::text[],
      ${heard.map((each) => (each.as === 'typed' ? 'typed' : each.kind))}::text[],
      ${heard.map((each) => (each.as === 'typed' ? null : each.fingerprint))}::text[],
      ${heard.map((each) => each.saidAt)}::timestamptz[]
    ) as t (wa_id, remote_jid, from_me, status, heard_as, kind, fingerprint, said_at)
    order by t.wa_id
    on conflict (phone_number_id, wa_id) do update set
      remote_jid = coalesce(w.remote_jid, excluded.remote_jid),
      from_me = coalesce(w.from_me, excluded.from_me),
      status = case when ${rankOf(sql`excluded.status`)} > ${rankOf(sql`w.status`)} then excluded.status else w.status end,
      echoed_at = coalesce(w.echoed_at, excluded.echoed_at),
      kind = case
        when w.message_id is not null then w.kind
        when excluded.kind = 'typed' and w.echoed_at is null then 'typed'
        when w.kind = 'typed' and excluded.echoed_at is not null then excluded.kind
        else coalesce(w.kind, excluded.kind) end,
      fingerprint = case
        when w.message_id is not null then w.fingerprint
        when excluded.kind = 'typed' and w.echoed_at is null then null
        when w.kind = 'typed' and excluded.echoed_at is null then null
        else coalesce(w.fingerprint, excluded.fingerprint) end,
      is_history = w.is_history or excluded.is_history,
      said_at = coalesce(w.said_at, excluded.said_at)
    returning w.wa_id as "waId", w.message_id as "messageId", w.status`.execute(tx);
  return rows;
}

/** A hidden address (@lid) and the one behind it. */
export type LidAddress = { lid: string; jid: string };

/** Keeps which address is behind a hidden one; the last word of the backend holds. */
export async function saveLidAddresses(
  tx: Transaction<DB>,
  phoneNumberId: number,
  addresses: readonly LidAddress[],
): Promise<void> {
  const byLid = new Map(addresses.map(({ lid, jid }) => [lid, jid]));
  if (byLid.size === 0) return;
  await sql`
    insert into lid_addresses as l (phone_number_id, lid, jid)
    select ${phoneNumberId}, t.lid, t.jid from unnest(${[...byLid.keys()]}::text[], ${[...byLid.values()]}::text[]) as t (lid, jid)
    order by t.lid
    on conflict (phone_number_id, lid) do update set jid = excluded.jid where l.jid <> excluded.jid`.execute(tx);
}

export type SentMessageRow = {
  id: string;
  userId: number;
  phoneNumberId: number;
  kind: string;
  remoteJid: string;
  whatsappId: string | null;
  status: string;
  statusReason: string | null;
  isDelivered: boolean;
  isRead: boolean;
  isPlayed: boolean;
};

export async function lockMessages(tx: Transaction<DB>, ids: readonly string[]): Promise<SentMessageRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<SentMessageRow>`
    select id, user_id as "userId", phone_number_id as "phoneNumberId", kind, remote_jid as "remoteJid",
      whatsapp_id as "whatsappId", status, status_reason as "statusReason", delivered_at is not null as "isDelivered", read_at is not null as "isRead",
      played_at is not null as "isPlayed"
    from messages where id = any(${ids as string[]}::uuid[]) order by id for update`.execute(tx);
  return rows;
}

/** What the wire ledger knows of a message, and how its number is called. */
export async function readWireOfMessage(
  tx: Transaction<DB>,
  message: Pick<SentMessageRow, 'phoneNumberId' | 'whatsappId'>,
): Promise<{ status: WireStatus | null; instanceName: string; alias: string | null } | undefined> {
  const { rows } = await sql<{ status: WireStatus | null; instanceName: string; alias: string | null }>`
    select w.status, n.instance_name as "instanceName", n.alias
    from wire_messages w join phone_numbers n on n.id = w.phone_number_id
    where w.phone_number_id = ${message.phoneNumberId} and w.wa_id = ${message.whatsappId}`.execute(tx);
  return rows[0];
}

/** WhatsApp reported that the message failed, and nothing else is known. */
export const reportedFailed = 'reported_failed';

/** A sent message stays `sent` where only its reason changes. */
export type Advance = {
  id: string;
  status: 'sent' | 'delivered' | 'read' | 'played';
  statusReason: typeof reportedFailed | null;
};

/** Moves messages on; whoever played or read is known to have got it. */
export async function advanceMessages(tx: Transaction<DB>, advances: readonly Advance[]): Promise<void> {
  if (advances.length === 0) return;
  await sql`
    update messages m set
      status = t.status,
      status_reason = t.status_reason,
      delivered_at = case when t.status = 'sent' then m.delivered_at else coalesce(m.delivered_at, app_now()) end,
      read_at = case when t.status in ('read', 'played') then coalesce(m.read_at, app_now()) else m.read_at end,
      played_at = case when t.status = 'played' then coalesce(m.played_at, app_now()) else m.played_at end,
      updated_at = now()
    from unnest(
      ${advances.map(({ id }) => id)}::uuid[],
      ${advances.map(({ status }) => status)}::text[],
      ${advances.map(({ statusReason }) => statusReason)}::text[]
    ) as t (id, status, status_reason)
    where m.id = t.id`.execute(tx);
}

export type ReceivedRow = {
  id: string;
  waId: string;
  remoteJid: string;
  kind: string;
  /** JSON text. */
  content: string;
};

/**
 * Stores received messages whose WhatsApp id, each given once, is new to the number; answers the ids of those stored.
 * An acknowledgement may have come before the message, so a ledger row alone does not mean that it is known. The
 * addresses in `met` can be written to from now on.
 */
export async function insertReceived(
  tx: Transaction<DB>,
  number: { id: number; userId: number },
  received: readonly ReceivedRow[],
  met: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    with heard as (
      select * from unnest(
        ${received.map((each) => each.id)}::uuid[],
        ${received.map((each) => each.waId)}::text[],
        ${received.map((each) => each.remoteJid)}::text[],
        ${received.map((each) => each.kind)}::text[],
        ${received.map((each) => each.content)}::text[]
      ) as t (id, wa_id, remote_jid, kind, content)
    ), first_heard as (
      insert into wire_messages as w (phone_number_id, wa_id, message_id, remote_jid, from_me)
      select ${number.id}, wa_id, id, remote_jid, false from heard order by wa_id
      on conflict (phone_number_id, wa_id) do update set
        message_id = excluded.message_id, from_me = false, remote_jid = coalesce(w.remote_jid, excluded.remote_jid)
        where w.message_id is null and w.from_me is not true
      returning message_id
    ), met as (
      insert into met_addresses (phone_number_id, jid)
      select ${number.id}, jid from unnest(${met as string[]}::text[]) as t (jid)
      on conflict do nothing
    )
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, whatsapp_id)
    select h.id, ${number.userId}, ${number.id}, 'inbound', h.kind, h.remote_jid, 'received', h.content::json, h.wa_id
    from heard h join first_heard f on f.message_id = h.id
    returning id`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

function rankOf(status: ReturnType<typeof sql>) {
  return sql`coalesce(array_position(${wireStatuses as unknown as string[]}::text[], ${status}), 0)`;
}
