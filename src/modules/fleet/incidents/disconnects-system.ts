import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

export type Loss = {
  backendId: number;
  /** Numbers that lost their connection since then. */
  lost: number;
  /** Of these, those that are connected again, or gone. */
  back: number;
  connected: number;
  firstAt: Date;
  lastAt: Date;
  /** Seconds since the last one. */
  quietSeconds: number;
};

/**
 * Connections lost per backend within the last `withinSeconds`, not counting what an earlier incident has counted, nor
 * numbers that were deleted, moved or made anew: those lost it by order.
 */
export async function countRecentLosses(
  db: Kysely<DB>,
  { withinSeconds, lostMin }: { withinSeconds: number; lostMin: number },
): Promise<Loss[]> {
  const { rows } = await sql<Loss>`
    with recent as materialized (
      select n.backend_id, n.id, n.status, s.ended_at
      from connection_spans s join phone_numbers n on n.id = s.phone_number_id
      where s.ended_at > app_now() - make_interval(secs => ${withinSeconds}) and n.backend_id is not null and ${isLoss}
        and s.ended_at > coalesce((select max(i.ended_at) from incidents i
          where i.kind = 'mass_disconnect' and i.backend_id = n.backend_id and i.began_at > app_now() - interval '1 day'),
          '-infinity')
    ), counted as (
      select ${counts} from recent group by backend_id having count(distinct id) >= ${lostMin}
    )
    select ${result} from counted c order by c.backend_id`.execute(db);
  return rows;
}

/** The same of one backend since a moment. */
export async function countLossesSince(
  db: Kysely<DB>,
  { backendId, since }: { backendId: number; since: Date },
): Promise<Loss | undefined> {
  const { rows } = await sql<Loss>`
    with recent as materialized (
      select n.backend_id, n.id, n.status, s.ended_at
      from connection_spans s join phone_numbers n on n.id = s.phone_number_id
      where s.ended_at >= ${since} and n.backend_id = ${backendId} and ${isLoss}
    ), counted as (
      select ${counts} from recent group by backend_id
    )
    select ${result} from counted c`.execute(db);
  return rows[0];
}

// A name that is younger than the connection says that the number was moved or made anew since.
const isLoss = sql.raw(`n.deleted_at is null
  and coalesce(n.status_reason, '') not in ('moving', 'moved')
  and not exists (select from inbound_secrets i
    where i.phone_number_id = n.id and i.backend_name = n.backend_name and i.created_at > s.began_at)`);

const counts = sql.raw(`backend_id, count(distinct id)::int as lost,
  count(distinct id) filter (where status = 'connected')::int as back,
  min(ended_at) as first_at, max(ended_at) as last_at`);

const result = sql.raw(`c.backend_id as "backendId", c.lost, c.back, c.first_at as "firstAt", c.last_at as "lastAt",
  extract(epoch from app_now() - c.last_at)::float8 as "quietSeconds",
  (select count(*)::int from phone_numbers n
   where n.backend_id = c.backend_id and n.status = 'connected' and n.deleted_at is null) as connected`);
