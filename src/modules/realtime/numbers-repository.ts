import type { Kysely } from 'kysely';
import type { DB } from '../../schema.ts';

/** Whether all of these phone numbers are the user's. */
export async function ownsNumbers(db: Kysely<DB>, userId: number, ids: readonly number[]): Promise<boolean> {
  if (ids.length === 0) return true;
  const rows = await db
    .selectFrom('phone_numbers')
    .select('id')
    .where('user_id', '=', userId)
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .execute();
  return rows.length === new Set(ids).size;
}
