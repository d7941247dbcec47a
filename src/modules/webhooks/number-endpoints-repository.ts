import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import { enabledAnew } from './endpoints-repository.ts';

/** The endpoint that a phone number's webhook_url stands for. */
export async function insertDefaultEndpoint(
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

/** Another URL also enables it. Answers false when the phone number has no such endpoint yet. */
export async function updateDefaultEndpoint(
  tx: Transaction<DB>,
  userId: number,
  phoneNumberId: number,
  url: string,
): Promise<boolean> {
  const ofNumber = tx
    .updateTable('endpoints')
    .where('user_id', '=', userId)
    .where('phone_number_id', '=', phoneNumberId)
    .where('is_default', '=', true);
  await ofNumber
    .set({ url, ...enabledAnew, updated_at: sql`now()` })
    .where('url', '<>', url)
    .execute();
  const row = await tx
    .selectFrom('endpoints')
    .select('id')
    .where('user_id', '=', userId)
    .where('phone_number_id', '=', phoneNumberId)
    .where('is_default', '=', true)
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteDefaultEndpoint(tx: Transaction<DB>, userId: number, phoneNumberId: number): Promise<void> {
  await tx
    .deleteFrom('endpoints')
    .where('user_id', '=', userId)
    .where('phone_number_id', '=', phoneNumberId)
    .where('is_default', '=', true)
    .execute();
}
