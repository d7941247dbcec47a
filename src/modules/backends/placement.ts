import { sql, type Transaction } from 'kysely';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';

export type Reservation = { reservationId: string; backendId: number; backendUrl: string; isSandbox: boolean };

export type PlacementWish = {
  /** Backends that failed this caller: taken only when nothing else is left. */
  avoid?: readonly number[];
  /** Backends that this caller found to be out: never taken. */
  exclude?: readonly number[];
};

// Any constant works, as long as every process takes the same one.
const placementLockKey = 7_215_002;

/**
 * Chooses the least-loaded active backend, load being (assigned + reserved) / capacity, and keeps one place on it
 * free. Placements take turns under an advisory lock that ends with this transaction; without it parallel creates
 * all see the same least-loaded backend. Throws `no_backend_available`.
 */
export async function reserve(
  tx: Transaction<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  wish: PlacementWish = {},
): Promise<Reservation> {
  await takeTurn(tx);
  return choose(tx, ids, wish);
}

/** Gives one reservation back and makes another, in one turn, so that the place given back counts as free. */
export async function replaceReservation(
  tx: Transaction<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  reservationId: string,
  wish: PlacementWish,
): Promise<Reservation> {
  await takeTurn(tx);
  await release(tx, reservationId);
  return choose(tx, ids, wish);
}

async function takeTurn(tx: Transaction<DB>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${placementLockKey})`.execute(tx);
}

async function choose(tx: Transaction<DB>, ids: Pick<Ids, 'uuidv7'>, wish: PlacementWish): Promise<Reservation> {
  const reservationId = ids.uuidv7();
  const { avoid = [], exclude = [] } = wish;
  const { rows } = await sql<{ id: number; url: string; is_sandbox: boolean }>`
    with chosen as (
      update backends set reserved = reserved + 1, updated_at = now()
      where id = (
        select id from backends
        where state = 'active' and assigned + reserved < capacity and id <> all(${exclude as number[]}::bigint[])
        order by (id = any(${avoid as number[]}::bigint[])), (assigned + reserved)::real / capacity, latency_ms, id
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
