import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import { keyLifeHours } from './idempotency-keys-repository.ts';

/** Periodic: removes keys that are free again. Safe in parallel. */
export async function removeOldKeys(db: Kysely<DB>): Promise<void> {
  for (let pass = 0; pass < 50; pass++) {
    const { numAffectedRows = 0n } = await sql`
      delete from idempotency_keys where ctid = any(array(
        select ctid from idempotency_keys
        where created_at <= app_now() - interval '${sql.raw(String(keyLifeHours))} hours'
        limit ${rowsMax} for update skip locked))`.execute(db);
    if (numAffectedRows < rowsMax) return;
  }
}

const rowsMax = 2_000;
