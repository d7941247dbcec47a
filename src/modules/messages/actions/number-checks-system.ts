import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** Periodic: what was found out of numbers a day ago holds no more. */
export async function removeOldChecks(db: Kysely<DB>): Promise<void> {
  await sql`delete from number_checks where checked_at < app_now() - interval '24 hours'`.execute(db);
}
