import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { Integration } from './phone-number.ts';

/** Seconds a number's creation may go on before another process looks after it. */
const createLeaseSeconds = 60;

export async function insertInboundSecret(
  tx: Transaction<DB>,
  secret: { id: string; phoneNumberId: number; backendName: string; secretHash: Buffer; secretSealed: string },
): Promise<void> {
  await tx
    .insertInto('inbound_secrets')
    .values({
      id: secret.id,
      phone_number_id: secret.phoneNumberId,
      backend_name: secret.backendName,
      secret_hash: secret.secretHash,
      secret_sealed: secret.secretSealed,
    })
    .execute();
}

/** Points a number at the place reserved for it. Answers false when the number was deleted meanwhile. */
export async function placeNumber(
  tx: Transaction<DB>,
  id: number,
  place: { backendId: number; backendUrl: string; backendName: string; reservationId: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({
      backend_id: place.backendId,
      server_instance: place.backendUrl,
      backend_name: place.backendName,
      reservation_id: place.reservationId,
      create_lease_until: sql`app_now() + make_interval(secs => ${createLeaseSeconds})`,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export type CreatingNumber = {
  id: number;
  userId: number;
  instanceName: string;
  integration: Integration;
  backendId: number;
  backendName: string;
  reservationId: string;
};

/** Numbers whose creation was begun by a process that did not finish it in time; their leases are renewed. */
export async function claimUnfinishedCreations(db: Kysely<DB>, limit: number): Promise<CreatingNumber[]> {
  const { rows } = await sql<CreatingNumber>`
    update phone_numbers set create_lease_until = app_now() + make_interval(secs => ${createLeaseSeconds})
    where id in (
      select id from phone_numbers
      where reservation_id is not null and create_lease_until < app_now()
      order by create_lease_until limit ${limit} for update skip locked)
    returning id, user_id as "userId", instance_name as "instanceName", integration, backend_id as "backendId",
      backend_name as "backendName", reservation_id as "reservationId"`.execute(db);
  return rows;
}

/** Ends a number's creation. Answers whether it was still going on. */
export async function endCreation(tx: Transaction<DB>, id: number, reservationId: string): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({ reservation_id: null, create_lease_until: null, updated_at: sql`now()` })
    .where('id', '=', id)
    .where('reservation_id', '=', reservationId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function markDeleted(
  tx: Transaction<DB>,
  id: number,
  options: { removedFromBackend: boolean },
): Promise<void> {
  await tx
    .updateTable('phone_numbers')
    .set({
      deleted_at: sql`now()`,
      status: 'disconnected',
      status_reason: 'deleted',
      reservation_id: null,
      create_lease_until: null,
      qr_code: null,
      qr_expires_at: null,
      removed_from_backend_at: options.removedFromBackend ? sql`now()` : null,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .execute();
  await sql`update number_tokens set expires_at = least(expires_at, app_now()) where phone_number_id = ${id}`.execute(
    tx,
  );
  // Deletes are asynchronous on the backend: it may still call for a while.
  await sql`
    update inbound_secrets set expires_at = least(expires_at, app_now() + interval '1 hour')
    where phone_number_id = ${id}`.execute(tx);
}

export type NumberToRemove = { id: number; backendId: number; backendName: string };

/** Deleted numbers that may still be on their backend, the longest deleted first. */
export async function listNumbersToRemove(db: Kysely<DB>, limit: number): Promise<NumberToRemove[]> {
  const { rows } = await sql<NumberToRemove>`
    select id, backend_id as "backendId", backend_name as "backendName" from phone_numbers
    where deleted_at < now() - interval '45 seconds' and removed_from_backend_at is null and backend_name is not null
    order by deleted_at limit ${limit}`.execute(db);
  return rows;
}

export async function markRemovedFromBackend(db: Kysely<DB>, id: number): Promise<void> {
  await db.updateTable('phone_numbers').set({ removed_from_backend_at: sql`now()` }).where('id', '=', id).execute();
}
