import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { EventRange } from '../events/index.ts';
import { alertType } from './connect-body.ts';
import { typesOfFormat } from './format-body.ts';

/** An event that an endpoint wants to hear of. */
export type Match = {
  eventId: string;
  eventType: string;
  endpointId: number;
  userId: number;
  phoneNumberId: number | null;
};

// What an endpoint hears of: its number's events or all, those it asked for, those its format has words for. The
// endpoint of the settings is the operator's, and hears their alerts as well.
const wants = sql`
  (e.phone_number_id is null or e.phone_number_id = ev.phone_number_id)
  and (e.events is null or ev.type = any(e.events))
  and case e.format
    when 'evolution' then ev.type = any(${[...typesOfFormat.evolution]}::text[])
    when 'connect' then ev.type = any(${[...typesOfFormat.connect]}::text[]) or (e.from_settings and ev.type = ${alertType})
    else true end`;

/** Who wants to hear of the events in these ranges: endpoints that are enabled and existed at the time. */
export async function matchEndpoints(tx: Transaction<DB>, ranges: readonly EventRange[]): Promise<Match[]> {
  // Most users have no endpoint at all: their events are not looked at.
  const { rows } = await sql<Match>`
    with ranges as (
      select * from unnest(${ranges.map((range) => range.userId)}::bigint[], ${ranges.map((range) => range.first)}::bigint[],
        ${ranges.map((range) => range.last)}::bigint[]) as r (user_id, first, last)
    ), heard as materialized (
      select * from ranges r where exists (select 1 from endpoints e where e.user_id = r.user_id and e.enabled)
    )
    select ev.id as "eventId", ev.type as "eventType", e.id as "endpointId", ev.user_id as "userId",
      ev.phone_number_id as "phoneNumberId"
    from heard r
    join endpoints e on e.user_id = r.user_id and e.enabled
    cross join lateral (
      select id, user_id, sequence, type, phone_number_id, created_at from events
      where user_id = r.user_id and sequence between r.first and r.last
    ) ev
    where ev.created_at >= e.created_at and ${wants}
    order by ev.user_id, ev.sequence, e.id`.execute(tx);
  return rows;
}

/** An event of an endpoint's, and its delivery where it has one. */
export type Replayable = Match & { at: Date; deliveryId: string | null };

/** Of the endpoint's events of a time, oldest first: those that are not delivered and not under way; or all that are not under way. */
export async function matchReplayable(
  tx: Transaction<DB>,
  endpoint: { userId: number; id: number },
  range: { since: Date; until: Date; deliveredToo: boolean },
  limit: number,
): Promise<Replayable[]> {
  const { rows } = await sql<Replayable>`
    select ev.id as "eventId", ev.type as "eventType", e.id as "endpointId", ev.user_id as "userId",
      ev.phone_number_id as "phoneNumberId", ev.created_at as at, d.id as "deliveryId"
    from endpoints e
    join events ev on ev.user_id = e.user_id
    left join deliveries d on d.endpoint_id = e.id and d.event_id = ev.id
    where e.id = ${endpoint.id} and e.user_id = ${endpoint.userId}
      and ev.created_at >= ${range.since} and ev.created_at < ${range.until} and ${wants}
      and (d.id is null or d.status = 'dead' or (d.status = 'delivered' and ${range.deliveredToo}))
    order by ev.created_at, ev.sequence limit ${limit}`.execute(tx);
  return rows;
}

const insertRowsMax = 2_000;

/** Makes a delivery of each match, due now; one that exists stays as it is. Answers how many are new. */
export async function insertDeliveries(
  tx: Transaction<DB>,
  makeId: () => string,
  matches: readonly Match[],
): Promise<number> {
  let made = 0;
  for (let start = 0; start < matches.length; start += insertRowsMax) {
    const some = matches.slice(start, start + insertRowsMax);
    const { numAffectedRows } = await sql`
      insert into deliveries (id, event_id, event_type, endpoint_id, user_id, phone_number_id, due_at)
      select t.*, app_now() from unnest(${some.map(makeId)}::uuid[], ${some.map((match) => match.eventId)}::uuid[],
        ${some.map((match) => match.eventType)}::text[], ${some.map((match) => match.endpointId)}::bigint[],
        ${some.map((match) => match.userId)}::bigint[], ${some.map((match) => match.phoneNumberId)}::bigint[]) as t
      on conflict (endpoint_id, event_id) do nothing`.execute(tx);
    made += Number(numAffectedRows ?? 0n);
  }
  return made;
}
