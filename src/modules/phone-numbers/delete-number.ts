import { setTimeout } from 'node:timers/promises';
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
import { findNumberOnBackend, type NumberOnBackend } from './connecting/attempts-system.ts';
import { isThere } from './creating/set-up-on-backend.ts';
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
  const { ask, confirmGone } = createRemoval(deps);

  return async function deleteNumber(userId: number, id: number): Promise<void> {
    const { reservationId, backendId, backendName } = await deleteWhereItIs(userId, id);
    // A backend that is still busy creating it is asked later, by removeDeleted.
    if (reservationId === null && backendId !== null && backendName !== null)
      deps.keepAlive(removeNow({ id, backendId, backendName }));
  };

  async function removeNow(number: NumberToRemove): Promise<void> {
    if ((await ask(number)) === 'asked') await confirmGone([number], lookAgainAfterMs);
  }

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

/**
 * The periodic task for deleted numbers that are not proven to be off their backends: those that could not be reached
 * before, and those that a crash left half removed.
 */
export function createRemoveDeleted(deps: Pick<Deps, 'db' | 'logger' | 'backends'>) {
  const { ask, confirmGone } = createRemoval(deps);

  return async function removeDeleted(): Promise<void> {
    const waiting = Map.groupBy(await listNumbersToRemove(deps.db, removalsPerBackend), (number) => number.backendId);
    await Promise.all([...waiting.values()].map(removeAll));
  };

  async function removeAll(ofBackend: readonly NumberToRemove[]): Promise<void> {
    const asked: NumberToRemove[] = [];
    for (const number of ofBackend) {
      const answer = await ask(number);
      if (answer === 'asked') asked.push(number);
      if (answer === 'silent') break;
    }
    await confirmGone(asked, lookAgainAfterMs.slice(0, 1));
  }
}

const lookAgainAfterMs = [250, 1_000, 3_000];

function createRemoval(deps: Pick<Deps, 'db' | 'logger' | 'backends'>) {
  return { ask, confirmGone };

  /** A delete is answered before it is done: only a backend that knows no such instance proves its end. */
  async function ask(number: NumberToRemove): Promise<'removed' | 'asked' | 'refused' | 'silent'> {
    try {
      const { control: client } = await deps.backends.backendOf(number.backendId);
      // A phone that is logged out first forgets this line; one that is not connected has nothing to log out.
      await client.logout(number.backendName).catch(ignoreRefusal);
      if (!(await isGone(client.deleteInstance(number.backendName)))) return 'asked';
      await markRemovedFromBackend(deps.db, number.id);
      return 'removed';
    } catch (error) {
      deps.logger.warn(
        { event: 'number_not_removed', phone_number_id: number.id, backend_id: number.backendId, err: error },
        'a deleted number is still on its backend',
      );
      return isRefusal(error) ? 'refused' : 'silent';
    }
  }

  /** Looks again after each wait; what is still there by then is asked anew by removeDeleted. */
  async function confirmGone(asked: readonly NumberToRemove[], waitsMs: readonly number[]): Promise<void> {
    let left = asked;
    for (const ms of waitsMs) {
      if (left.length === 0) return;
      await setTimeout(ms);
      left = await stillThere(left);
    }
  }

  async function stillThere(numbers: readonly NumberToRemove[]): Promise<NumberToRemove[]> {
    const there: NumberToRemove[] = [];
    for (const number of numbers) {
      const { control } = await deps.backends.backendOf(number.backendId);
      if ((await isThere(control, number.backendName)) === false) await markRemovedFromBackend(deps.db, number.id);
      else there.push(number);
    }
    return there;
  }
}

function ignoreRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

function isRefusal(error: unknown): boolean {
  return error instanceof EvolutionError && !['unreachable', 'timeout', 'connection_lost'].includes(error.kind);
}

async function isGone(removal: Promise<void>): Promise<boolean> {
  try {
    await removal;
    return false;
  } catch (error) {
    if (error instanceof EvolutionError && error.kind === 'not_found') return true;
    throw error;
  }
}
