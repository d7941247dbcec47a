import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

const rowsMax = 1_000;

/** Deletes sessions and keys whose end has passed, at most 1,000 of each; answers how many. */
export async function deleteExpired(db: Kysely<DB>): Promise<number> {
  const sessions = await db
    .deleteFrom('login_sessions')
    .where('id', 'in', (eb) =>
      eb.selectFrom('login_sessions').select('id').where('expires_at', '<=', sql<Date>`app_now()`).limit(rowsMax),
    )
    .executeTakeFirst();
  const keys = await db
    .deleteFrom('user_keys')
    .where('id', 'in', (eb) =>
      eb.selectFrom('user_keys').select('id').where('expires_at', '<=', sql<Date>`app_now()`).limit(rowsMax),
    )
    .executeTakeFirst();
  return Number(sessions.numDeletedRows + keys.numDeletedRows);
}
