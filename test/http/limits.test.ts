import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Api, startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';
import { describeWithRedis, startTestRedis } from '../support/redis.ts';

const overrides = JSON.stringify({ starter: { requests_per_minute: 8 }, business: { requests_per_minute: 20 } });

async function ask(api: Api, times: number, url = '/api/user/profile') {
  const answers = await Promise.all(Array.from({ length: times }, () => api('GET', url)));
  return {
    ok: answers.filter(({ status }) => status !== 429).length,
    limited: answers.filter(({ status }) => status === 429),
    answers,
  };
}

describe('requests a minute', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { PLAN_OVERRIDES: overrides } });
  });
  afterAll(() => gateway.close());

  test('are limited by the plan, exactly, under parallel requests', async () => {
    const [starter, business] = [await gateway.signUp('starter'), await gateway.signUp('business')];
    expect((await ask(starter.api, 30)).ok).toBe(8);
    expect((await ask(business.api, 30)).ok).toBe(20);
  });

  test('say how many are left and when the next may come', async () => {
    const user = await gateway.signUp('starter');
    const first = await user.api('GET', '/api/user/profile');
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '8', 'ratelimit-remaining': '7' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(55);
    const { limited } = await ask(user.api, 10);
    expect(limited[0]?.body).toMatchObject({
      success: false,
      code: 'rate_limited',
      status: 429,
      limit: 'requests_per_minute',
      requests_per_minute: 8,
    });
    expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(50);
    expect(limited[0]?.headers['ratelimit-remaining']).toBe('0');
  });

  test("an operator's own figure for a user counts before the plan", async () => {
    const user = await gateway.signUp('starter');
    await gateway.database.db
      .updateTable('users')
      .set({ own_requests_per_minute: 12 })
      .where('id', '=', user.id)
      .execute();
    await vi.waitFor(async () => {
      const { headers } = await user.api('GET', '/api/user/profile');
      expect(headers['ratelimit-limit']).toBe('12');
    }, 5_000);
  });

  test('without a key count for their address', async () => {
    const remoteAddress = '198.51.100.7';
    const answers = await Promise.all(
      Array.from({ length: 310 }, () => gateway.app.inject({ url: '/api/user/profile', remoteAddress })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBe(300);
    expect(answers.at(-1)?.json()).toMatchObject({ code: 'rate_limited', limit: 'requests_per_minute' });
  });

  test('without a key from one IPv6 network count together, whatever its addresses', async () => {
    const from = (remoteAddress: string) => gateway.app.inject({ url: '/api/user/profile', remoteAddress });
    const answers = await Promise.all(
      Array.from({ length: 310 }, (_, n) => from(`2001:db8:7:7::${(n + 1).toString(16)}`)),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBe(300);
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBe(10);
    expect((await from('2001:db8:7:8::1')).statusCode).toBe(401);
  });

  test('of unknown routes count for their address, and /health is never limited', async () => {
    const { answers } = await ask(gateway.anonymous, 310, '/nowhere');
    expect(answers.filter(({ status }) => status === 404).length).toBeLessThanOrEqual(300);
    expect(answers.at(-1)?.status).toBe(429);
    expect((await ask(gateway.anonymous, 400, '/health')).answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describeWithRedis('requests a minute over two processes', () => {
  let redis: NonNullable<Awaited<ReturnType<typeof startTestRedis>>>;
  let here: TestGateway;
  let there: TestGateway;
  let user: TestUser;

  beforeAll(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error('redis-server is missing');
    redis = started;
    const env = { PLAN_OVERRIDES: overrides, REDIS_URL: redis.url };
    here = await startGateway({ env });
    there = await startGateway({ env, beside: here });
  });
  afterAll(async () => {
    await there.close();
    await here.close();
    await redis.stop();
  });
  const elsewhere = (): Api => (method, url, body, headers) =>
    there.anonymous(method, url, body, { 'x-api-key': user.apiKey, ...headers });

  test('are one limit', async () => {
    user = await here.signUp('business');
    const [a, b] = await Promise.all([ask(user.api, 25), ask(elsewhere(), 25)]);
    expect(a.ok + b.ok).toBe(20);
  });

  test('are limited per process while Redis is away, without a delay', async () => {
    user = await here.signUp('business');
    await redis.kill();
    const startedAt = performance.now();
    const [a, b] = await Promise.all([ask(user.api, 25), ask(elsewhere(), 25)]);
    expect([a.ok, b.ok]).toEqual([20, 20]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('a revoked key is refused by every process within 5 s', async () => {
    user = await here.signUp('enterprise');
    expect((await elsewhere()('GET', '/api/user/profile')).status).toBe(200);
    const rotated = await user.api('POST', '/api/user/api-key/rotate', { overlap_hours: 0 });
    expect(rotated.status).toBe(200);
    await vi.waitFor(async () => expect((await elsewhere()('GET', '/api/user/profile')).status).toBe(401), {
      timeout: 5_000,
      interval: 100,
    });
  });
});

describe('health', () => {
  test('answers from memory while the database is gone; ready says what is missing', async () => {
    const gateway = await startGateway({ sandboxes: 2 });
    try {
      expect((await gateway.anonymous('GET', '/ready')).body).toMatchObject({ ready: true, degraded: [] });
      await gateway.services.db.destroy();
      const { status, body } = await gateway.anonymous('GET', '/health');
      expect(status).toBe(200);
      expect(body).toEqual({
        ok: true,
        status: 'healthy',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        instances: { total: 2, healthy: 2 },
      });
      const ready = await gateway.anonymous('GET', '/ready');
      expect([ready.status, ready.body.degraded]).toEqual([503, ['database']]);
    } finally {
      await gateway.close();
    }
  });
});
