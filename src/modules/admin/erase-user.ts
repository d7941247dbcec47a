import type { Kysely } from 'kysely';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import type { Users } from '../users/index.ts';
import { countOnBackends, eraseRows } from './erase-system.ts';
import { listNumbersOfUser } from './figures-system.ts';

/** Calls and sends of the user that were under way may still write for so long. */
const lastWritesSeconds = 120;
const atOnceMax = 20;
const numbersAtOnceMax = 200;

/**
 * Deletes users with all that is of them, over several rounds: their numbers are logged out and deleted on their
 * backends, their rows go at once, and the user's own row when no backend in the pool has a number of theirs any more
 * and nothing can write for them. The audit log stays.
 */
export function createEraseUsers(deps: {
  db: Kysely<DB>;
  logger: Logger;
  users: Pick<Users, 'managed'>;
  phoneNumbers: Pick<PhoneNumbers, 'delete'>;
  lastWritesSeconds?: number;
}) {
  const { db, users } = deps;
  const waitSeconds = deps.lastWritesSeconds ?? lastWritesSeconds;

  /** Periodic; safe in parallel. */
  return async function eraseUsers(): Promise<void> {
    for (const { id, seconds } of await users.managed.listErasing(atOnceMax)) {
      try {
        await eraseUser(id, seconds);
      } catch (error) {
        deps.logger.warn({ event: 'user_not_erased', user_id: id, err: error }, 'a user is not wholly deleted yet');
      }
    }
  };

  async function eraseUser(id: number, seconds: number): Promise<void> {
    for (const number of await listNumbersOfUser(db, id, numbersAtOnceMax)) {
      await deps.phoneNumbers.delete(id, number.id);
    }
    await eraseRows(db, id);
    if (seconds < waitSeconds || (await countOnBackends(db, id)) > 0) return;
    await users.managed.endErasing(id);
    // What was written between the two is of nobody.
    await eraseRows(db, id);
    deps.logger.info({ event: 'user_erased', user_id: id }, 'a user is deleted');
  }
}
