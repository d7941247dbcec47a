import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';

/** So many points in a window of so many seconds, counted from the first one. */
export type Limit = { points: number; seconds: number };

/** Counts in Redis where one is given, and in this process while Redis cannot be used. */
export function createLimiter(options: { name: string; limit: Limit; redis?: Redis | undefined }): RateLimiterAbstract {
  const { name, limit, redis } = options;
  const settings = { keyPrefix: `throttle:${name}`, points: limit.points, duration: limit.seconds };
  const local = new RateLimiterMemory(settings);
  if (redis === undefined) return local;
  return new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: local,
  });
}
