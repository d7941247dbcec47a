import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';

/** So many points in a window of so many seconds, counted from the first one. */
export type Limit = { points: number; seconds: number };

/** Where throttles count for all processes; `prefix` keeps the keys apart from those of others on the same server. */
export type SharedCounts = { redis?: Redis | undefined; prefix?: string | undefined };

/** Counts in Redis where one is given, and in this process while Redis cannot be used. */
export function createLimiter(options: { name: string; limit: Limit; shared: SharedCounts }): RateLimiterAbstract {
  const { name, limit, shared } = options;
  const { redis, prefix = '' } = shared;
  const settings = { keyPrefix: `${prefix}throttle:${name}`, points: limit.points, duration: limit.seconds };
  const local = new RateLimiterMemory(settings);
  if (redis === undefined) return local;
  return new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: local,
  });
}
