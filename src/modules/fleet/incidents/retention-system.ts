import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** Deletes at most `limit` findings, with their repairs, that ended more than `days` days ago; answers how many. */
export async function deleteOldFindings(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from findings where id = any(array(
      select id from findings where ended_at < app_now() - make_interval(days => ${days})
      limit ${limit} for update skip locked))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** The same of incidents. */
export async function deleteOldIncidents(
  db: Kysely<DB>,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from incidents where id = any(array(
      select id from incidents where ended_at < app_now() - make_interval(days => ${days})
      limit ${limit} for update skip locked))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
