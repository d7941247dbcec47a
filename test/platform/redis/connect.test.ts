import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRedis } from '../../../src/platform/redis/connect.ts';
import { createRedisHitCounter } from '../../../src/platform/redis/hit-counter.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';

describeWithRedis('with Redis', () => {
  let server: TestRedis;
  let redis: Redis;
  const onError = vi.fn();

  beforeEach(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error('no Redis');
    server = started;
    onError.mockReset();
    redis = createRedis({ url: server.url, name: 'test', onError });
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  const timed = async (work: Promise<unknown>) => {
    const startedAt = performance.now();
    const outcome = await work.then(
      () => 'answered',
      () => 'failed',
    );
    return { outcome, ms: performance.now() - startedAt };
  };

  describe('a command connection', () => {
    test('fails at once while Redis is down, and recovers by itself', async () => {
      await server.kill();
      await vi.waitFor(() => expect(redis.status).not.toBe('ready'));
      const pings = await Promise.all(Array.from({ length: 5 }, () => timed(redis.ping())));
      expect(pings.every(({ outcome }) => outcome === 'failed')).toBe(true);
      // The quickest: what else the machine does only ever adds. Waiting for an answer would take 200 ms each.
      expect(Math.min(...pings.map(({ ms }) => ms))).toBeLessThan(100);
      await vi.waitFor(() => expect(onError).toHaveBeenCalled());
      await server.restart();
      await vi.waitFor(async () => expect(await redis.ping()).toBe('PONG'), { timeout: 5_000 });
    });

    test('fails within 200 ms, give or take, while Redis hangs, and recovers by itself', async () => {
      server.hang();
      const { outcome, ms } = await timed(redis.ping());
      expect(outcome).toBe('failed');
      expect(ms).toBeGreaterThan(150);
      expect(ms).toBeLessThan(3_000);
      server.resume();
      await vi.waitFor(async () => expect(await redis.ping()).toBe('PONG'), { timeout: 10_000 });
    });

    test('gives up a connection on which nothing comes back', async () => {
      server.hang();
      await timed(redis.ping());
      await vi.waitFor(() => expect(redis.status).not.toBe('ready'), { timeout: 7_000 });
    });

    test('tells of a wrong address instead of throwing, and can be ended', async () => {
      const nowhere = vi.fn();
      const lost = createRedis({ url: 'redis://127.0.0.1:1', name: 'test', onError: nowhere });
      await vi.waitFor(() => expect(nowhere).toHaveBeenCalled());
      await expect(lost.ping()).rejects.toThrow();
      lost.disconnect();
    });
  });

  describe('the hit counter', () => {
    test('counts the hits of a key until its window ends', async () => {
      const count = createRedisHitCounter(redis, 'hits:');
      expect(await count('a', 1_000)).toEqual({ current: 1, ttl: 1_000 });
      const second = await count('a', 1_000);
      expect(second.current).toBe(2);
      expect(second.ttl).toBeLessThanOrEqual(1_000);
      expect(second.ttl).toBeGreaterThan(0);
      expect((await count('b', 60_000)).current).toBe(1);
      await vi.waitFor(async () => expect(await redis.exists('hits:a')).toBe(0));
      expect(await count('a', 1_000)).toEqual({ current: 1, ttl: 1_000 });
    });

    test('two processes count together and exactly', async () => {
      const other = createRedis({ url: server.url, name: 'other', onError });
      await vi.waitFor(() => expect(other.status).toBe('ready'));
      const counters = [createRedisHitCounter(redis, 'hits:'), createRedisHitCounter(other, 'hits:')];
      const hits = await Promise.all(
        Array.from({ length: 500 }, (_, n) => counters[n % 2]?.('user:1', 60_000).then((hit) => hit.current)),
      );
      expect(new Set(hits).size).toBe(500);
      expect(Math.max(...hits.map(Number))).toBe(500);
      other.disconnect();
    });

    test('gives a key without an end one', async () => {
      await redis.set('hits:a', '41');
      expect(await createRedisHitCounter(redis, 'hits:')('a', 5_000)).toEqual({ current: 42, ttl: 5_000 });
    });

    test('after a failure it rejects at once for a second, then counts again', async () => {
      const count = createRedisHitCounter(redis, 'hits:');
      server.hang();
      expect((await timed(count('a', 5_000))).ms).toBeGreaterThan(150);
      const during = await Promise.all(Array.from({ length: 100 }, () => timed(count('a', 5_000))));
      expect(during.every(({ outcome }) => outcome === 'failed')).toBe(true);
      expect(Math.min(...during.map(({ ms }) => ms))).toBeLessThan(100);
      server.resume();
      await vi.waitFor(async () => expect((await count('b', 5_000)).current).toBe(1), { timeout: 10_000 });
    });

    test('while Redis hangs only one hit a second waits for it', async () => {
      let now = 0;
      let tries = 0;
      const count = createRedisHitCounter(
        {
          eval: () => {
            tries++;
            return new Promise((_, reject) => setTimeout(reject, 20, new Error('Command timed out')));
          },
        },
        'hits:',
        { monotonicMs: () => now },
      );
      await expect(count('a', 5_000)).rejects.toThrow('timed out');
      now = 999;
      await expect(count('a', 5_000)).rejects.toThrow('less than a second');
      expect(tries).toBe(1);
      now = 1_000;
      await Promise.allSettled(Array.from({ length: 50 }, () => count('a', 5_000)));
      expect(tries).toBe(2);
    });

    test('rejects when Redis has no memory left', async () => {
      await server.fill(true);
      await expect(createRedisHitCounter(redis, 'hits:')('a', 5_000)).rejects.toThrow(/OOM/);
    });
  });
});
