import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** A number that could move, and what its user or plan requires of a backend. */
export type Movable = {
  id: number;
  userId: number;
  backendId: number;
  isConnected: boolean;
  labels: string[];
  isolation: 'shared' | 'dedicated';
};

/** Up to `perBackend` live numbers of each: first those whose move costs no scan, then the latest connected. */
export async function listMovable(
  db: Kysely<DB>,
  backendIds: readonly number[],
  perBackend: number,
): Promise<Movable[]> {
  const { rows } = await sql<Movable>`
    select ${columns}
    from unnest(${backendIds as number[]}::bigint[]) as of (backend_id)
    cross join lateral (
      select * from phone_numbers n
      where n.backend_id = of.backend_id and ${movable}
      order by (n.status = 'connected'), n.connected_at desc, n.id limit ${perBackend}
    ) as n
    ${demands}
    order by n.backend_id, (n.status = 'connected'), n.connected_at desc, n.id`.execute(db);
  return rows;
}

/** Live numbers on backends that do not have what their user or plan requires, or were taken out of the pool. */
export async function listMisplaced(db: Kysely<DB>, limit: number): Promise<Movable[]> {
  // Few users and backends are anything but usual: the numbers of all others are not looked at.
  const { rows } = await sql<Movable>`
    select ${columns}
    from phone_numbers n ${demands} join backends b on b.id = n.backend_id
    where ${movable}
      and n.id in (
        select id from phone_numbers where user_id in (
          select u.id from users u join plans p on p.plan_type = u.plan_type
          where coalesce(u.own_placement_labels, p.placement_labels) <> '{}'
            or coalesce(u.own_isolation, p.isolation) <> 'shared')
        union all
        select id from phone_numbers where backend_id in (
          select id from backends where isolation <> 'shared' or removed_at is not null))
      and (b.removed_at is not null or not b.labels @> coalesce(u.own_placement_labels, p.placement_labels)
        or b.isolation <> coalesce(u.own_isolation, p.isolation)
        or b.dedicated_to <> n.user_id)
    order by n.id limit ${limit}`.execute(db);
  return rows;
}

const movable = sql.raw(`n.deleted_at is null and n.reservation_id is null and n.integration <> 'WHATSAPP-BUSINESS'
  and not exists (select from number_moves m where m.phone_number_id = n.id)`);
const demands = sql.raw('join users u on u.id = n.user_id join plans p on p.plan_type = u.plan_type');
const columns = sql.raw(`n.id, n.user_id as "userId", n.backend_id as "backendId",
  n.status = 'connected' as "isConnected", coalesce(u.own_placement_labels, p.placement_labels) as labels,
  coalesce(u.own_isolation, p.isolation) as isolation`);
