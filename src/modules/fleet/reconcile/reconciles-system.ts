import { type Kysely, sql } from 'kysely';
import { stillHeld } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';
import type { HeldLease } from '../findings-system.ts';

/** What passes over a backend remember from one to the next, whichever process makes them. */
export type Remembered = {
  /** The id of the last number that each spread-out question was about. */
  cursors?: Record<string, number>;
  /** Milliseconds of the backend's time that each question takes. */
  costsMs?: Record<string, number>;
  /** Milliseconds of the quickest answer: the way there and back. */
  quickestMs?: number;
  /** Questions that it refused, with the time (ms since 1970) from which they are tried again. */
  refusedUntil?: Record<string, number>;
};

/**
 * Backends that serve and whose pass is due, the longest due first; at once where it has come back since the last one, or
 * where an incident that kept repairs from being made has ended.
 */
export async function listDuePasses(db: Kysely<DB>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select b.id from backends b left join reconciles r on r.backend_id = b.id
    where b.removed_at is null and b.state in ('active', 'draining', 'cordoned', 'degraded')
      and (r.backend_id is null or r.due_at <= app_now() or b.back_at > r.began_at
        or exists (select from incidents i where i.backend_id = b.id and i.ended_at > r.began_at))
    order by r.due_at nulls first, b.id`.execute(db);
  return rows.map(({ id }) => id);
}

/** A pass has begun: the next one is due in `nextInMs`. Answers what is remembered; undefined when the lease was lost. */
export async function beginPass(
  db: Kysely<DB>,
  backendId: number,
  lease: HeldLease,
  nextInMs: number,
): Promise<Remembered | undefined> {
  const dueAt = sql`app_now() + make_interval(secs => ${nextInMs / 1_000}::float8)`;
  const { rows } = await sql<{ remembered: Remembered }>`
    insert into reconciles as r (backend_id, epoch, due_at, began_at)
    select ${backendId}, ${lease.epoch}, ${dueAt}, app_now() where ${stillHeld(lease.name, lease.epoch)}
    on conflict (backend_id) do update set epoch = excluded.epoch, due_at = excluded.due_at, began_at = app_now()
    returning remembered`.execute(db);
  return rows[0]?.remembered;
}

/** Adds up what a pass has cost. Answers false when the lease was lost, and nothing was written then. */
export async function endPass(
  db: Kysely<DB>,
  backendId: number,
  lease: HeldLease,
  pass: { remembered: Remembered; numbers: number; questions: number; busyMs: number },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update reconciles set remembered = ${JSON.stringify(pass.remembered)}::json, numbers = ${pass.numbers},
      questions = questions + ${pass.questions}, busy_ms = busy_ms + ${Math.round(pass.busyMs)}, ended_at = app_now()
    where backend_id = ${backendId} and ${stillHeld(lease.name, lease.epoch)}`.execute(db);
  return numAffectedRows === 1n;
}

/** Whether a backend has come back within the last while; then its next pass is due when that is over. */
export async function isLeftToSettle(
  db: Kysely<DB>,
  backendId: number,
  lease: HeldLease,
  settleMs: number,
): Promise<boolean> {
  const settled = sql`b.back_at + make_interval(secs => ${settleMs / 1_000}::float8)`;
  const { rows } = await sql`
    update reconciles r set due_at = least(r.due_at, ${settled}) from backends b
    where b.id = ${backendId} and r.backend_id = b.id and ${settled} > app_now()
      and ${stillHeld(lease.name, lease.epoch)} returning 1`.execute(db);
  return rows.length > 0;
}

/** Milliseconds since 1970 by the database's clock. */
export async function readNowMs(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ ms: number }>`select (extract(epoch from app_now()) * 1000)::float8 as ms`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The database did not say what time it is.');
  return row.ms;
}
