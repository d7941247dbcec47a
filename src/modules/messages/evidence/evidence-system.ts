import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import { appendedEventsPart } from '../../events/index.ts';
import { sentStatsPart } from '../../statistics/index.ts';
import type { Proof } from './pair-evidence.ts';
import type { WireStatus } from './wire-messages-system.ts';

/** What one number has open: equal twice, it need not be looked at again. */
export type OpenCase = { phoneNumberId: number; state: string };

const daysMax = 7;
/** Of a number; what is more comes when these are proven, or a week old. */
const rowsMax = 20_000;

/** Numbers with unknown messages and with echoes or records that nobody has claimed. */
export async function listOpenCases(db: Kysely<DB>): Promise<OpenCase[]> {
  const { rows } = await sql<OpenCase>`
    with recursive numbers as (
      (select phone_number_id from wire_messages w where ${isUnclaimed} order by phone_number_id limit 1)
      union all
      select (select w.phone_number_id from wire_messages w where ${isUnclaimed} and w.phone_number_id > n.phone_number_id
        order by w.phone_number_id limit 1)
      from numbers n where n.phone_number_id is not null
    ), open as (
      select n.phone_number_id, u.latest, u.count
      from numbers n
      cross join lateral (
        select max(m.unknown_at) as latest, count(*) as count from messages m
        where m.phone_number_id = n.phone_number_id and ${isOpen}
      ) u
      where n.phone_number_id is not null and u.count > 0
    )
    select o.phone_number_id as "phoneNumberId", concat_ws(' ', o.count, o.latest,
      (select count(*) || ' ' || max(w.first_seen_at) from wire_messages w
        where ${isUnclaimed} and w.phone_number_id = o.phone_number_id),
      (select count(*) from messages m where m.status = 'sending' and m.phone_number_id = o.phone_number_id)) as state
    from open o`.execute(db);
  return rows;
}

export type UnprovenRow = {
  id: string;
  status: 'unknown' | 'sending';
  calledAt: Date;
  fingerprint: string | null;
  remoteJid: string;
  kind: string;
};

/** A message, or what a backend told of one, and the address it went to. */
export type Addressed = { id: string; remoteJid: string; kind: string | null };

/** A number's unknown messages and those being sent, those called first before the others; when the first of them was. */
export async function findUnproven(
  tx: Transaction<DB>,
  phoneNumberId: number,
): Promise<{ messages: Addressed[]; since: Date | undefined }> {
  const { rows } = await sql<Addressed & { calledAt: Date }>`
    (select m.id, m.remote_jid as "remoteJid", m.kind, coalesce(m.called_at, m.created_at) as "calledAt"
      from messages m where m.phone_number_id = ${phoneNumberId} and ${isOpen}
      order by m.unknown_at limit ${rowsMax})
    union all
    select m.id, m.remote_jid, m.kind, coalesce(m.called_at, m.created_at)
      from messages m where m.phone_number_id = ${phoneNumberId} and m.status = 'sending'
    order by "calledAt", id`.execute(tx);
  return { messages: rows, since: rows[0]?.calledAt };
}

/** Those of the messages that are unknown or being sent still, locked. */
export async function lockUnproven(tx: Transaction<DB>, ids: readonly string[]): Promise<UnprovenRow[]> {
  const { rows } = await sql<UnprovenRow>`
    select m.id, m.status, coalesce(m.called_at, m.created_at) as "calledAt", m.fingerprint, m.remote_jid as "remoteJid", m.kind
    from messages m
    where m.id = any(${ids as string[]}::uuid[]) and case when m.status in ('unknown', 'sending') then true end
    order by m.id for no key update`.execute(tx);
  return rows;
}

export type UnclaimedRow = {
  waId: string;
  remoteJid: string;
  fingerprint: string;
  status: WireStatus | null;
  echoedAt: Date | null;
  saidAt: Date | null;
};

/** What a number's backend told of messages that nobody has claimed, the first before the others; echoes since then. */
export async function findUnclaimed(tx: Transaction<DB>, phoneNumberId: number, since: Date): Promise<Addressed[]> {
  const { rows } = await sql<Addressed>`
    select w.wa_id as id, w.remote_jid as "remoteJid", w.kind from wire_messages w
    where w.phone_number_id = ${phoneNumberId} and ${isUnclaimed} and w.remote_jid is not null
      and (w.echoed_at is null or w.echoed_at >= ${since})
    order by w.first_seen_at, w.wa_id limit ${rowsMax}`.execute(tx);
  return rows;
}

/** Those that nobody has claimed still, locked. */
export async function lockUnclaimed(
  tx: Transaction<DB>,
  phoneNumberId: number,
  waIds: readonly string[],
): Promise<UnclaimedRow[]> {
  const { rows } = await sql<UnclaimedRow>`
    select w.wa_id as "waId", w.remote_jid as "remoteJid", w.fingerprint, w.status, w.echoed_at as "echoedAt",
      w.said_at as "saidAt"
    from wire_messages w
    where w.phone_number_id = ${phoneNumberId} and w.wa_id = any(${waIds as string[]}::text[]) and ${isUnclaimed}
    order by w.wa_id for no key update`.execute(tx);
  return rows;
}

/** Which addresses are behind hidden ones, of those given. */
export async function readLidAddresses(
  tx: Transaction<DB>,
  phoneNumberId: number,
  lids: readonly string[],
): Promise<Map<string, string>> {
  if (lids.length === 0) return new Map();
  const { rows } = await sql<{ lid: string; jid: string }>`
    select lid, jid from lid_addresses
    where phone_number_id = ${phoneNumberId} and lid = any(${lids as string[]}::text[])`.execute(tx);
  return new Map(rows.map(({ lid, jid }) => [lid, jid]));
}

export type ProvenMessage = Proof & {
  remoteJid: string;
  isMedia: boolean;
  eventId: string;
  /** JSON text of its event's payload. */
  payload: string;
};

/** Makes unknown messages sent: their state, the wire ledger, statistics and an event each. All are locked before. */
export async function saveProven(
  tx: Transaction<DB>,
  number: { id: number; userId: number },
  proven: readonly ProvenMessage[],
): Promise<void> {
  await sql`
    with proven as (
      select * from unnest(
        ${proven.map((each) => each.messageId)}::uuid[],
        ${proven.map((each) => each.waId)}::text[],
        ${proven.map((each) => each.by)}::text[],
        ${proven.map((each) => each.remoteJid)}::text[],
        ${proven.map((each) => each.isMedia)}::boolean[],
        ${proven.map((each) => each.eventId)}::uuid[],
        ${proven.map((each) => each.payload)}::text[]
      ) with ordinality as t (message_id, wa_id, evidence, remote_jid, is_media, event_id, payload, ord)
    ), updated as (
      update messages m set status = 'sent', status_reason = null, whatsapp_id = p.wa_id, remote_jid = p.remote_jid,
        evidence = p.evidence, sent_at = app_now(), updated_at = now()
      from proven p where m.id = p.message_id and m.status = 'unknown'
      returning p.*, m.user_id, m.phone_number_id, m.status, 'message.sent' as type
    ), wired as (
      update wire_messages w set message_id = u.message_id
      from updated u where w.phone_number_id = ${number.id} and w.wa_id = u.wa_id
      returning 1
    ), to_count as (
      select updated.* from updated, (select count(*) from wired) as written
    ), ${sql.raw(sentStatsPart('to_count'))}, to_tell as (
      select updated.* from updated, (select count(*) from sent_stats) as written
    ), ${sql.raw(appendedEventsPart('to_tell'))}
    select 1`.execute(tx);
}

const isUnclaimed = sql`w.message_id is null and w.from_me and w.fingerprint is not null`;
const isOpen = sql`m.status = 'unknown' and m.fingerprint is not null
  and m.unknown_at > app_now() - make_interval(days => ${daysMax})`;
