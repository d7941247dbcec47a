import { addressGroup } from '../../platform/address-group.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { tooManyAttempts } from './errors.ts';
import { createLimiter, type Limit, type SharedCounts } from './limiter.ts';

export type GuessThrottle = {
  /** Throws `too_many_attempts` while the address has guessed too much. */
  check(ipAddress: string): Promise<void>;
  noteFailure(ipAddress: string): Promise<void>;
};

export const guessLimit: Limit = { points: 60, seconds: 60 };

const addressesMax = 50_000;
const fine: Promise<void> = Promise.resolve();

/**
 * Slows those who try keys. An address without a recent failure in this process costs one look into a map, so good
 * callers notice nothing.
 */
export function createGuessThrottle(deps: {
  limit: Limit;
  clock: Clock;
  logger: Logger;
  shared: SharedCounts;
}): GuessThrottle {
  const { limit, clock, logger } = deps;
  const guesses = createLimiter({ name: 'guesses', limit, shared: deps.shared });
  /** Addresses with a recent failure: until when, and whether their being throttled was logged. */
  const recent = new Map<string, { until: number; logged: boolean }>();

  async function checkRecent(
    ipAddress: string,
    address: string,
    seen: { until: number; logged: boolean },
  ): Promise<void> {
    if (seen.until <= clock.monotonicMs()) {
      recent.delete(address);
      return;
    }
    const used = await guesses.get(address);
    if (used === null || used.consumedPoints < limit.points || used.msBeforeNext <= 0) return;
    if (!seen.logged) {
      seen.logged = true;
      logger.warn({ event: 'key_guess_throttled', ip: ipAddress }, 'key guess throttled');
    }
    throw tooManyAttempts(used.msBeforeNext);
  }

  return {
    check(ipAddress) {
      if (recent.size === 0) return fine;
      const address = addressGroup(ipAddress);
      const seen = recent.get(address);
      return seen === undefined ? fine : checkRecent(ipAddress, address, seen);
    },
    async noteFailure(ipAddress) {
      const address = addressGroup(ipAddress);
      const { msBeforeNext, isFirstInDuration } = await guesses.penalty(address);
      const logged = isFirstInDuration ? false : (recent.get(address)?.logged ?? false);
      recent.delete(address);
      recent.set(address, { until: clock.monotonicMs() + msBeforeNext, logged });
      if (recent.size > addressesMax) recent.delete(recent.keys().next().value ?? '');
    },
  };
}
