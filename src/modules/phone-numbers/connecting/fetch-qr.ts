import type { Kysely } from 'kysely';
import type { ConnectResult } from '../../../evolution/client-instances.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import { type Backends, backendUnavailable } from '../../backends/index.ts';
import { appendEvents } from '../../events/index.ts';
import type { PhoneNumber } from '../phone-number.ts';
import { findPhoneNumber } from '../phone-numbers-repository.ts';
import { applyConnectionFacts, type ConnectionFact } from './apply-connection.ts';
import type { CheckConnection } from './check-connection.ts';
import { findNumberOnBackend, lockNumberForFacts, type NumberOnBackend } from './connection-system.ts';
import type { NumberWatch } from './watch-numbers.ts';

/** One connect of one number, which its callers share. */
type Flight = { connected: Promise<void>; isOver: AbortSignal };

const qrWithinMs = 8_000;
// A backend that hangs must not keep the owner from what is known.
const lookWithinMs = 2_000;

/**
 * The number with a code that can be scanned now. Where there is none and the number is not connected, its backend is
 * asked to connect it; calls for one number share one such flight. A number that seems connected, or in error, is
 * looked at first; one that is missing on its backend stays in error and has no code.
 */
export function createFetchQr(deps: {
  db: Kysely<DB>;
  ids: Ids;
  backends: Pick<Backends, 'requireUsable'>;
  watch: NumberWatch;
  checkConnection: CheckConnection;
  /** Work that goes on after the answer; waited for when the process closes. */
  keepAlive(work: Promise<unknown>): void;
}) {
  const flights = new Map<number, Flight>();

  return async function fetchQr(userId: number, id: number): Promise<PhoneNumber> {
    const number = await lookedAt(userId, await requireNumber(userId, id));
    if (number.status === 'connected' || number.status === 'error' || number.qrCode !== null) return number;
    const place = await findNumberOnBackend(deps.db, userId, id);
    if (place === undefined) throw notFound('Phone number');
    await (place.reservationId !== null ? waitForQr(id) : connectOnce(place));
    return requireNumber(userId, id);
  };

  // A backend that lost a number says nothing by itself, nor does one that has it again.
  async function lookedAt(userId: number, number: PhoneNumber): Promise<PhoneNumber> {
    if (number.status !== 'connected' && number.status !== 'error') return number;
    const look = deps.checkConnection(number.id);
    deps.keepAlive(look);
    await within(lookWithinMs, look);
    return requireNumber(userId, number.id);
  }

  async function requireNumber(userId: number, id: number): Promise<PhoneNumber> {
    const number = await findPhoneNumber(deps.db, userId, id);
    if (number === undefined) throw notFound('Phone number');
    return number;
  }

  async function waitForQr(id: number, signal?: AbortSignal): Promise<void> {
    await deps.watch.until(id, (state) => state.hasQr || state.status === 'connected', {
      withinMs: qrWithinMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  // The code comes by the backend's call long before its answer, which is waited for only where no call comes.
  function connectOnce(place: NumberOnBackend): Promise<void> {
    const flight = flights.get(place.id) ?? takeOff(place);
    const shown = waitForQr(place.id, flight.isOver).then(() => (flight.isOver.aborted ? flight.connected : undefined));
    return Promise.race([shown, flight.connected]);
  }

  function takeOff(place: NumberOnBackend): Flight {
    const over = new AbortController();
    const connected = connect(place).finally(() => {
      over.abort();
      flights.delete(place.id);
    });
    deps.keepAlive(connected.catch(() => {}));
    const flight = { connected, isOver: over.signal };
    flights.set(place.id, flight);
    return flight;
  }

  async function connect(place: NumberOnBackend): Promise<void> {
    if (place.backendId === null || place.backendName === null) throw backendUnavailable();
    const backend = await deps.backends.requireUsable(place.backendId);
    const result = await backend.control.connect(place.backendName).catch(translateFailure);
    const fact = factOf(result);
    if (fact === undefined) return waitForQr(place.id);
    await inTransaction(deps.db, async (tx) => {
      const locked = await lockNumberForFacts(tx, place.id);
      if (locked === undefined) return;
      await appendEvents(tx, deps.ids, await applyConnectionFacts(tx, locked, [fact]));
    });
  }
}

function factOf(result: ConnectResult | 'missing'): ConnectionFact | undefined {
  if (result === 'missing') return { kind: 'missing', at: null };
  if (result.kind === 'qr') return { kind: 'qr', at: null, image: result.image, pairingCode: result.pairingCode };
  if (result.kind === 'state' && result.state === 'open') return { kind: 'state', state: 'open', at: null };
  return undefined;
}

function translateFailure(error: unknown): 'missing' {
  if (!(error instanceof EvolutionError)) throw error;
  if (error.kind === 'not_found') return 'missing';
  if (['unreachable', 'timeout', 'connection_lost'].includes(error.kind)) throw backendUnavailable(error);
  throw new DomainError('backend_failed', 'The backend could not connect the phone number.', {
    kind: 'bad_gateway',
    cause: error,
  });
}
