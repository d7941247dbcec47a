import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { notFound } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import type { PhoneNumber } from '../phone-number.ts';
import { findPhoneNumber, setPaused } from '../phone-numbers-repository.ts';
import type { ResolveToken } from '../resolve-token.ts';

/**
 * What a user does to a number that is to send nothing for a while. It stays connected and receives; a send is
 * refused as `number_paused`, and messages that wait go on waiting until they expire. Other processes notice within a
 * second. A call under way is not taken back. Throws `not_found`.
 */
export function createPauseNumber(deps: { db: Kysely<DB>; tokens: Pick<ResolveToken, 'forget'> }) {
  async function set(userId: number, id: number, isPaused: boolean): Promise<PhoneNumber> {
    const changed = await inTransaction(deps.db, async (tx) => {
      if (!(await setPaused(tx, userId, id, isPaused))) throw notFound('Phone number');
      return findPhoneNumber(tx, userId, id);
    });
    if (changed === undefined) throw notFound('Phone number');
    deps.tokens.forget(id);
    return changed;
  }

  return {
    pause: (userId: number, id: number) => set(userId, id, true),
    /** What waits leaves within a few seconds. */
    resume: (userId: number, id: number) => set(userId, id, false),
  };
}
