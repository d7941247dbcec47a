import type { Pool, PoolClient } from 'pg';
import { Batch, type BatchObserver } from '../../../platform/database/batch.ts';
import { appendedEventsPart } from '../../events/index.ts';
import { sentStatsPart } from '../../statistics/index.ts';

/** Where sending takes a message, delivery aside. Of two in one batch the one named first here is believed. */
const endStatuses = ['sent', 'failed', 'expired', 'cancelled', 'unknown'] as const;
export type EndStatus = (typeof endStatuses)[number];

export type Settlement = {
  messageId: string;
  userId: number;
  phoneNumberId: number;
  status: EndStatus;
  /** Whether it ends while it waits, never called; otherwise it was being called, or what became of it was unknown. */
  wasWaiting?: boolean;
  /** What proves that an unknown message was sent; its late answer unless given. */
  evidence?: 'answer' | 'echo' | 'history';
  statusReason: string | null;
  whatsappId: string | null;
  /** The chat's address by the backend's answer, which may differ from the one asked for. */
  remoteJid: string | null;
  isMedia: boolean;
  eventId: string;
  /** JSON text of the event's payload; its `"alias":null` becomes the number's alias of that moment. */
  payload: string;
};

/** False where the message had come to its end before, or does not exist. */
export type Settled = { settled: boolean; earlyStatus: string | null };

/** Ends that were not the aim: each gives the message's unit back, where it has one. */
const refunded: readonly EndStatus[] = ['failed', 'expired', 'cancelled'];

/**
 * One statement ends a batch of messages: state, quota refund, the wire ledger, statistics and the event, each exactly
 * once: only a message that is still `sending` is settled (or an `unknown` one that turns out as sent), or one that still
 * waits where that is how it ends. Where a batch says two things of one message, what is known wins over what is not.
 * Each step reads how many rows the step before it wrote, because Postgres would otherwise take the locks of a
 * statement's parts in an order of its own: messages, wire ledger, statistics, event cursors. The state is asked for by a
 * `case`: otherwise Postgres would take the index of messages being sent, whose dead entries are many, for that of ids.
 * Most batches hold nothing but plain ends of calls, and are spared the parts for others.
 */
function settleSql({ isPlain }: { isPlain: boolean }): string {
  const only = (part: string) => (isPlain ? '' : part);
  return `
  with asked as (
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[],
        $9::uuid[], $10::text[]${only(', $11::text[], $12::boolean[]')})
      with ordinality as t (message_id, user_id, phone_number_id, status, status_reason, whatsapp_id, remote_jid, is_media,
        event_id, payload${only(', evidence, was_waiting')}, ord)
  ), batch as (
    select distinct on (message_id) * from asked
    order by message_id, array_position(array[${endStatuses.map((each) => `'${each}'`).join(', ')}], status), ord
  ), locked as (
    select b.*, m.quota_day, m.status as was from messages m join batch b on b.message_id = m.id
    where ${only(`case when b.was_waiting
      then m.status in ('scheduled', 'accepted') and (b.status <> 'expired' or m.expires_at <= app_now()) else`)}
      case m.status when 'sending' then true when 'unknown' then b.status = 'sent' end${only(' end')}
    order by m.id for update of m
  ), updated as (
    update messages m set
      status = l.status,
      status_reason = l.status_reason,
      whatsapp_id = l.whatsapp_id,
      remote_jid = coalesce(l.remote_jid, m.remote_jid),
      sent_at = case when l.status = 'sent' then app_now() end,
      unknown_at = case when l.status = 'unknown' then app_now() else m.unknown_at end,
      ${only(`ended_at = case when l.status = any('{${refunded.join(',')}}') then app_now() end,`)}
      evidence = case when l.was = 'unknown' then ${isPlain ? `'answer'` : `coalesce(l.evidence, 'answer')`} end,
      lease_until = null,
      updated_at = now()
    from locked l where m.id = l.message_id
    returning l.message_id, l.user_id, l.phone_number_id, l.status, l.whatsapp_id, l.remote_jid, l.is_media, l.event_id,
      coalesce(replace(l.payload, '"alias":null', '"alias":' ||
        (select to_json(n.alias)::text from phone_numbers n where n.id = l.phone_number_id)), l.payload) as payload,
      l.ord, 'message.' || l.status as type, l.quota_day
  ), ${only(`refunded as (
    update usage u set used = u.used - r.n
    from (
      select user_id, quota_day, count(*)::int as n from updated
      where status = any('{${refunded.join(',')}}') and quota_day is not null group by user_id, quota_day
    ) r
    where u.user_id = r.user_id and u.day = r.quota_day
    returning 1
  ), `)}wired as (
    insert into wire_messages as w (phone_number_id, wa_id, message_id, remote_jid, from_me)
    select distinct on (phone_number_id, whatsapp_id) phone_number_id, whatsapp_id, message_id, remote_jid, true
    from updated where status = 'sent' order by phone_number_id, whatsapp_id
    on conflict (phone_number_id, wa_id) do update set
      message_id = coalesce(w.message_id, excluded.message_id),
      remote_jid = coalesce(w.remote_jid, excluded.remote_jid),
      from_me = coalesce(w.from_me, true)
    returning message_id, status
  ), to_count as (
    select updated.* from updated, (select count(*) from wired) as written
  ), ${sentStatsPart('to_count')}, to_tell as (
    select updated.* from updated, (select count(*) from sent_stats) as written
  ), ${appendedEventsPart('to_tell')}
  select u.message_id is not null as settled, w.status as "earlyStatus"
  from asked a
  left join updated u on u.message_id = a.message_id and u.ord = a.ord
  left join wired w on w.message_id = u.message_id
  order by a.ord`;
}

const statements = {
  plain: { name: 'settle', text: settleSql({ isPlain: true }) },
  any: { name: 'settle any', text: settleSql({ isPlain: false }) },
};

export type SettleBatch = Batch<Settlement, Settled>;

export function createSettleBatch(deps: { pool: Pool; observer?: BatchObserver | undefined }): SettleBatch {
  return new Batch<Settlement, Settled>({
    name: 'settle',
    pool: deps.pool,
    // Two batches of the same users would wait for each other's rows, and be half as large.
    inFlightMax: 1,
    ownerOf: (settlement) => settlement.userId,
    bytesOf: (settlement) => settlement.payload.length,
    // Its items are retried by whoever added them and must not starve behind new ones: no short line.
    lineMax: 65_536,
    lineWaitMaxMs: 30_000,
    write: (client, settlements) =>
      settlements.some(({ status }) => refunded.includes(status))
        ? settleWithRefunds(client, settlements)
        : settle(client, settlements.some(({ evidence }) => evidence !== undefined) ? 'any' : 'plain', settlements),
    observer: deps.observer,
  });
}

// Usage rows come before messages in the order of locks. Which day paid for a message does not change before its end.
async function settleWithRefunds(client: PoolClient, settlements: readonly Settlement[]): Promise<Settled[]> {
  const ids = settlements.filter(({ status }) => refunded.includes(status)).map(({ messageId }) => messageId);
  await client.query('begin');
  try {
    await client.query({
      name: 'settle-lock-usage',
      text: `
        select 1
        from (select distinct user_id, quota_day from messages where id = any($1::uuid[]) and quota_day is not null) d
        join usage u on u.user_id = d.user_id and u.day = d.quota_day
        order by u.user_id, u.day for update of u`,
      values: [ids],
    });
    const settled = await settle(client, 'any', settlements);
    await client.query('commit');
    return settled;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function settle(
  client: PoolClient,
  statement: keyof typeof statements,
  settlements: readonly Settlement[],
): Promise<Settled[]> {
  const { rows } = await client.query<Settled>({
    ...statements[statement],
    values: [
      settlements.map((settlement) => settlement.messageId),
      settlements.map((settlement) => settlement.userId),
      settlements.map((settlement) => settlement.phoneNumberId),
      settlements.map((settlement) => settlement.status),
      settlements.map((settlement) => settlement.statusReason),
      settlements.map((settlement) => settlement.whatsappId),
      settlements.map((settlement) => settlement.remoteJid),
      settlements.map((settlement) => settlement.isMedia),
      settlements.map((settlement) => settlement.eventId),
      settlements.map((settlement) => settlement.payload),
      ...(statement === 'plain'
        ? []
        : [
            settlements.map((settlement) => settlement.evidence ?? null),
            settlements.map((settlement) => settlement.wasWaiting ?? false),
          ]),
    ],
  });
  return rows;
}
