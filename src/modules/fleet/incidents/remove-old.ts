import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import { deleteOldFindings, deleteOldIncidents } from './retention-system.ts';

const chunkRows = 2_000;

/** Periodic: what ended longer ago than logs are kept goes. Safe in parallel. */
export function createRemoveOld(deps: { db: Kysely<DB>; keepDays: number }) {
  return async function removeOld(): Promise<void> {
    for (const deleteSome of [deleteOldFindings, deleteOldIncidents]) {
      let deleted: number;
      do deleted = await deleteSome(deps.db, { days: deps.keepDays, limit: chunkRows });
      while (deleted === chunkRows);
    }
  };
}
