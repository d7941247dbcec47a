import type { Kysely, Transaction } from 'kysely';
import { classifyDatabaseFailure } from './failures.ts';

const triesMax = 3;

/**
 * Runs `work` in one transaction, again after a deadlock or serialisation failure (3 times in all).
 * Only SQL may be awaited inside.
 */
export async function inTransaction<DB, T>(db: Kysely<DB>, work: (tx: Transaction<DB>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt >= triesMax || classifyDatabaseFailure(error) !== 'deadlock') throw error;
    }
  }
}
