import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** What a backend has lost: since its open incident began, or within the last minutes. */
export type Loss = {
  backendId: number;
  /** Whether its incident is open. */
  isOpen: boolean;
  /** Numbers that lost their connection. */
  lost: number;
  /** Of these, those that are connected again. */
  back: number;
  connected: number;
  firstAt: Date;
  lastAt: Date;
  /** Seconds since the last one. */
  quietSeconds: number;
};

/**
 * Connections lost per backend: of those with an open incident all since it began, of the others those within
 * `withinSeconds` that no earlier incident has counted, from `lostMin` on. Numbers that were deleted, moved or made anew
 * lost it by order. One statement however many backends, since they may all go at once.
 */
export async function countLosses(
  db: Kysely<DB>,
  { withinSeconds, lostMin }: { withinSeconds: number; lostMin: number },
): Promise<Loss[]> {
  const { rows } = await sql<Loss>`
    with recently as (
      select app_now() - make_interval(secs => ${withinSeconds}) as since
    ), known as materialized (
      select i.backend_id, bool_or(i.ended_at is null) as is_open,
        coalesce(min((i.detail ->> 'since')::timestamptz) filter (where i.ended_at is null), max(i.ended_at)) as since
      from incidents i, recently r
      where i.kind = 'mass_disconnect' and (i.ended_at is null or i.ended_at > r.since)
      group by i.backend_id
    ), recent as materialized (
      select n.backend_id, n.id, n.status, s.ended_at, coalesce(k.is_open, false) as is_open
      from connection_spans s
      join phone_numbers n on n.id = s.phone_number_id
      left join known k on k.backend_id = n.backend_id
      where s.ended_at >= (select least(min(k.since) filter (where k.is_open), r.since) from recently r left join known k on true group by r.since)
        and case when k.is_open then s.ended_at >= k.since
          else s.ended_at > (select greatest(r.since, k.since) from recently r) end
        and n.backend_id is not null and n.deleted_at is null
        and coalesce(n.status_reason, '') not in ('moving', 'moved')
        -- A name that is younger than the connection says that the number was moved or made anew since.
        and not exists (select from inbound_secrets i
          where i.phone_number_id = n.id and i.backend_name = n.backend_name and i.created_at > s.began_at)
    ), counted as (
      select backend_id, is_open, count(distinct id)::int as lost,
        count(distinct id) filter (where status = 'connected')::int as back,
        min(ended_at) as first_at, max(ended_at) as last_at
      from recent group by backend_id, is_open having is_open or count(distinct id) >= ${lostMin}
    )
    select c.backend_id as "backendId", c.is_open as "isOpen", c.lost, c.back, c.first_at as "firstAt",
      c.last_at as "lastAt", extract(epoch from app_now() - c.last_at)::float8 as "quietSeconds",
      (select count(*)::int from phone_numbers n
       where n.backend_id = c.backend_id and n.status = 'connected' and n.deleted_at is null) as connected
    from counted c order by c.backend_id`.execute(db);
  return rows;
}
