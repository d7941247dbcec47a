import type { Kysely } from 'kysely';
import { notFound } from '../../../platform/errors.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import { creationUnderWay, moveUnderWay } from '../errors.ts';
import type { PhoneNumber } from '../phone-number.ts';
import { findPhoneNumber } from '../phone-numbers-repository.ts';
import { missingOnBackend } from './apply-connection.ts';
import { findNumberOnBackend } from './attempts-system.ts';
import type { CheckConnection } from './check-connection.ts';
import { type Flights, isShown } from './flights.ts';
import type { NumberWatch } from './watch-numbers.ts';

// A backend that hangs must not keep the owner from what is known.
const lookWithinMs = 2_000;

/**
 * The number with a code that can be used now. Where there is none and the number is not connected, its backend is
 * asked to connect it; calls for one number share one such flight. A number that seems connected, or missing on its
 * backend, is looked at first; one that is missing stays in error and has no code.
 */
export function createFetchQr(deps: {
  db: Kysely<DB>;
  watch: NumberWatch;
  flights: Flights;
  checkConnection: CheckConnection;
  shownWithinMs: number;
  /** Work that goes on after the answer; waited for when the process closes. */
  keepAlive(work: Promise<unknown>): void;
}) {
  return {
    /** What is being created or moved is waited for: its code comes by itself, or it has none yet. */
    async fetchQr(userId: number, id: number): Promise<PhoneNumber> {
      const number = await lookedAt(userId, await requireNumber(userId, id));
      if (isDone(number)) return number;
      const place = await requirePlace(userId, id);
      await (place.reservationId !== null || place.isMoving ? deps.flights.untilShown(id) : deps.flights.connect(id));
      return requireNumber(userId, id);
    },

    /** The same, but with a pairing code for `pairingNumber` where one is named. */
    async connect(userId: number, id: number, pairingNumber?: string): Promise<PhoneNumber> {
      const number = await lookedAt(userId, await requireNumber(userId, id));
      if (isDone(number, pairingNumber)) return number;
      const place = await requirePlace(userId, id);
      if (place.isMoving) throw moveUnderWay();
      if (place.reservationId !== null && (await isShownByCreation(id, pairingNumber)))
        return requireNumber(userId, id);
      await deps.flights.connect(id, pairingNumber);
      return requireNumber(userId, id);
    },
  };

  // A backend that lost a number says nothing by itself, nor does one that has it again.
  async function lookedAt(userId: number, number: PhoneNumber): Promise<PhoneNumber> {
    if (number.status !== 'connected' && !isMissing(number)) return number;
    const look = deps.checkConnection(number.id);
    deps.keepAlive(look);
    await within(lookWithinMs, look);
    return requireNumber(userId, number.id);
  }

  // The backend is still busy making it, with a code in the same call; one for pairing is asked for afterwards.
  async function isShownByCreation(id: number, pairingNumber: string | undefined): Promise<boolean> {
    const state = await deps.watch.until(id, (each) => isShown(each, pairingNumber) || !each.isBeingCreated, {
      withinMs: deps.shownWithinMs,
    });
    if (state === undefined) throw creationUnderWay();
    return isShown(state, pairingNumber);
  }

  async function requireNumber(userId: number, id: number): Promise<PhoneNumber> {
    const number = await findPhoneNumber(deps.db, userId, id);
    if (number === undefined) throw notFound('Phone number');
    return number;
  }

  async function requirePlace(userId: number, id: number) {
    const place = await findNumberOnBackend(deps.db, userId, id);
    if (place === undefined) throw notFound('Phone number');
    return place;
  }
}

function isDone(number: PhoneNumber, pairingNumber?: string): boolean {
  const { status, qrCode, pairingCode } = number;
  const hasPairing = pairingCode !== null;
  return (
    isMissing(number) ||
    isShown({ status, hasQr: qrCode !== null, hasPairing, pairingNumber: number.pairingNumber }, pairingNumber)
  );
}

function isMissing(number: PhoneNumber): boolean {
  return number.status === 'error' && number.statusReason === missingOnBackend;
}
