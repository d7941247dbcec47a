import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export async function insertEndpoint(
  tx: Transaction<DB>,
  endpoint: { userId: number; phoneNumberId: number; url: string; secretSealed: string },
): Promise<void> {
  await tx
    .insertInto('endpoints')
    .values({
      user_id: endpoint.userId,
      phone_number_id: endpoint.phoneNumberId,
      url: endpoint.url,
      secret_sealed: endpoint.secretSealed,
      is_default: true,
    })
    .execute();
}

/** Answers false when the phone number has no such endpoint yet. */
export async function updateNumberEndpointUrl(
  tx: Transaction<DB>,
  userId: number,
  phoneNumberId: number,
  url: string,
): Promise<boolean> {
  const result = await tx
    .updateTable('endpoints')
    .set({ url, updated_at: sql`now()` })
    .where('user_id', '=', userId)
    .where('phone_number_id', '=', phoneNumberId)
    .where('is_default', '=', true)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function deleteNumberEndpoints(tx: Transaction<DB>, userId: number, phoneNumberId: number): Promise<void> {
  await tx
    .deleteFrom('endpoints')
    .where('user_id', '=', userId)
    .where('phone_number_id', '=', phoneNumberId)
    .where('is_default', '=', true)
    .execute();
}
