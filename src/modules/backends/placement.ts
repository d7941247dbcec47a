import { sql, type Transaction } from 'kysely';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { Isolation } from './backends-system.ts';

export type Reservation = { reservationId: string; backendId: number; backendUrl: string; isSandbox: boolean };

export type PlacementWish = {
  /** Whose number it is: what this user or the plan requires decides where it may go; nothing is required without. */
  userId?: number;
  /** The one that an operator named, or where the number lives. */
  only?: number;
  /** Also where its capacity is used up: for a number that gives back a place there. */
  evenIfFull?: boolean;
  /** Backends that failed this caller: taken only when nothing else is left. */
  avoid?: readonly number[];
  /** Backends that this caller found to be out: never taken. */
  exclude?: readonly number[];
};

// Any constant works, as long as every process takes the same one.
const placementLockKey = 7_215_002;

/** Seconds in which the share of a backend that is back grows to its whole. */
const slowStartSeconds = 60;

/**
 * Chooses the least-loaded active backend that has the labels and the isolation required, load being
 * (assigned + reserved) / capacity, of equals the quicker one, and keeps one place on it free. Placements take turns under an advisory lock that ends with this transaction; without it parallel creates
 * all see the same least-loaded backend. Throws `no_backend_available`.
 */
export async function reserve(
  tx: Transaction<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  wish: PlacementWish = {},
): Promise<Reservation> {
  const demands = await takeTurn(tx, wish.userId);
  return choose(tx, ids, wish, demands);
}

/** Gives one reservation back and makes another, in one turn, so that the place given back counts as free. */
export async function replaceReservation(
  tx: Transaction<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  reservationId: string,
  wish: PlacementWish,
): Promise<Reservation> {
  const demands = await takeTurn(tx, wish.userId);
  await release(tx, reservationId);
  return choose(tx, ids, wish, demands);
}

type Demands = { labels: string[]; isolation: Isolation };

// One way to the database for both: whoever has the turn holds up all others.
async function takeTurn(tx: Transaction<DB>, userId: number | undefined): Promise<Demands> {
  const { rows } = await sql<{ labels: string[] | null; isolation: Isolation | null }>`
    select pg_advisory_xact_lock(${placementLockKey}), demands.labels, demands.isolation
    from (select 1) as turn left join (
      select coalesce(u.own_placement_labels, p.placement_labels) as labels,
        coalesce(u.own_isolation, p.isolation) as isolation
      from users u join plans p on p.plan_type = u.plan_type where u.id = ${userId ?? null}
    ) as demands on true`.execute(tx);
  return { labels: rows[0]?.labels ?? [], isolation: rows[0]?.isolation ?? 'shared' };
}

async function choose(
  tx: Transaction<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  wish: PlacementWish,
  { labels, isolation }: Demands,
): Promise<Reservation> {
  const reservationId = ids.uuidv7();
  const { avoid = [], exclude = [], only = null, evenIfFull = false, userId = null } = wish;
  const isOurs =
    isolation === 'shared'
      ? sql`isolation = 'shared'`
      : sql`isolation = 'dedicated' and (dedicated_to is null or dedicated_to = ${userId})`;
  const { rows } = await sql<{ id: number; url: string; is_sandbox: boolean }>`
    with chosen as (
      update backends set reserved = reserved + 1, updated_at = now(),
        dedicated_to = case when isolation = 'dedicated' then coalesce(dedicated_to, ${userId}) end
      where id = (
        select id from backends
        where state = 'active' and (assigned + reserved < capacity or ${evenIfFull}) and id <> all(${exclude as number[]}::bigint[])
          and labels @> ${labels}::text[] and ${isOurs} and (${only}::bigint is null or id = ${only})
        order by (id = any(${avoid as number[]}::bigint[])), (dedicated_to is null), ${load}, latency_ms, id
        limit 1
      )
      returning id, url, is_sandbox
    ), kept as (
      insert into reservations (id, backend_id) select ${reservationId}, id from chosen
    )
    select id, url, is_sandbox from chosen`.execute(tx);
  const chosen = rows[0];
  if (chosen === undefined) {
    throw new DomainError('no_backend_available', 'No backend can take a new phone number right now.', {
      kind: 'unavailable',
      retryAfterSeconds: 10,
    });
  }
  return { reservationId, backendId: chosen.id, backendUrl: chosen.url, isSandbox: chosen.is_sandbox };
}

// One that is back counts as smaller than it is for a while, and the number to come as there already.
const load = sql.raw(`
  case when slow_start_at > now() - interval '${slowStartSeconds} seconds'
    then (assigned + reserved + 1)::real
      / (capacity * greatest(extract(epoch from now() - slow_start_at)::real / ${slowStartSeconds}, 0.05))
    else (assigned + reserved)::real / capacity end`);

/** Turns a reservation into an assigned place. Answers false, changing nothing, when it was ended before. */
export async function confirm(tx: Transaction<DB>, reservationId: string): Promise<boolean> {
  return endReservation(tx, reservationId, 1);
}

/** Gives a reserved place back. Answers false, changing nothing, when it was ended before. */
export async function release(tx: Transaction<DB>, reservationId: string): Promise<boolean> {
  return endReservation(tx, reservationId, 0);
}

/** Makes all who confirm, release or unassign on this backend wait until the transaction ends. */
export async function lockBackend(tx: Transaction<DB>, backendId: number): Promise<void> {
  await sql`select 1 from backends where id = ${backendId} for no key update`.execute(tx);
}

/** Gives an assigned place back, when its phone number leaves the backend. */
export async function unassign(tx: Transaction<DB>, backendId: number): Promise<void> {
  await tx
    .updateTable('backends')
    .set((eb) => ({ assigned: eb('assigned', '-', 1), updated_at: sql`now()` }))
    .where('id', '=', backendId)
    .execute();
}

async function endReservation(tx: Transaction<DB>, reservationId: string, assigned: 0 | 1): Promise<boolean> {
  const { rows } = await sql`
    with ended as (delete from reservations where id = ${reservationId} returning backend_id)
    update backends set reserved = reserved - 1, assigned = assigned + ${assigned}, updated_at = now()
    from ended where backends.id = ended.backend_id
    returning backends.id`.execute(tx);
  return rows.length > 0;
}
