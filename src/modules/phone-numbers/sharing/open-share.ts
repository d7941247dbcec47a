import type { Kysely } from 'kysely';
import { sha256 } from '../../../platform/crypto/digest.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import type { Users } from '../../users/index.ts';
import type { PhoneNumber } from '../phone-number.ts';
import { type Share, type SharedNumber, stateOf } from './share.ts';
import { findShare, takePairing } from './shares-system.ts';

/** Each makes a phone show a request to link a device, whoever's number the visitor types. */
const pairingsMax = 10;

/**
 * What a visitor does with a link: nobody is logged in, and the secret in the link is all there is. Where it does not
 * work, all three throw `not_found` alike, or `too_many_attempts` where the address has guessed too much.
 */
export function createOpenShare(deps: {
  db: Kysely<DB>;
  users: Pick<Users, 'checkGuesses' | 'noteFailedGuess'>;
  fetchQr(userId: number, id: number): Promise<PhoneNumber>;
  connect(userId: number, id: number, pairingNumber: string): Promise<PhoneNumber>;
}) {
  const { db, users } = deps;

  async function open(token: string, ipAddress: string): Promise<Share> {
    const share = await findShare(db, sha256(token));
    if (share !== undefined) return share;
    // Many may share one address: whoever guesses there must not shut out those who have a link.
    await users.checkGuesses(ipAddress);
    await users.noteFailedGuess(ipAddress);
    throw notFound('Share link');
  }

  async function makeCode({ id, userId, phoneNumberId }: Share, pairingNumber: string | undefined): Promise<void> {
    if (pairingNumber === undefined) {
      await deps.fetchQr(userId, phoneNumberId);
      return;
    }
    if (!(await takePairing(db, id, pairingsMax))) throw tooManyPairings();
    await deps.connect(userId, phoneNumberId, pairingNumber);
  }

  return {
    /** The number as it is now; asks nothing of its backend. */
    async look(token: string, ipAddress: string): Promise<SharedNumber> {
      return viewOf(await open(token, ipAddress));
    },

    /**
     * Has the number's backend show a code, where there is none; a number may be given to get a code that is typed.
     * Throws `too_many_attempts`, `backend_failed`, `backend_unavailable`, `move_under_way`, `creation_under_way` as well.
     */
    async connect(token: string, ipAddress: string, pairingNumber?: string): Promise<SharedNumber> {
      const share = await open(token, ipAddress);
      if (share.isUsed || share.status === 'connected') return viewOf(share);
      await makeCode(share, pairingNumber).catch(ignoreDeleted);
      return viewOf(await open(token, ipAddress));
    },
  };
}

function viewOf(share: Share): SharedNumber {
  const { displayName, isSandbox, linkExpiresInMs } = share;
  const state = stateOf(share);
  // A link that did its work shows no code that its user asks for later.
  const { qrCode, qrExpiresInMs, pairingCode } =
    state === 'scan' || state === 'waiting' ? share : { qrCode: null, qrExpiresInMs: 0, pairingCode: null };
  return { state, displayName, isSandbox, qrCode, qrExpiresInMs, pairingCode, linkExpiresInMs };
}

function tooManyPairings(): DomainError {
  return new DomainError('too_many_attempts', 'By this link no more codes can be had: scan the QR code.', {
    kind: 'limit',
    retryAfterSeconds: 3_600,
  });
}

// Its link is gone as well, which the next look says.
function ignoreDeleted(error: unknown): void {
  if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
}
