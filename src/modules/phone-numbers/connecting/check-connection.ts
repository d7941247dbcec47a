import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EvolutionClient } from '../../../evolution/client.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import { appendEvents } from '../../events/index.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { applyConnectionFacts, type ConnectionFact } from './apply-connection.ts';
import { findNumberToCheck, type LockedNumber, lockNumberForFacts, type NumberToCheck } from './connection-system.ts';

export type CheckConnection = (phoneNumberId: number) => Promise<void>;

type Look = { beganAt: number; isOver: boolean; work: Promise<void> };

const pauseMs = 10_000;
const looksMax = 10_000;
// A socket that is lost and opened again says `close` for a moment.
const lookAgainAfterMs = 500;

/**
 * Asks a number's backend how the number is connected, and applies what it says: for doubts that no call of the
 * backend will end, as about a number that it lost. One look in 10 s per number and process, which all who ask share.
 * Never rejects.
 */
export function createCheckConnection(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Pick<Clock, 'monotonicMs'>;
  logger: Logger;
  backends: Pick<Backends, 'requireUsable'>;
  tokens: Pick<ResolveToken, 'forget'>;
}): CheckConnection {
  const looks = new Map<number, Look>();

  return function checkConnection(phoneNumberId) {
    const last = looks.get(phoneNumberId);
    const now = deps.clock.monotonicMs();
    if (last !== undefined && (!last.isOver || now - last.beganAt < pauseMs)) return last.work;
    const begun: Look = { beganAt: now, isOver: false, work: Promise.resolve() };
    begun.work = look(phoneNumberId)
      .catch((error: unknown) => logFailure(phoneNumberId, error))
      .finally(() => {
        begun.isOver = true;
      });
    looks.delete(phoneNumberId);
    looks.set(phoneNumberId, begun);
    const [oldest] = looks.keys();
    if (looks.size > looksMax && oldest !== undefined) looks.delete(oldest);
    return begun.work;
  };

  async function look(id: number): Promise<void> {
    const number = await findNumberToCheck(deps.db, id);
    if (number === undefined) return;
    const { control } = await deps.backends.requireUsable(number.backendId);
    const fact = await settledFact(control, number.backendName);
    if (fact === undefined) return;
    await inTransaction(deps.db, async (tx) => {
      const locked = await lockNumberForFacts(tx, id);
      // What the backend called about meanwhile is newer than this look.
      if (locked === undefined || !isAsBefore(number, locked)) return;
      await appendEvents(tx, deps.ids, await applyConnectionFacts(tx, locked, [fact]));
    });
    deps.tokens.forget(id);
  }

  function logFailure(id: number, error: unknown): void {
    deps.logger.warn(
      { event: 'connection_not_checked', phone_number_id: id, err: error },
      'how a phone number is connected could not be asked',
    );
  }
}

async function settledFact(client: EvolutionClient, backendName: string): Promise<ConnectionFact | undefined> {
  const fact = await factOf(client, backendName);
  if (fact?.kind !== 'state' || fact.state !== 'close') return fact;
  await setTimeout(lookAgainAfterMs);
  return factOf(client, backendName);
}

// Undefined where it says nothing: an instance that is not loaded may be, once the server has started.
async function factOf(client: EvolutionClient, backendName: string): Promise<ConnectionFact | undefined> {
  try {
    const state = await client.connectionState(backendName);
    return state === 'not_loaded' ? undefined : { kind: 'state', at: null, state };
  } catch (error) {
    if (error instanceof EvolutionError && error.kind === 'not_found') return { kind: 'missing', at: null };
    throw error;
  }
}

function isAsBefore(before: NumberToCheck, now: LockedNumber): boolean {
  const isSame = before.status === now.status && before.connectionAt?.getTime() === now.connectionAt?.getTime();
  return isSame && before.backendName === now.backendName;
}
