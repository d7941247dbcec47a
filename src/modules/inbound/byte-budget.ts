import { DomainError } from '../../platform/errors.ts';

/** Takes a call's bytes into account, until the answered function is called; throws `overloaded` where they are too many. */
export type TakeBytes = (bytes: number) => () => void;

/** Bounds the bytes of calls that are in memory at once; one call alone is always let in. */
export function createByteBudget(bytesMax: number): TakeBytes {
  let taken = 0;
  return function takeBytes(bytes) {
    if (taken > 0 && taken + bytes > bytesMax) {
      throw new DomainError('overloaded', 'Too many calls are waiting to be stored. Try again shortly.', {
        kind: 'unavailable',
        retryAfterSeconds: 1,
      });
    }
    taken += bytes;
    let isHeld = true;
    return () => {
      if (isHeld) taken -= bytes;
      isHeld = false;
    };
  };
}
