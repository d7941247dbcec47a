import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** Units of the day that this user has used so far; the next day begins in `renewsInSeconds`, by the database's clock. */
export async function readUsage(
  db: Kysely<DB>,
  userId: number,
): Promise<{ used: number; renewsInSeconds: number } | undefined> {
  const { rows } = await sql<{ used: number; renewsInSeconds: number }>`
    select coalesce((select used from usage where user_id = ${userId} and day = app_today()), 0) as used,
      greatest(1, ceil(extract(epoch from (app_today() + 1)::timestamp at time zone 'UTC' - app_now())))::int
        as "renewsInSeconds"`.execute(db);
  return rows[0];
}
