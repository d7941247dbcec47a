import type { Kysely, Transaction } from 'kysely';
import { EvolutionError } from '../../evolution/errors.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type Backends, lockBackend, release, unassign } from '../backends/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import { findNumberOnBackend, type NumberOnBackend } from './connection-system.ts';
import { listNumbersToRemove, markDeleted, markRemovedFromBackend, type NumberToRemove } from './deletion-system.ts';
import { lockPhoneNumber } from './phone-numbers-repository.ts';

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
  webhooks: Pick<Webhooks, 'removeNumberEndpoints'>;
  keepAlive(work: Promise<unknown>): void;
};

const removalsPerBackend = 20;

/**
 * Deletes a number: for its user at once (token, endpoint and plan slot end with the commit), on its backend right
 * after, and again by removeDeleted until the backend has said that it is gone. Statistics and messages stay.
 */
export function createDeleteNumber(deps: Deps) {
  const removeFromBackend = createRemoveFromBackend(deps);

  return async function deleteNumber(userId: number, id: number): Promise<void> {
    const { reservationId, backendId, backendName } = await deleteWhereItIs(userId, id);
    // A backend that is still busy creating it is asked later, by removeDeleted.
    if (reservationId === null && backendId !== null && backendName !== null)
      deps.keepAlive(removeFromBackend({ id, backendId, backendName }));
  };

  async function deleteWhereItIs(userId: number, id: number): Promise<NumberOnBackend> {
    for (;;) {
      try {
        return await inTransaction(deps.db, (tx) => deleteIn(tx, userId, id));
      } catch (error) {
        if (!(error instanceof MovedMeanwhile)) throw error;
      }
    }
  }

  async function deleteIn(tx: Transaction<DB>, userId: number, id: number): Promise<NumberOnBackend> {
    // Backends are locked before numbers, so the place is looked up before it can be held.
    const found = await requirePlace(tx, userId, id);
    const isReleased = found.reservationId !== null && (await release(tx, found.reservationId));
    if (!isReleased && found.backendId !== null) {
      await lockBackend(tx, found.backendId);
      const place = await requirePlace(tx, userId, id);
      if (place.reservationId !== null || place.backendId !== found.backendId) throw new MovedMeanwhile();
      await unassign(tx, found.backendId);
    }
    if (!(await lockPhoneNumber(tx, userId, id))) throw notFound('Phone number');
    await deps.webhooks.removeNumberEndpoints(tx, userId, id);
    await markDeleted(tx, id, { removedFromBackend: found.backendId === null });
    await appendEvents(tx, deps.ids, [
      { userId, type: 'number.deleted', phoneNumberId: id, messageId: null, payload: { phone_number_id: id } },
    ]);
    return { ...found, reservationId: isReleased ? found.reservationId : null };
  }
}

class MovedMeanwhile extends Error {}

async function requirePlace(tx: Transaction<DB>, userId: number, id: number): Promise<NumberOnBackend> {
  const place = await findNumberOnBackend(tx, userId, id);
  if (place === undefined) throw notFound('Phone number');
  return place;
}

/** The periodic task that removes deleted numbers from backends that could not be reached before. */
export function createRemoveDeleted(deps: Pick<Deps, 'db' | 'logger' | 'backends'>) {
  const removeFromBackend = createRemoveFromBackend(deps);

  return async function removeDeleted(): Promise<void> {
    const waiting = Map.groupBy(await listNumbersToRemove(deps.db, removalsPerBackend), (number) => number.backendId);
    await Promise.all([...waiting.values()].map(removeAll));
  };

  async function removeAll(ofBackend: readonly NumberToRemove[]): Promise<void> {
    for (const number of ofBackend) if ((await removeFromBackend(number)) === 'silent') return;
  }
}

function createRemoveFromBackend(deps: Pick<Deps, 'db' | 'logger' | 'backends'>) {
  return async (number: NumberToRemove): Promise<'removed' | 'refused' | 'silent'> => {
    try {
      const { control: client } = await deps.backends.backendOf(number.backendId);
      // A phone that is logged out first forgets this line; one that is not connected has nothing to log out.
      await client.logout(number.backendName).catch(ignoreRefusal);
      await client.deleteInstance(number.backendName).catch(ignoreMissing);
      await markRemovedFromBackend(deps.db, number.id);
      return 'removed';
    } catch (error) {
      deps.logger.warn(
        { event: 'number_not_removed', phone_number_id: number.id, backend_id: number.backendId, err: error },
        'a deleted number is still on its backend',
      );
      return isRefusal(error) ? 'refused' : 'silent';
    }
  };
}

function ignoreRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

function isRefusal(error: unknown): boolean {
  return error instanceof EvolutionError && !['unreachable', 'timeout', 'connection_lost'].includes(error.kind);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof EvolutionError && error.kind === 'not_found')) throw error;
}
