import { type Kysely, sql, type Transaction } from 'kysely';
import { stillHeld } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';
import type { HeldLease } from '../findings-system.ts';
import type { Incident } from '../incidents/incidents-system.ts';

/** Serving backends whose last list is the oldest, if it is older than `intervalMs`; at most `share` of all of them. */
export async function listDueBackends(db: Kysely<DB>, due: { intervalMs: number; share: number }): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with serving as (
      select b.id, r.listed_at from backends b left join reconciles r on r.backend_id = b.id
      where b.removed_at is null and b.state in ('active', 'cordoned', 'draining') and b.failures = 0
    )
    select id from serving
    where listed_at is null or listed_at <= app_now() - make_interval(secs => ${due.intervalMs / 1_000}::float8)
    order by listed_at nulls first, id
    limit (select greatest(1, ceil(count(*) * ${due.share}::float8)) from serving)`.execute(db);
  return rows.map(({ id }) => id);
}

/** A list is being asked for: whatever comes of it, the next one is an interval away. Answers false without the lease. */
export async function noteListBegun(db: Kysely<DB>, backendId: number, lease: HeldLease): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into reconciles as r (backend_id, listed_at)
    select ${backendId}, app_now() where ${stillHeld(lease.name, lease.epoch)}
    on conflict (backend_id) do update set listed_at = excluded.listed_at`.execute(db);
  return numAffectedRows === 1n;
}

export async function noteList(
  db: Kysely<DB>,
  backendId: number,
  lease: HeldLease,
  list: { listed: number; foreign: number },
): Promise<void> {
  await sql`
    update reconciles set listed = ${list.listed}, foreign_instances = ${list.foreign}
    where backend_id = ${backendId} and ${stillHeld(lease.name, lease.epoch)}`.execute(db);
}

/** Begins the name of every instance that is ours. */
export async function readPrefix(db: Kysely<DB>): Promise<string> {
  const { id } = await db.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  return `ef-${id}-`;
}

/** Names of the numbers that a backend must have: neither being made there nor on their way. */
export async function listExpectedNames(db: Kysely<DB>, backendId: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select n.backend_name as name from phone_numbers n
    where n.backend_id = ${backendId} and ${isSettled}`.execute(db);
  return rows.map(({ name }) => name);
}

/** How many of these must still be there. */
export async function countStillExpected(db: Kysely<DB>, backendId: number, names: readonly string[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from phone_numbers n
    where n.backend_name = any(${names as string[]}::text[]) and n.backend_id = ${backendId} and ${isSettled}`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

const isSettled = sql.raw(`n.deleted_at is null and n.reservation_id is null and n.backend_name is not null
  and not exists (select from number_moves m where m.phone_number_id = n.id)`);

/**
 * Of these names, those that nothing explains: no live number bears or is to bear them, on whatever backend, and none
 * that is deleted and still to be removed. `isUnknown`: nor did they ever, as far as it is remembered.
 */
export async function listUnexplained(
  db: Kysely<DB>,
  names: readonly string[],
): Promise<{ name: string; isUnknown: boolean }[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ name: string; isUnknown: boolean }>`
    select u.name, not exists (select from phone_numbers n where n.backend_name = u.name)
      and not exists (select from inbound_secrets i where i.backend_name = u.name) as "isUnknown"
    from unnest(${names as string[]}::text[]) as u (name)
    where not exists (select from phone_numbers n
        where n.backend_name = u.name and (n.deleted_at is null or n.removed_from_backend_at is null))
      and not exists (select from number_moves m where u.name in (m.from_backend_name, m.to_backend_name))
      and not exists (select from inbound_secrets i join phone_numbers n on n.id = i.phone_number_id
        where i.backend_name = u.name and n.deleted_at is null and coalesce(i.expires_at > app_now(), true))`.execute(
    db,
  );
  return rows;
}

/** Of these open findings, those that were seen twice and first long enough ago, and whose pause is over. */
export async function listDueOrphans(
  db: Kysely<DB>,
  backendId: number,
  afterMs: number,
): Promise<{ id: string; isApproved: boolean; isPausing: boolean }[]> {
  const { rows } = await sql<{ id: string; isApproved: boolean; isPausing: boolean }>`
    select id, incident_id is not null as "isApproved", next_step_at > app_now() as "isPausing" from findings
    where backend_id = ${backendId} and kind = 'orphan' and ended_at is null and sightings >= 2
      and found_at <= app_now() - make_interval(secs => ${afterMs / 1_000}::float8)
    order by found_at, id`.execute(db);
  return rows;
}

/** What an operator has ordered about an incident: all orphans that its backend has by now may go. */
export async function approveOrphans(tx: Transaction<DB>, { id, backendId }: Incident): Promise<void> {
  await sql`
    update findings set incident_id = ${id}
    where backend_id = ${backendId} and kind = 'orphan' and ended_at is null`.execute(tx);
}

/**
 * Instances of ours, on all backends, that no row ever named and that are younger than the newest number which was
 * there before the last quarter of an hour: some other database has made them.
 */
export async function countFromTheFuture(
  db: Kysely<DB>,
): Promise<{ instances: number; backends: number; backendsInPool: number }> {
  const { rows } = await sql<{ instances: number; backends: number; backendsInPool: number }>`
    with newest as (
      select max(created_at) as at from phone_numbers where created_at < now() - interval '15 minutes'
    )
    select count(*)::int as instances, count(distinct f.backend_id)::int as backends,
      (select count(*)::int from backends where removed_at is null) as "backendsInPool"
    from findings f, newest
    where f.kind = 'orphan' and f.ended_at is null and (f.detail ->> 'is_unknown')::boolean
      and (f.detail ->> 'created_at')::timestamptz > newest.at`.execute(db);
  return rows[0] ?? { instances: 0, backends: 0, backendsInPool: 0 };
}
