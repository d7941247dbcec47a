import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { DB } from '../../../schema.ts';
import type { ConnectCalls } from './connect-number.ts';
import { readStates, type WatchedNumber } from './connection-system.ts';
import type { NumberLease } from './number-lease.ts';
import type { NumberWatch } from './watch-numbers.ts';

export type Flights = ReturnType<typeof createFlights>;

/** One connect of one number, which its callers share. */
type Flight = { pairingNumber: string | undefined; connected: Promise<void>; isOver: AbortSignal };

const lookAtLeaseEveryMs = 300;

/** What a caller waits for: the connection, a QR code, or a pairing code for this number. */
export function isShown(
  state: Pick<WatchedNumber, 'status' | 'hasQr' | 'pairingNumber' | 'hasPairing'>,
  pairingNumber?: string,
): boolean {
  if (state.status === 'connected') return true;
  return pairingNumber === undefined ? state.hasQr : state.hasPairing && state.pairingNumber === pairingNumber;
}

/**
 * One connect per number over all processes: who comes while one is under way waits for what that one leads to. Those of
 * this process share its promise, those of others watch the number's row, and fly themselves where it ended without
 * having asked the backend.
 */
export function createFlights(deps: {
  db: Kysely<DB>;
  clock: Pick<Clock, 'monotonicMs'>;
  watch: NumberWatch;
  lease: NumberLease;
  calls: Pick<ConnectCalls, 'placed' | 'connect'>;
  keepAlive(work: Promise<unknown>): void;
  qrTimeoutMs: number;
  shownWithinMs: number;
}) {
  const { shownWithinMs } = deps;
  const flights = new Map<number, Flight>();
  const withinMs = Math.min(shownWithinMs, deps.qrTimeoutMs);

  return {
    untilShown,

    /**
     * Resolves when there is something to show, or nothing came in time. Throws what `placed` throws, and
     * `backend_failed`.
     */
    connect(id: number, pairingNumber?: string): Promise<void> {
      const known = flights.get(id);
      const isShared = known !== undefined && (pairingNumber === undefined || pairingNumber === known.pairingNumber);
      const flight = isShared ? known : takeOff(id, pairingNumber);
      // The code comes by the backend's call long before its answer, which is waited for only where no call comes.
      const shown = untilShown(id, { pairingNumber, signal: flight.isOver }).then(() =>
        flight.isOver.aborted ? flight.connected : undefined,
      );
      return Promise.race([shown, flight.connected]);
    },
  };

  async function untilShown(
    id: number,
    options: { pairingNumber?: string | undefined; signal?: AbortSignal; withinMs?: number } = {},
  ): Promise<boolean> {
    const { pairingNumber, signal } = options;
    const state = await deps.watch.until(id, (each) => isShown(each, pairingNumber), {
      withinMs: options.withinMs ?? shownWithinMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return state !== undefined;
  }

  function takeOff(id: number, pairingNumber: string | undefined): Flight {
    const over = new AbortController();
    const connected = fly(id, pairingNumber).finally(() => {
      over.abort();
      if (flights.get(id) === flight) flights.delete(id);
    });
    deps.keepAlive(connected.catch(() => {}));
    const flight = { pairingNumber, connected, isOver: over.signal };
    flights.set(id, flight);
    return flight;
  }

  async function fly(id: number, pairingNumber: string | undefined): Promise<void> {
    const endsAt = deps.clock.monotonicMs() + shownWithinMs;
    for (let hasWaited = false; ; hasWaited = true) {
      const turn = await deps.lease.exclusively(id, async () => {
        if (hasWaited && (await wasFlown(id, pairingNumber))) return 'flown before';
        const place = await deps.calls.placed(id);
        if (await deps.calls.connect(place, pairingNumber)) await untilShown(id, { pairingNumber, withinMs });
        return 'flown';
      });
      if (turn.kind === 'ran' && turn.result === 'flown') return;
      const leftMs = endsAt - deps.clock.monotonicMs();
      if (leftMs <= 0) return;
      const lookMs = turn.kind === 'ran' ? leftMs : Math.min(leftMs, lookAtLeaseEveryMs);
      if (await untilShown(id, { pairingNumber, withinMs: lookMs })) return;
    }
  }

  async function wasFlown(id: number, pairingNumber: string | undefined): Promise<boolean> {
    const [state] = await readStates(deps.db, [id]);
    if (state === undefined) return false;
    const isFor = pairingNumber === undefined || state.pairingNumber === pairingNumber;
    return isShown(state, pairingNumber) || (state.isAwaited && isFor);
  }
}
