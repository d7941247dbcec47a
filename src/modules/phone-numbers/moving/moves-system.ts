import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Integration } from '../phone-number.ts';

/** A number on its way from one backend to another. */
export type Move = {
  phoneNumberId: number;
  userId: number;
  integration: Integration;
  reservationId: string;
  fromBackendId: number;
  fromBackendName: string;
  /** Whether the old backend is in the pool: what an operator took out cannot be asked any more. */
  isFromInPool: boolean;
  toBackendId: number;
  toBackendName: string;
  inboundSecretId: string;
  stage: MoveStage;
  /** Why it is made anew, where nobody wished it elsewhere; null for a move. */
  reason: string | null;
};

/** `preparing`: the old place is untouched · `leaving`: it is being given up · `undoing`: the new one is. */
export type MoveStage = 'preparing' | 'leaving' | 'undoing';

/** Seconds that whoever works on a move has before another process may. */
const leaseSeconds = 60;

export type Mover = {
  id: number;
  userId: number;
  integration: Integration;
  phoneNumber: string | null;
  backendId: number | null;
  backendName: string | null;
  isInPool: boolean;
  reservationId: string | null;
};

/** A live number of any user, and whether its backend is in the pool. */
export async function findMover(db: Kysely<DB>, id: number): Promise<Mover | undefined> {
  const { rows } = await sql<Mover>`
    select n.id, n.user_id as "userId", n.integration, n.phone_number as "phoneNumber", n.backend_id as "backendId",
      n.backend_name as "backendName", n.reservation_id as "reservationId", b.removed_at is null as "isInPool"
    from phone_numbers n left join backends b on b.id = n.backend_id
    where n.id = ${id} and n.deleted_at is null`.execute(db);
  return rows[0];
}

/** Answers false where the number is on its way already. */
export async function insertMove(tx: Transaction<DB>, move: Omit<Move, 'userId' | 'integration'>): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into number_moves (phone_number_id, reservation_id, from_backend_id, from_backend_name, to_backend_id,
      to_backend_name, inbound_secret_id, stage, reason, lease_until)
    values (${move.phoneNumberId}, ${move.reservationId}, ${move.fromBackendId}, ${move.fromBackendName},
      ${move.toBackendId}, ${move.toBackendName}, ${move.inboundSecretId}, ${move.stage}, ${move.reason},
      app_now() + make_interval(secs => ${leaseSeconds}))
    on conflict (phone_number_id) do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

/** Goes from one stage to another and renews the lease. Answers false where somebody else went on with it. */
export async function setStage(db: Kysely<DB>, move: Move, from: MoveStage, to: MoveStage): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update number_moves set stage = ${to}, lease_until = app_now() + make_interval(secs => ${leaseSeconds})
    where reservation_id = ${move.reservationId} and stage = ${from}`.execute(db);
  return numAffectedRows === 1n;
}

/** Ends a move. Answers false where somebody else did. */
export async function endMove(tx: Transaction<DB>, reservationId: string): Promise<boolean> {
  const result = await tx.deleteFrom('number_moves').where('reservation_id', '=', reservationId).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/**
 * Moves that nobody works on any more; their leases are renewed. Those that were begun before the fleet was held wait for
 * the end of that: of a restored database they may be over long since, and the new place is where the number lives.
 */
export async function claimMoves(db: Kysely<DB>, limit: number): Promise<Move[]> {
  const { rows } = await sql<Move>`
    with claimed as (
      update number_moves set lease_until = app_now() + make_interval(secs => ${leaseSeconds})
      where phone_number_id in (
        select phone_number_id from number_moves where lease_until < app_now()
          and not exists (select from fleet_hold h where h.since >= number_moves.created_at)
        order by lease_until limit ${limit} for update skip locked)
      returning *)
    select m.phone_number_id as "phoneNumberId", n.user_id as "userId", n.integration,
      m.reservation_id as "reservationId", m.from_backend_id as "fromBackendId",
      m.from_backend_name as "fromBackendName", b.removed_at is null as "isFromInPool",
      m.to_backend_id as "toBackendId", m.to_backend_name as "toBackendName",
      m.inbound_secret_id as "inboundSecretId", m.stage, m.reason
    from claimed m join phone_numbers n on n.id = m.phone_number_id join backends b on b.id = m.from_backend_id`.execute(
    db,
  );
  return rows;
}

/** The status_reason of a number that arrived. */
export const arrivalReason = ({ reason }: Pick<Move, 'reason'>) => (reason === null ? 'moved' : 'needs_scan');

/** Puts a number where its move leads. Answers false when it was deleted, or is not where the move began. */
export async function settleOnTarget(tx: Transaction<DB>, move: Move): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update phone_numbers set backend_id = ${move.toBackendId}, backend_name = ${move.toBackendName},
      server_instance = (select url from backends where id = ${move.toBackendId}),
      status = 'disconnected', status_reason = ${arrivalReason(move)}, qr_code = null, qr_expires_at = null,
      pairing_code = null, pairing_number = null, pairing_expires_at = null, connect_began_at = null, connect_resets = 0,
      is_paired = false, connection_at = null, heard_at = null, updated_at = now()
    where id = ${move.phoneNumberId} and deleted_at is null and backend_id = ${move.fromBackendId}
      and backend_name = ${move.fromBackendName}`.execute(tx);
  return numAffectedRows === 1n;
}

/** What the old backend still calls about is no word of the number any more. */
export async function endOtherSecrets(tx: Transaction<DB>, phoneNumberId: number, kept: string): Promise<void> {
  await sql`
    update inbound_secrets set expires_at = least(expires_at, app_now())
    where phone_number_id = ${phoneNumberId} and id <> ${kept}`.execute(tx);
}

export async function endSecret(tx: Transaction<DB>, id: string): Promise<void> {
  await sql`update inbound_secrets set expires_at = least(expires_at, app_now()) where id = ${id}`.execute(tx);
}
