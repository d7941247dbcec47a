import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { Creation } from './creation.ts';
import { claimUnfinishedCreations } from './creation-system.ts';
import { isThere } from './set-up-on-backend.ts';
import { confirmCreation, giveBackCreation } from './settle-creation.ts';

const atOnceMax = 50;

/**
 * Looks after numbers whose creation nobody finished (a process ended, a backend went silent): what the backend has
 * keeps its place, what it has not gives place and plan slot back. While the backend does not say, nothing is decided.
 */
export function createFinishCreations(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
}) {
  return async function finishCreations(): Promise<void> {
    // All at once: one that waits for a silent backend must not hold up those of the others.
    await Promise.all((await claimUnfinishedCreations(deps.db, atOnceMax)).map(finish));
  };

  async function finish(number: Creation): Promise<void> {
    try {
      const backend = await deps.backends.backendOf(number.backendId);
      const found = await isThere(backend.control, number.backendName);
      if (found === undefined) return;
      await inTransaction(deps.db, (tx) =>
        found ? confirmCreation(tx, deps.ids, number, null) : giveBackCreation(tx, number),
      );
      deps.logger.info(
        { event: 'creation_finished', phone_number_id: number.id, backend_id: number.backendId, found },
        'an unfinished creation ended',
      );
    } catch (error) {
      deps.logger.warn(
        { event: 'creation_not_finished', phone_number_id: number.id, backend_id: number.backendId, err: error },
        'an unfinished creation goes on',
      );
    }
  }
}
