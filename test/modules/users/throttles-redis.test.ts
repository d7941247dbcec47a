import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createGuessThrottle } from '../../../src/modules/users/guess-throttle.ts';
import { createLoginThrottle, loginLimits } from '../../../src/modules/users/login-throttle.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent' });
const tooMany = { code: 'too_many_attempts' };

describeWithRedis('throttles on Redis', () => {
  let server: TestRedis;
  let clients: Redis[];

  beforeAll(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error('redis-server did not start');
    server = started;
    clients = [server.connect(), server.connect()];
    await Promise.all(clients.map((client) => client.ping()));
  });

  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  test('of installations that share a server do not count for each other', async () => {
    const redis = clients[0];
    const common = { limit: { points: 2, seconds: 60 }, clock: systemClock, logger };
    const one = createGuessThrottle({ ...common, shared: { redis, prefix: 'one:' } });
    const two = createGuessThrottle({ ...common, shared: { redis, prefix: 'two:' } });
    for (let n = 0; n < 3; n++) await one.noteFailure('192.0.2.77');
    await two.noteFailure('192.0.2.77');
    await expect(one.check('192.0.2.77')).rejects.toMatchObject(tooMany);
    await two.check('192.0.2.77');
    expect((await redis?.keys('*'))?.sort()).toEqual([
      'one:throttle:guesses:192.0.2.77',
      'two:throttle:guesses:192.0.2.77',
    ]);
  });

  test('count over processes, hold out a wait, and go on per process once Redis is gone', async () => {
    const [one, two] = clients.map((redis) => createLoginThrottle({ limits: loginLimits, shared: { redis } }));
    if (one === undefined || two === undefined) throw new Error('two processes are needed');
    const attempt = { account: 'somebody', ipAddress: '192.0.2.1' };
    for (let n = 0; n < 5; n++) await (n % 2 === 0 ? one : two).failed(attempt);
    await expect(one.begin(attempt)).rejects.toMatchObject(tooMany);
    await expect(two.begin(attempt)).rejects.toMatchObject(tooMany);
    await two.succeeded(attempt);
    await one.begin(attempt);

    for (let n = 0; n < 20; n++) await one.failed({ account: 'attacked', ipAddress: `198.51.100.${n}` });
    const owner = { account: 'attacked', ipAddress: '192.0.2.9' };
    await expect(one.begin(owner)).rejects.toMatchObject({ ...tooMany, retryAfterSeconds: 2 });
    await vi.waitFor(() => two.begin(owner), { timeout: 5_000, interval: 100 });
    await expect(one.begin(owner)).rejects.toMatchObject(tooMany);

    const guessing = clients.map((redis) =>
      createGuessThrottle({ limit: { points: 4, seconds: 60 }, clock: systemClock, logger, shared: { redis } }),
    );
    for (let n = 0; n < 4; n++) await guessing[n % 2]?.noteFailure('192.0.2.1');
    await expect(guessing[0]?.check('192.0.2.1')).rejects.toMatchObject(tooMany);
    await expect(guessing[1]?.check('192.0.2.1')).rejects.toMatchObject(tooMany);

    const keys = (await clients[0]?.keys('*')) ?? [];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await clients[0]?.pttl(key)).toBeGreaterThan(0);

    await server.kill();
    await vi.waitFor(() => expect(clients[0]?.status).not.toBe('ready'));
    const later = { account: 'somebody else', ipAddress: '192.0.2.1' };
    for (let n = 0; n < 5; n++) {
      await one.begin(later);
      await one.failed(later);
    }
    await expect(one.begin(later)).rejects.toMatchObject(tooMany);
  });
});
