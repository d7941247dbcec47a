import type { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.ts';

/** Counts a hit of `key`; answers the hits of its window so far and the milliseconds until the window ends. */
export type RedisHitCounter = (key: string, windowMs: number) => Promise<{ current: number; ttl: number }>;

/**
 * Counts hits in Redis, in windows that begin with a key's first hit. Rejects when Redis does not answer in time; for
 * the second that follows it rejects at once, and then lets one hit at a time try again.
 */
export function createRedisHitCounter(
  redis: Pick<Redis, 'eval'>,
  prefix: string,
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
): RedisHitCounter {
  let restsUntil: number | undefined;
  return async (key, windowMs) => {
    if (restsUntil !== undefined) {
      if (clock.monotonicMs() < restsUntil) throw new Error('Redis failed less than a second ago.');
      // This hit tries; those that come while it waits do not.
      restsUntil = clock.monotonicMs() + restMs;
    }
    try {
      const hits = readHits(await redis.eval(countHit, 1, `${prefix}${key}`, windowMs));
      restsUntil = undefined;
      return hits;
    } catch (error) {
      restsUntil = clock.monotonicMs() + restMs;
      throw error;
    }
  };
}

const restMs = 1_000;

// A key without an end (its PEXPIRE was lost in a crash) gets one here too.
const countHit = `
  local current = redis.call('INCR', KEYS[1])
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    ttl = tonumber(ARGV[1])
  end
  return { current, ttl }`;

function readHits(reply: unknown): { current: number; ttl: number } {
  if (!Array.isArray(reply)) throw new Error('Redis answered something else than a count.');
  const [current, ttl] = reply;
  return { current: Number(current), ttl: Number(ttl) };
}
