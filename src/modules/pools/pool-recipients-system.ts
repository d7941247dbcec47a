import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

const rowsMax = 2_000;

/** Periodic: forgets which number wrote to recipients of whom nothing was heard for 180 days. Safe in parallel. */
export async function forgetOldRecipients(db: Kysely<DB>): Promise<void> {
  for (let pass = 0; pass < 50; pass++) {
    const { numAffectedRows = 0n } = await sql`
      delete from number_pool_recipients where ctid = any(array(
        select ctid from number_pool_recipients where used_at < app_now() - interval '180 days'
        limit ${rowsMax} for update skip locked))`.execute(db);
    if (numAffectedRows < rowsMax) return;
  }
}
