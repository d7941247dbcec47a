import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressGroup } from '../platform/address-group.ts';
import { DomainError } from '../platform/errors.ts';

/** Counts hits of a key in a window; answers the count so far and the milliseconds until the window ends. */
export type HitCounter = (key: string, windowMs: number) => Promise<{ current: number; ttl: number }>;

export type RateLimitOptions = {
  /** Shared between processes; where it fails, this process counts by itself. */
  sharedCounter?: HitCounter;
  /** Requests a minute from one address without a caller. */
  anonymousPerMinute: number;
  /** Told of each request that is turned away. */
  onRefused?(request: FastifyRequest): void;
};

const windowMs = 60_000;

/**
 * Limits requests a minute: per user by the plan, per address (of IPv6, per /64) where nobody is logged in, unknown
 * routes and refused keys included.
 * Answers carry RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset.
 */
export async function registerRateLimit(app: FastifyInstance, options: RateLimitOptions): Promise<void> {
  const { sharedCounter } = options;
  await app.register(rateLimit, {
    global: true,
    hook: 'onRequest',
    timeWindow: windowMs,
    enableDraftSpec: true,
    keyGenerator: (request) => keyOf(request),
    max: (request) => request.caller?.requestsPerMinute ?? options.anonymousPerMinute,
    allowList: (request) => request.routeOptions.config.auth === 'own',
    onExceeded: (request) => options.onRefused?.(request),
    errorResponseBuilder: (_request, { max }) =>
      new DomainError('rate_limited', 'Too many requests in this minute. See RateLimit-Reset.', {
        kind: 'limit',
        details: { limit: 'requests_per_minute', requests_per_minute: max },
      }),
    store: storeOn(sharedCounter),
  });
}

/** Counts a request whose own turn at the limit never comes. Throws `rate_limited`. */
export async function limitNow(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await app.rateLimit().call(app, request, reply);
}

function keyOf(request: FastifyRequest): string {
  return request.caller === null ? `address:${addressGroup(request.ip)}` : `user:${request.caller.userId}`;
}

type Hits = { current: number; ttl: number };

function storeOn(sharedCounter: HitCounter | undefined) {
  const local = createLocalCounter();
  const count = async (key: string, ttlMs: number): Promise<Hits> => {
    if (sharedCounter === undefined) return local(key, ttlMs);
    try {
      return await sharedCounter(key, ttlMs);
    } catch {
      return local(key, ttlMs);
    }
  };
  return class {
    incr(key: string, callback: (error: Error | null, result?: Hits) => void, timeWindow: number): void {
      count(key, timeWindow).then(
        (hits) => callback(null, hits),
        (error: Error) => callback(error),
      );
    }
    child() {
      return this;
    }
  };
}

const localKeysMax = 50_000;

/** Fixed windows in this process's memory; the oldest window is dropped when there are too many keys. */
function createLocalCounter(): (key: string, ttlMs: number) => Hits {
  const windows = new Map<string, { current: number; endsAt: number }>();
  return (key, ttlMs) => {
    const now = Date.now();
    let window = windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      windows.delete(key);
      window = { current: 0, endsAt: now + ttlMs };
      windows.set(key, window);
      if (windows.size > localKeysMax) windows.delete(windows.keys().next().value ?? '');
    }
    window.current++;
    return { current: window.current, ttl: window.endsAt - now };
  };
}
