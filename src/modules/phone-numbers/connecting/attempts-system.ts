import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Integration, NumberStatus } from '../phone-number.ts';

/** Where a live number is, and what else is being done with it. */
export type NumberOnBackend = {
  id: number;
  userId: number;
  backendId: number | null;
  backendName: string | null;
  integration: Integration;
  status: NumberStatus;
  /** Not null while the number is being created. */
  reservationId: string | null;
  isMoving: boolean;
  isPaired: boolean;
};

export async function findNumberOnBackend(
  db: Kysely<DB>,
  userId: number,
  id: number,
): Promise<NumberOnBackend | undefined> {
  const { rows } = await sql<NumberOnBackend>`${selectPlace} where n.id = ${id} and n.user_id = ${userId}
    and n.deleted_at is null`.execute(db);
  return rows[0];
}

/** The same of any user. */
export async function findPlace(db: Kysely<DB>, id: number): Promise<NumberOnBackend | undefined> {
  const { rows } = await sql<NumberOnBackend>`${selectPlace} where n.id = ${id} and n.deleted_at is null`.execute(db);
  return rows[0];
}

const selectPlace = sql`
  select n.id, n.user_id as "userId", n.backend_id as "backendId", n.backend_name as "backendName", n.integration,
    n.status, n.reservation_id as "reservationId", n.is_paired as "isPaired",
    exists (select from number_moves m where m.phone_number_id = n.id) as "isMoving"
  from phone_numbers n`;

/**
 * Notes that a code or a connection is waited for from now on. Answers false where there is nothing to wait for: the
 * number is connected, on its way elsewhere, being created, or gone.
 */
export async function beginAttempt(
  db: Kysely<DB>,
  place: { id: number; backendName: string },
  options: { pairingNumber?: string; forgetsCode?: boolean } = {},
): Promise<boolean> {
  const { pairingNumber = null, forgetsCode = false } = options;
  const { numAffectedRows } = await sql`
    update phone_numbers set connect_began_at = app_now(), connect_resets = 0,
      pairing_number = coalesce(${pairingNumber}, pairing_number),
      pairing_code = case when ${forgetsCode} or ${pairingNumber}::text is not null then null else pairing_code end,
      status = case when ${forgetsCode} then 'initializing' else status end,
      status_reason = case when ${forgetsCode} then 'restarting' else status_reason end,
      qr_code = case when ${forgetsCode} then null else qr_code end,
      qr_expires_at = case when ${forgetsCode} then null else qr_expires_at end, updated_at = now()
    where id = ${place.id} and backend_name = ${place.backendName} and status <> 'connected' and ${atRest}`.execute(db);
  return numAffectedRows === 1n;
}

const atRest = sql`deleted_at is null and reservation_id is null
  and not exists (select from number_moves m where m.phone_number_id = phone_numbers.id)`;

/** A number that has waited too long. */
export type OverdueAttempt = { id: number; resets: number };

/**
 * Those whose code or connection did not come within `qrTimeoutMs`, longest waiting first. Where the backend does not
 * serve, they wait for that.
 */
export async function listOverdueAttempts(
  db: Kysely<DB>,
  qrTimeoutMs: number,
  limit: number,
): Promise<OverdueAttempt[]> {
  const { rows } = await sql<OverdueAttempt>`
    select id, connect_resets as resets from phone_numbers
    where connect_began_at < ${before(qrTimeoutMs)} and ${atRest} and exists (
      select from backends b
      where b.id = phone_numbers.backend_id and b.removed_at is null and b.state not in ('down', 'license_required'))
    order by connect_began_at limit ${limit}`.execute(db);
  return rows;
}

/** Counts one more reset, from which the wait begins anew. Answers false when it is no longer overdue. */
export async function countReset(db: Kysely<DB>, id: number, qrTimeoutMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update phone_numbers set connect_began_at = app_now(), connect_resets = connect_resets + 1, updated_at = now()
    where id = ${id} and connect_began_at < ${before(qrTimeoutMs)} and ${atRest}`.execute(db);
  return numAffectedRows === 1n;
}

/** Whether a locked number still waits, as long as that, and was reset as often. */
export async function isStillOverdue(
  tx: Transaction<DB>,
  attempt: OverdueAttempt,
  qrTimeoutMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from phone_numbers where id = ${attempt.id} and connect_began_at < ${before(qrTimeoutMs)}
      and connect_resets = ${attempt.resets} and ${atRest}`.execute(tx);
  return rows.length === 1;
}

const before = (ms: number) => sql`app_now() - make_interval(secs => ${ms}::float8 / 1000)`;
