import { type Kysely, sql, type Transaction } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { DB } from '../../schema.ts';
import type { CallableEndpoint, EndpointFormat, Schedule } from './endpoint.ts';
import type { ToldNumber } from './told-event.ts';

/** A leased delivery with all that its attempt needs. */
export type ClaimedDelivery = {
  id: string;
  userId: number;
  endpointId: number;
  phoneNumberId: number | null;
  eventId: string;
  eventType: string;
  /** How often it was claimed, this time included; proves later that the claim still stands. */
  attempt: number;
  /** Failures since its schedule began. */
  step: number;
  /** Null when it was deleted since. */
  endpoint: (CallableEndpoint & { schedule: Schedule; enabled: boolean }) | null;
  /** Null when the event is kept no longer. */
  event: { sequence: number; at: Date; payload: Record<string, unknown> } | null;
  number: ToldNumber | null;
  message: { kind: string; content: Record<string, unknown> } | null;
};

/** Where the next turn begins: after this endpoint of this user. */
export type Turn = { userId: number; endpointId: number };

export type Claim = {
  limit: number;
  /** On the way at once, of one user and of one endpoint, over all processes. */
  perUserMax: number;
  perEndpointMax: number;
  leaseMs: number;
  after: Turn;
};

// Any constant works, as long as every process takes the same one.
const claimLock = 7_215_005;

/** Leases due deliveries, users and their endpoints in turn. One claim at a time, so that its counts are right. */
export function claimDeliveries(db: Kysely<DB>, claim: Claim): Promise<ClaimedDelivery[]> {
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${claimLock})`.execute(tx);
    const ids = await lease(tx, claim);
    return ids.length === 0 ? [] : load(tx, ids);
  });
}

async function lease(tx: Transaction<DB>, claim: Claim): Promise<string[]> {
  const nextPair = (userId: ReturnType<typeof sql>, endpointId: ReturnType<typeof sql>) => sql`
    select d.user_id, d.endpoint_id from deliveries d
    where d.status = 'pending' and (d.user_id, d.endpoint_id) > (${userId}, ${endpointId})
    order by d.user_id, d.endpoint_id limit 1`;
  const { rows } = await sql<{ id: string }>`
    with recursive leased as materialized (
      select user_id, endpoint_id, count(*)::int as n from deliveries where lease_until > app_now()
      group by user_id, endpoint_id
    ), pairs as (
      (${nextPair(sql`${claim.after.userId}::bigint`, sql`${claim.after.endpointId}::bigint`)})
      union all
      select n.* from pairs p cross join lateral (${nextPair(sql`p.user_id`, sql`p.endpoint_id`)}) n
    ), due as materialized (
      select c.* from pairs p cross join lateral (
        select d.id, d.user_id, d.endpoint_id, d.due_at from deliveries d
        where d.status = 'pending' and d.user_id = p.user_id and d.endpoint_id = p.endpoint_id
          and d.due_at <= app_now()
          and coalesce((select sum(l.n) from leased l where l.user_id = p.user_id), 0) < ${claim.perUserMax}
        order by d.due_at, d.id
        limit greatest(0, ${claim.perEndpointMax} - coalesce((select l.n from leased l
          where l.user_id = p.user_id and l.endpoint_id = p.endpoint_id), 0))
        for update skip locked
      ) c
      limit ${claim.limit}
    ), ranked as (
      select id, user_id, row_number() over (partition by user_id order by nth, endpoint_id) as rank
      from (select due.*, row_number() over (partition by endpoint_id order by due_at, id) as nth from due) numbered
    ), picked as (
      select r.id from ranked r
      where r.rank <= ${claim.perUserMax} - coalesce((select sum(l.n) from leased l where l.user_id = r.user_id), 0)
    )
    update deliveries d set attempt = d.attempt + 1, lease_until = t.until, due_at = t.until
    from (select app_now() + make_interval(secs => ${claim.leaseMs / 1_000}) as until) t
    where d.id = any(array(select id from picked))
    returning d.id`.execute(tx);
  return rows.map((row) => row.id);
}

type Row = Omit<ClaimedDelivery, 'endpoint' | 'event' | 'number' | 'message'> & {
  url: string | null;
  format: EndpointFormat;
  schedule: Schedule;
  enabled: boolean;
  byEvents: boolean;
  withMedia: boolean;
  headersSealed: string | null;
  secretSealed: string;
  previousSecretSealed: string | null;
  sequence: number | null;
  at: Date;
  payload: Record<string, unknown>;
  instanceName: string | null;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  profileName: string | null;
  ownJid: string | null;
  tokenHint: string;
  messageKind: string | null;
  messageContent: Record<string, unknown>;
};

async function load(tx: Transaction<DB>, ids: readonly string[]): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<Row>`
    select d.id, d.user_id as "userId", d.endpoint_id as "endpointId", d.phone_number_id as "phoneNumberId",
      d.event_id as "eventId", d.event_type as "eventType", d.attempt, d.step,
      e.url, e.format, e.schedule, e.enabled, e.by_events as "byEvents", e.with_media as "withMedia",
      e.headers_sealed as "headersSealed", e.secret_sealed as "secretSealed",
      case when e.previous_secret_until > app_now() then e.previous_secret_sealed end as "previousSecretSealed",
      ev.sequence, ev.created_at as at, ev.payload,
      n.instance_name as "instanceName", n.alias, n.display_name as "displayName", n.phone_number as "phoneNumber",
      n.profile_name as "profileName", n.own_jid as "ownJid", n.token as "tokenHint",
      m.kind as "messageKind", m.content as "messageContent"
    from deliveries d
    left join endpoints e on e.id = d.endpoint_id
    left join events ev on ev.id = d.event_id
    left join phone_numbers n on n.id = d.phone_number_id
    left join messages m on m.id = ev.message_id and e.format = 'evolution' and ev.type = 'message.sent'
    where d.id = any(${ids as string[]}::uuid[])
    order by d.user_id, d.endpoint_id, d.id`.execute(tx);
  return rows.map(toClaimed);
}

function toClaimed(row: Row): ClaimedDelivery {
  const { id, userId, endpointId, phoneNumberId, eventId, eventType, attempt, step, url, sequence } = row;
  const { format, schedule, enabled, byEvents, withMedia, headersSealed, at, payload } = row;
  const { secretSealed, previousSecretSealed } = row;
  const callable = { format, byEvents, withMedia, headersSealed, secretSealed, previousSecretSealed };
  return {
    ...{ id, userId, endpointId, phoneNumberId, eventId, eventType, attempt, step },
    endpoint: url === null ? null : { ...callable, url, schedule, enabled },
    event: sequence === null ? null : { sequence, at, payload },
    number: numberOf(row),
    message: row.messageKind === null ? null : { kind: row.messageKind, content: row.messageContent },
  };
}

function numberOf(row: Row): ToldNumber | null {
  const { phoneNumberId, instanceName, alias, displayName, phoneNumber, profileName, ownJid, tokenHint } = row;
  if (phoneNumberId === null || instanceName === null) return null;
  return { id: phoneNumberId, instanceName, alias, displayName, phoneNumber, profileName, ownJid, tokenHint };
}
