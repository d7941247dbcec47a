import type { Kysely, Transaction } from 'kysely';
import { EvolutionError } from '../../evolution/errors.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type Backends, release, unassign } from '../backends/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import { findNumberOnBackend, type NumberOnBackend } from './connection-system.ts';
import { listNumbersToRemove, markDeleted, markRemovedFromBackend, type NumberToRemove } from './placement-system.ts';
import { lockPhoneNumber } from './tokens-repository.ts';

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
  webhooks: Pick<Webhooks, 'removeNumberEndpoints'>;
  keepAlive(work: Promise<unknown>): void;
};

/**
 * Deletes a number: for its user at once (token, endpoint and plan slot end with the commit), on its backend right
 * after, and again by removeDeleted until the backend has said that it is gone. Statistics and messages stay.
 */
export function createDeleteNumber(deps: Deps) {
  return async function deleteNumber(userId: number, id: number): Promise<void> {
    const place = await inTransaction(deps.db, async (tx) => {
      const found = await findNumberOnBackend(tx, userId, id);
      if (found === undefined) throw notFound('Phone number');
      await giveUpPlace(tx, found);
      if (!(await lockPhoneNumber(tx, userId, id))) throw notFound('Phone number');
      await deps.webhooks.removeNumberEndpoints(tx, userId, id);
      await markDeleted(tx, id, { removedFromBackend: found.backendId === null });
      await appendEvents(tx, deps.ids, [
        { userId, type: 'number.deleted', phoneNumberId: id, messageId: null, payload: { phone_number_id: id } },
      ]);
      return found;
    });
    // A backend that is still busy creating it is asked later, by removeDeleted.
    if (place.reservationId === null && place.backendId !== null && place.backendName !== null) {
      const onBackend = { id, backendId: place.backendId, backendName: place.backendName };
      deps.keepAlive(createRemoveFromBackend(deps)(onBackend));
    }
  };
}

async function giveUpPlace(tx: Transaction<DB>, number: NumberOnBackend): Promise<void> {
  // The creation may be confirmed between the look and this: then the place is an assigned one.
  if (number.reservationId !== null && (await release(tx, number.reservationId))) return;
  if (number.backendId !== null) await unassign(tx, number.backendId);
}

/** The periodic task that removes deleted numbers from backends that could not be reached before. */
export function createRemoveDeleted(deps: Omit<Deps, 'ids' | 'webhooks' | 'keepAlive'>) {
  const removeFromBackend = createRemoveFromBackend(deps);
  return async function removeDeleted(): Promise<void> {
    for (const number of await listNumbersToRemove(deps.db, 50)) await removeFromBackend(number);
  };
}

function createRemoveFromBackend(deps: Pick<Deps, 'db' | 'logger' | 'backends'>) {
  return async (number: NumberToRemove): Promise<void> => {
    try {
      const { control: client } = await deps.backends.backendOf(number.backendId);
      // A phone that is logged out first forgets this line; one that is not connected has nothing to log out.
      await client.logout(number.backendName).catch(ignoreRefusal);
      await client.deleteInstance(number.backendName).catch(ignoreMissing);
      await markRemovedFromBackend(deps.db, number.id);
    } catch (error) {
      deps.logger.warn(
        { event: 'number_not_removed', phone_number_id: number.id, backend_id: number.backendId, err: error },
        'a deleted number is still on its backend',
      );
    }
  };
}

function ignoreRefusal(error: unknown): void {
  const isRefusal =
    error instanceof EvolutionError && !['unreachable', 'timeout', 'connection_lost'].includes(error.kind);
  if (!isRefusal) throw error;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof EvolutionError && error.kind === 'not_found')) throw error;
}
