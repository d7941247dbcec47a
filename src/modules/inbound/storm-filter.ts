import type { Clock } from '../../platform/clock.ts';

const windowMs = 2_000;
const numbersMax = 50_000;

export type StormFilter = {
  /**
   * Stores a "connecting" call with `store`, or leaves it to one that was stored less than 2 s ago or is being stored
   * now. Resolves when the one that counts is stored, with whether it was this one, and rejects as its `store` did.
   */
  once(phoneNumberId: number, store: () => Promise<unknown>): Promise<'stored' | 'repeated'>;
  /** Another call of the number: the next "connecting" tells something new. */
  forget(phoneNumberId: number): void;
};

type Kept = { stored: Promise<unknown>; at: number | undefined };

/**
 * Tells repetitions of "connecting": a server that cannot reach WhatsApp says so up to 60 times a second and number.
 * Only the first within 2 s is kept; the others would change nothing.
 */
export function createStormFilter(clock: Pick<Clock, 'monotonicMs'>): StormFilter {
  const lastKept = new Map<number, Kept>();

  function begin(phoneNumberId: number, store: () => Promise<unknown>): Kept {
    const kept: Kept = { stored: store(), at: undefined };
    lastKept.delete(phoneNumberId);
    lastKept.set(phoneNumberId, kept);
    const [oldest] = lastKept.keys();
    if (lastKept.size > numbersMax && oldest !== undefined) lastKept.delete(oldest);
    return kept;
  }

  return {
    async once(phoneNumberId, store) {
      const last = lastKept.get(phoneNumberId);
      if (last !== undefined && (last.at === undefined || clock.monotonicMs() - last.at < windowMs)) {
        await last.stored;
        return 'repeated';
      }
      const kept = begin(phoneNumberId, store);
      try {
        await kept.stored;
        kept.at = clock.monotonicMs();
        return 'stored';
      } catch (error) {
        if (lastKept.get(phoneNumberId) === kept) lastKept.delete(phoneNumberId);
        throw error;
      }
    },
    forget(phoneNumberId) {
      lastKept.delete(phoneNumberId);
    },
  };
}
