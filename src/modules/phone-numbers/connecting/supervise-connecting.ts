import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents } from '../../events/index.ts';
import { applyConnectionFacts, type ConnectionFact } from './apply-connection.ts';
import { countReset, isStillOverdue, listOverdueAttempts, type OverdueAttempt } from './attempts-system.ts';
import { factOfAnswer, isMissing } from './backend-answers.ts';
import type { ConnectCalls, Placed } from './connect-number.ts';
import { lockNumberForFacts, readStates } from './connection-system.ts';
import { endLoops } from './losses-system.ts';
import type { NumberLease } from './number-lease.ts';

// Of these at a time in one process: a backend that hangs must not make it ask without bounds.
const underWayMax = 50;
const lookWithinMs = 5_000;

/**
 * The periodic task for numbers whose code, or connection, did not come in time: what their backend has to show is taken;
 * else they are reset once, and after as long again in error. Works from the rows, so it goes on where a process that
 * died left off. It leaves what is under way to whoever holds the number's lease, and waits for no backend.
 */
export function createSuperviseConnecting(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  lease: NumberLease;
  calls: ConnectCalls;
  keepAlive(work: Promise<unknown>): void;
  qrTimeoutMs: number;
}) {
  const underWay = new Set<number>();
  const { calls, qrTimeoutMs } = deps;

  return async function superviseConnecting(): Promise<void> {
    await endLoops(deps.db);
    const overdue = await listOverdueAttempts(deps.db, qrTimeoutMs, underWayMax);
    for (const attempt of overdue) {
      if (underWay.size >= underWayMax || underWay.has(attempt.id)) continue;
      underWay.add(attempt.id);
      const work = deps.lease
        .exclusively(attempt.id, () => advance(attempt))
        .catch((error: unknown) => logFailure(attempt, error))
        .finally(() => underWay.delete(attempt.id));
      deps.keepAlive(work);
    }
  };

  async function advance(attempt: OverdueAttempt): Promise<void> {
    const place = await calls.placed(attempt.id);
    const fact = await whatItShows(place);
    if (fact !== undefined) await calls.apply(place, fact);
    const [state] = await readStates(deps.db, [attempt.id]);
    if (state?.isAwaited !== true) return;
    if (attempt.resets > 0) return giveUp(place, attempt);
    // Noted first: a process that dies in between must not make it two.
    if (!(await countReset(deps.db, attempt.id, qrTimeoutMs))) return;
    deps.logger.info({ event: 'number_reset', phone_number_id: attempt.id }, 'no code came: the number is reset');
    await calls.reopen(place, { isReset: true });
  }

  // Where its calls to us are lost, its code is there all the same.
  async function whatItShows(place: Placed): Promise<ConnectionFact | undefined> {
    let fact: ConnectionFact | undefined;
    await within(
      Math.min(lookWithinMs, qrTimeoutMs),
      look(place).then((found) => {
        fact = found;
      }),
    );
    return fact;
  }

  async function look({ backend: { control }, backendName }: Placed): Promise<ConnectionFact | undefined> {
    try {
      const state = await control.connectionState(backendName);
      if (state === 'open') return { kind: 'state', state, at: null };
      // While it connects, this only answers what it has.
      return state === 'connecting' ? factOfAnswer(await control.connect(backendName)) : undefined;
    } catch (error) {
      return isMissing(error) ? { kind: 'missing', at: null } : undefined;
    }
  }

  async function giveUp(place: Placed, attempt: OverdueAttempt): Promise<void> {
    const reason = place.isPaired ? 'connect_timeout' : 'qr_timeout';
    await inTransaction(deps.db, async (tx) => {
      const locked = await lockNumberForFacts(tx, place.id);
      if (locked === undefined || !(await isStillOverdue(tx, attempt, qrTimeoutMs))) return;
      const events = await applyConnectionFacts(tx, locked, [{ kind: 'timed_out', at: null, reason }]);
      await appendEvents(tx, deps.ids, events);
    });
  }

  function logFailure({ id }: OverdueAttempt, error: unknown): void {
    // Nothing is lost: its backend is away, or somebody else has it by now.
    if (error instanceof DomainError) return;
    deps.logger.warn({ event: 'number_not_supervised', phone_number_id: id, err: error }, 'a number was not reset');
  }
}
