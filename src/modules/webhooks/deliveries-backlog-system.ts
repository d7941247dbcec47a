import { type Kysely, sql } from 'kysely';
import { type Backlog, backlogMax } from '../../platform/lane/backlog.ts';
import type { DB } from '../../schema.ts';

const endpointsMax = 2_000;

/**
 * Deliveries that are due, and how late the lane is. An endpoint that has one on its way is left out of the lateness: what
 * waits behind that waits for the endpoint.
 */
export async function lookAtDeliveries(db: Kysely<DB>): Promise<Backlog> {
  const nextEndpoint = (userId: ReturnType<typeof sql>, endpointId: ReturnType<typeof sql>) => sql`
    select d.user_id, d.endpoint_id, d.due_at from deliveries d
    where d.status = 'pending' and (d.user_id, d.endpoint_id) > (${userId}, ${endpointId})
    order by d.user_id, d.endpoint_id, d.due_at limit 1`;
  const { rows } = await sql<Backlog>`
    with recursive endpoints_with as (
      (${nextEndpoint(sql`0::bigint`, sql`0::bigint`)})
      union all
      select n.* from endpoints_with e cross join lateral (${nextEndpoint(sql`e.user_id`, sql`e.endpoint_id`)}) n
    ), looked_at as (
      select * from endpoints_with limit ${endpointsMax}
    )
    select
      (select count(*) from (
        select due_at from deliveries where status = 'pending' order by user_id, endpoint_id, due_at limit ${backlogMax}
      ) counted where due_at <= app_now())::int as due,
      coalesce(extract(epoch from app_now() - (
        select min(due_at) from looked_at l
        where due_at <= app_now() and not exists (
          select from deliveries o where o.lease_until > app_now() and o.endpoint_id = l.endpoint_id
        )
      )), 0)::float8 as "oldestSeconds"`.execute(db);
  return rows[0] ?? { due: 0, oldestSeconds: 0 };
}
