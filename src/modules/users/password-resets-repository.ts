import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export async function insertPasswordReset(
  db: Kysely<DB>,
  reset: { tokenHash: Buffer; userId: number; lifeSeconds: number },
): Promise<void> {
  await sql`
    insert into password_resets (token_hash, user_id, expires_at)
    values (${reset.tokenHash}, ${reset.userId}, app_now() + make_interval(secs => ${reset.lifeSeconds}))`.execute(db);
}

/** Whose password the token may replace; undefined where it is unknown, used or too old. */
export async function findPasswordReset(db: Kysely<DB>, tokenHash: Buffer): Promise<number | undefined> {
  const row = await db
    .selectFrom('password_resets')
    .select('user_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`app_now()`)
    .executeTakeFirst();
  return row?.user_id;
}

/** Uses the token up, and every other of its user. False where somebody else did meanwhile. */
export async function takePasswordReset(tx: Transaction<DB>, userId: number, tokenHash: Buffer): Promise<boolean> {
  const { rows } = await sql<{ isIt: boolean }>`
    delete from password_resets where user_id = ${userId}
    returning token_hash = ${tokenHash} and expires_at > app_now() as "isIt"`.execute(tx);
  return rows.some(({ isIt }) => isIt);
}
