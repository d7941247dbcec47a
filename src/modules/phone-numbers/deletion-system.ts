import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import { endInboundSecrets } from './inbound-secrets-system.ts';

/** Ends a number for its user. What may be of it on a backend waits for removeDeleted, unless it is `removed`. */
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
      pairing_code: null,
      removed_from_backend_at: options.removedFromBackend ? sql`now()` : null,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .execute();
  await sql`update number_tokens set expires_at = least(expires_at, app_now()) where phone_number_id = ${id}`.execute(
    tx,
  );
  // Deletes are asynchronous on the backend: it may still call for a while.
  await endInboundSecrets(tx, id, { afterSeconds: 3_600 });
}

export type NumberToRemove = { id: number; backendId: number; backendName: string };

/**
 * Deleted numbers that may still be on their backends, up to `perBackend` of each and in no order, so that those which
 * cannot be removed do not stand before the others. Fresh ones are left to whoever deleted them.
 */
export async function listNumbersToRemove(db: Kysely<DB>, perBackend: number): Promise<NumberToRemove[]> {
  const { rows } = await sql<NumberToRemove>`
    select id, backend_id as "backendId", backend_name as "backendName"
    from (
      select id, backend_id, backend_name, row_number() over (partition by backend_id order by random()) as turn
      from phone_numbers
      where deleted_at < now() - interval '45 seconds' and removed_from_backend_at is null and backend_name is not null
    ) as waiting
    where turn <= ${perBackend}`.execute(db);
  return rows;
}

export async function markRemovedFromBackend(db: Kysely<DB>, id: number): Promise<void> {
  await db.updateTable('phone_numbers').set({ removed_from_backend_at: sql`now()` }).where('id', '=', id).execute();
}

/** Has a deleted number removed again, after its backend made the instance late. */
export async function removeOnceMore(tx: Transaction<DB>, id: number, backendName: string): Promise<void> {
  await tx
    .updateTable('phone_numbers')
    .set({ removed_from_backend_at: null })
    .where('id', '=', id)
    .where('backend_name', '=', backendName)
    .where('deleted_at', 'is not', null)
    .execute();
}
