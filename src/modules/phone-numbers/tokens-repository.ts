import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export async function insertToken(
  tx: Transaction<DB>,
  token: { phoneNumberId: number; hash: Buffer; hint: string },
): Promise<void> {
  await tx
    .insertInto('number_tokens')
    .values({ phone_number_id: token.phoneNumberId, token_hash: token.hash, hint: token.hint })
    .execute();
}

/**
 * Gives the live token an end `overlapHours` from now and answers when that is; former ones end no later. The number
 * row must be locked by this transaction.
 */
export async function endLiveToken(tx: Transaction<DB>, phoneNumberId: number, overlapHours: number): Promise<Date> {
  const { rows } = await sql<{ expiresAt: Date }>`
    update number_tokens set expires_at = app_now() + make_interval(hours => ${overlapHours})
    where phone_number_id = ${phoneNumberId}
      and (expires_at is null or expires_at > app_now() + make_interval(hours => ${overlapHours}))
    returning expires_at as "expiresAt"`.execute(tx);
  const [ended] = rows;
  if (ended === undefined) throw new Error('A live phone number always has a live token.');
  return ended.expiresAt;
}
