import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type Backends, confirm, release } from '../backends/index.ts';
import { appendEvents } from '../events/index.ts';
import { applyConnectionFacts } from './apply-connection.ts';
import { lockNumberForFacts } from './connection-system.ts';
import { type CreatingNumber, claimUnfinishedCreations, endCreation, markDeleted } from './placement-system.ts';
import { isThere } from './set-up-on-backend.ts';

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
    for (const number of await claimUnfinishedCreations(deps.db, 100)) {
      const backend = await deps.backends.backendOf(number.backendId);
      const found = await isThere(backend.control, number.backendName);
      if (found === undefined) continue;
      deps.logger.info(
        { event: 'creation_finished', phone_number_id: number.id, found },
        'an unfinished creation ended',
      );
      await (found ? keep(number) : giveBack(number));
    }
  };

  async function keep(number: CreatingNumber): Promise<void> {
    await inTransaction(deps.db, async (tx) => {
      await confirm(tx, number.reservationId);
      const locked = await lockNumberForFacts(tx, number.id);
      if (!(await endCreation(tx, number.id, number.reservationId)) || locked === undefined) return;
      if (number.integration === 'WHATSAPP-BAILEYS') return;
      await appendEvents(
        tx,
        deps.ids,
        await applyConnectionFacts(tx, locked, [{ kind: 'state', state: 'open', at: null }]),
      );
    });
  }

  async function giveBack(number: CreatingNumber): Promise<void> {
    await inTransaction(deps.db, async (tx) => {
      await release(tx, number.reservationId);
      if (await endCreation(tx, number.id, number.reservationId))
        await markDeleted(tx, number.id, { removedFromBackend: true });
    });
  }
}
