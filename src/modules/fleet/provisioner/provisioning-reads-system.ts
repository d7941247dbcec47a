import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** A user whose numbers want a server of their own, and who has none with room. */
export type DedicatedWish = { userId: number; labels: string[] };

const wishesMax = 100;

/** Ahead of their next number, which would find no place. Those who may have no further number wish for nothing. */
export async function listDedicatedWishes(db: Kysely<DB>): Promise<DedicatedWish[]> {
  const { rows } = await sql<DedicatedWish>`
    select u.id as "userId", coalesce(u.own_placement_labels, p.placement_labels) as labels
    from users u join plans p on p.plan_type = u.plan_type
    where coalesce(u.own_isolation, p.isolation) = 'dedicated' and u.status = 'active' and u.erasing_since is null
      and (select count(*) from phone_numbers n where n.user_id = u.id and n.deleted_at is null) < u.max_phone_numbers
      and not exists (
        select from backends b
        where b.removed_at is null and b.isolation = 'dedicated' and b.dedicated_to = u.id and b.hold is null
          and b.assigned + b.reserved < b.capacity
          and b.labels @> coalesce(u.own_placement_labels, p.placement_labels))
      and not exists (
        select from provisioned_backends s
        where s.dedicated_to = u.id and s.removed_at is null and s.state = 'starting')
    order by u.id limit ${wishesMax}`.execute(db);
  return rows;
}

/** Which of these users still are to have servers of their own; one who is suspended is. */
export async function listStillDedicated(db: Kysely<DB>, userIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select u.id from users u join plans p on p.plan_type = u.plan_type
    where u.id = any(${userIds as number[]}::bigint[]) and u.erasing_since is null
      and coalesce(u.own_isolation, p.isolation) = 'dedicated'`.execute(db);
  return rows.map(({ id }) => id);
}

/** Labels that this user's numbers require of their server. */
export async function findLabelsOf(db: Kysely<DB>, userId: number): Promise<string[]> {
  const { rows } = await sql<{ labels: string[] }>`
    select coalesce(u.own_placement_labels, p.placement_labels) as labels
    from users u join plans p on p.plan_type = u.plan_type where u.id = ${userId}`.execute(db);
  return rows[0]?.labels ?? [];
}

/** Numbers that live on this backend, or are on their way to or from it. */
export async function countLiveNumbers(db: Kysely<DB>, backendId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from phone_numbers where backend_id = ${backendId} and deleted_at is null)
      + (select count(*) from number_moves where from_backend_id = ${backendId} or to_backend_id = ${backendId})
      as count`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Whether an operator or a restore forbids that anything is removed. */
export async function isOnHold(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql`select from fleet_hold`.execute(db);
  return rows.length > 0;
}

/** Whether a later server has the backend's row by now, its URL being the same. */
export async function isSucceeded(db: Kysely<DB>, server: { id: string; backendId: number }): Promise<boolean> {
  const { rows } = await sql`
    select from provisioned_backends
    where backend_id = ${server.backendId} and id <> ${server.id} and removed_at is null`.execute(db);
  return rows.length > 0;
}

/** Starts that failed in a row, and for how long the last one has. */
export async function countFailedStarts(db: Kysely<DB>): Promise<{ failures: number; lastForMs: number }> {
  const { rows } = await sql<{ failures: number; lastForMs: number | null }>`
    select count(*) as failures, extract(epoch from app_now() - max(changed_at))::float8 * 1000 as "lastForMs"
    from provisioned_backends
    where state = 'failed'
      and created_at > coalesce((select max(joined_at) from provisioned_backends where state <> 'failed'), '-infinity')`.execute(
    db,
  );
  return { failures: rows[0]?.failures ?? 0, lastForMs: rows[0]?.lastForMs ?? 0 };
}

/** When each port of ours was last given back; null while it is in use. */
export async function listPorts(db: Kysely<DB>): Promise<Map<number, Date | null>> {
  const { rows } = await sql<{ port: number; freeSince: Date | null }>`
    select port, case when bool_and(removed_at is not null) then max(removed_at) end as "freeSince"
    from provisioned_backends group by port`.execute(db);
  return new Map(rows.map(({ port, freeSince }) => [port, freeSince]));
}

export type ContainerFigures = {
  backendId: number;
  state: string;
  /** Share of one processor; null until it was looked at twice. */
  cpu: number | null;
  memoryBytes: number | null;
  memoryLimitBytes: number | null;
  replacements: number;
};

/** The containers behind backends of the pool, by their ids. */
export async function listContainers(db: Kysely<DB>): Promise<Map<number, ContainerFigures>> {
  const { rows } = await sql<ContainerFigures>`
    select backend_id as "backendId", state, cpu, memory_bytes as "memoryBytes",
      memory_limit_bytes as "memoryLimitBytes", replacements
    from provisioned_backends where backend_id is not null and removed_at is null`.execute(db);
  return new Map(rows.map((row) => [row.backendId, row]));
}
