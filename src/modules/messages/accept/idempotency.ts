import type { Transaction } from 'kysely';
import type { Pool } from 'pg';
import { Batch } from '../../../platform/database/batch.ts';
import type { DB } from '../../../schema.ts';
import { idempotencyKeyInUse, idempotencyKeyReused } from '../errors.ts';
import { type ClaimedKey, claimKey, findKeys, type IdempotencyKey } from './idempotency-keys-repository.ts';

/** Thrown by whoever could not claim his key, because another request has it by now. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken';
}

/** Claims a key for a campaign that this transaction makes. Throws `KeyTaken`. Keys come after usage in the order of locks. */
export async function claimIdempotencyKey(
  tx: Transaction<DB>,
  userId: number,
  key: IdempotencyKey,
  campaignId: string,
): Promise<void> {
  if (!(await claimKey(tx, userId, key, campaignId))) throw new KeyTaken();
}

export type Once = ReturnType<typeof createIdempotency>['once'];

type Flight = { fingerprint: Buffer; answer: Promise<{ answer: unknown; isReplayed: boolean }> };

const triesMax = 3;

/** Answers a request once, however often it comes under the same key. */
export function createIdempotency(deps: { pool: Pool }) {
  const flights = new Map<string, Flight>();
  const lookUps = new Batch<IdempotencyKey & { userId: number }, ClaimedKey | undefined>({
    name: 'look up keys',
    pool: deps.pool,
    ownerOf: ({ userId }) => userId,
    write: findKeys,
  });

  async function runOrReplay<T>(
    userId: number,
    key: IdempotencyKey,
    work: { run(): Promise<T>; replay(claimed: ClaimedKey): Promise<T> },
  ): Promise<{ answer: T; isReplayed: boolean }> {
    for (let attempt = 1; attempt <= triesMax; attempt++) {
      const claimed = await lookUps.add({ ...key, userId });
      if (claimed !== undefined) {
        if (!claimed.fingerprint.equals(key.fingerprint)) throw idempotencyKeyReused();
        return { answer: await work.replay(claimed), isReplayed: true };
      }
      try {
        return { answer: await work.run(), isReplayed: false };
      } catch (error) {
        if (!(error instanceof KeyTaken)) throw error;
      }
    }
    throw idempotencyKeyInUse();
  }

  return {
    /**
     * Runs `run`, which must claim the key in the transaction that makes the request true, and throw `KeyTaken` where it
     * cannot. Equal requests of this process share one run; where the key is taken, `replay` makes the answer. Throws
     * `idempotency_key_reused` where the key came with another request, and `idempotency_key_in_use`.
     */
    async once<T>(
      userId: number,
      key: IdempotencyKey,
      work: { run(): Promise<T>; replay(claimed: ClaimedKey): Promise<T> },
    ): Promise<{ answer: T; isReplayed: boolean }> {
      const name = `${userId} ${key.route} ${key.key}`;
      const flight = flights.get(name);
      if (flight !== undefined) {
        if (!flight.fingerprint.equals(key.fingerprint)) throw idempotencyKeyReused();
        return { answer: (await flight.answer).answer as T, isReplayed: true };
      }
      const answer = runOrReplay(userId, key, work).finally(() => flights.delete(name));
      flights.set(name, { fingerprint: key.fingerprint, answer });
      return answer;
    },
    close: () => lookUps[Symbol.asyncDispose](),
  };
}
