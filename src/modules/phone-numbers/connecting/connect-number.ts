import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { ConnectResult } from '../../../evolution/client-instances.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import { type Backend, type Backends, backendUnavailable } from '../../backends/index.ts';
import { appendEvents } from '../../events/index.ts';
import { creationUnderWay, moveUnderWay } from '../errors.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { applyConnectionFacts, type ConnectionFact } from './apply-connection.ts';
import { beginAttempt, findPlace, type NumberOnBackend } from './attempts-system.ts';
import { asked, factOfAnswer, isMissing, unlessNotConnected } from './backend-answers.ts';
import { lockNumberForFacts } from './connection-system.ts';

/** A number that lives on a backend, and that backend. */
export type Placed = NumberOnBackend & { backendName: string; backend: Backend };

export type ConnectCalls = ReturnType<typeof createConnectCalls>;

const closedWithinMs = 2_000;
const lookAgainAfterMs = 100;

/** The calls that make a number's backend connect it; for whoever holds the number's lease. */
export function createConnectCalls(deps: {
  db: Kysely<DB>;
  ids: Ids;
  backends: Pick<Backends, 'requireUsable'>;
  tokens: Pick<ResolveToken, 'forget'>;
  keepAlive(work: Promise<unknown>): void;
  /** How long a code or a connection may take; then one reset, and as long again. */
  qrTimeoutMs: number;
}) {
  return { placed, connect, reopen, apply };

  /** Throws `not_found`, `creation_under_way`, `move_under_way`, `backend_unavailable`. */
  async function placed(id: number): Promise<Placed> {
    const place = await findPlace(deps.db, id);
    if (place === undefined) throw notFound('Phone number');
    if (place.reservationId !== null) throw creationUnderWay();
    if (place.isMoving) throw moveUnderWay();
    const { backendId, backendName } = place;
    if (backendId === null || backendName === null) throw backendUnavailable();
    return { ...place, backendName, backend: await deps.backends.requireUsable(backendId) };
  }

  /**
   * Has the number connected, and applies what the backend answers; from here on a code or the connection is waited
   * for. With `pairingNumber` it also makes a pairing code, for which a socket that shows a code already is closed:
   * nothing is lost by that, as it has no credentials. Answers false where there is nothing to wait for after that.
   */
  async function connect(place: Placed, pairingNumber?: string): Promise<boolean> {
    const { control } = place.backend;
    try {
      const needsNewSocket =
        pairingNumber !== undefined &&
        !place.isPaired &&
        (await asked(control.connectionState(place.backendName))) === 'connecting';
      const wish = pairingNumber === undefined ? {} : { pairingNumber, forgetsCode: needsNewSocket };
      if (!(await beginAttempt(deps.db, place, wish))) return false;
      if (needsNewSocket) await closeSocket(place);
      await bounded(place, control.connect(place.backendName, pairingNumber));
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
      await apply(place, { kind: 'missing', at: null });
      return false;
    }
  }

  /**
   * Ends the number's socket and has it opened anew, with the credentials it has: by restart where there is a socket, by
   * connect where there is none, since each fails in the other's place. Answers what the backend said of it before. A
   * reset belongs to the attempt that waits already.
   */
  async function reopen(
    place: Placed,
    options: { isReset: boolean } = { isReset: false },
  ): Promise<'open' | 'connecting' | 'close' | 'missing'> {
    const { control } = place.backend;
    try {
      const state = await asked(control.connectionState(place.backendName));
      if (state === 'close' || state === 'refused') {
        if (options.isReset) await bounded(place, control.connect(place.backendName));
        else await connect(place);
        return 'close';
      }
      if (state === 'connecting' && !options.isReset) await beginAttempt(deps.db, place, { forgetsCode: true });
      // The code in its answer is that of the socket which it ends.
      await asked(control.restart(place.backendName));
      return state === 'open' ? 'open' : 'connecting';
    } catch (error) {
      if (!isMissing(error)) throw error;
      await apply(place, { kind: 'missing', at: null });
      return 'missing';
    }
  }

  async function closeSocket(place: Placed): Promise<void> {
    const { control } = place.backend;
    await asked(control.logout(place.backendName).catch(unlessNotConnected));
    // It is answered before it is done, and a socket that is still there would be taken for the new one.
    for (let waitedMs = 0; waitedMs < closedWithinMs; waitedMs += lookAgainAfterMs) {
      if ((await asked(control.connectionState(place.backendName))) !== 'connecting') return;
      await setTimeout(lookAgainAfterMs);
    }
  }

  // One that hangs must not hold the number longer than its code may take; what it still answers is applied.
  async function bounded(place: Placed, call: Promise<ConnectResult>): Promise<void> {
    const applied = asked(call).then(async (result) => {
      const fact = factOfAnswer(result);
      if (fact !== undefined) await apply(place, fact);
    });
    if (await within(deps.qrTimeoutMs, applied)) return applied;
    deps.keepAlive(applied.catch(() => undefined));
    throw backendUnavailable();
  }

  /** Applies a fact to a number that still lives there. */
  async function apply(place: Pick<Placed, 'id' | 'backendName'>, fact: ConnectionFact): Promise<void> {
    await inTransaction(deps.db, async (tx) => {
      const locked = await lockNumberForFacts(tx, place.id);
      if (locked === undefined || locked.backendName !== place.backendName) return;
      await appendEvents(tx, deps.ids, await applyConnectionFacts(tx, locked, [fact]));
    });
    deps.tokens.forget(place.id);
  }
}
