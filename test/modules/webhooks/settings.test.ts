import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../../../src/config.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { eventually, only, startReceiver, status, type TestReceiver } from './support.ts';

const operator = { email: 'Operator@example.com', password: 'correct horse battery 1' };

describe('the settings WEBHOOK_URL and WEBHOOK_SECRET', () => {
  const env = { ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password };
  const problemsOf = (more: Record<string, string>) => {
    try {
      parseConfig(more);
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.problems.map((problem) => problem.split(':')[0]) : [error];
    }
  };

  test('name an endpoint of the operator', () => {
    const config = parseConfig({ ...env, WEBHOOK_URL: 'https://your-webhook.com/endpoint', WEBHOOK_SECRET: 's' });
    expect(config.operatorWebhook).toEqual({
      email: operator.email,
      url: 'https://your-webhook.com/endpoint',
      secret: 's',
    });
    expect(parseConfig(env).operatorWebhook).toBeUndefined();
  });

  test('need an operator, and a URL that may be called', () => {
    expect(problemsOf({ WEBHOOK_URL: 'https://example.com/' })).toEqual(['ADMIN_EMAIL']);
    expect(problemsOf({ ...env, WEBHOOK_SECRET: 's' })).toEqual(['WEBHOOK_URL']);
    expect(problemsOf({ ...env, WEBHOOK_URL: 'http://10.0.0.1/' })).toEqual(['WEBHOOK_URL']);
    expect(problemsOf({ ...env, WEBHOOK_URL: 'http://10.0.0.1/', EGRESS_ALLOW_CIDRS: '10.0.0.0/8' })).toEqual([]);
  });
});

describe('the endpoint of the settings', () => {
  let gateway: TestGateway;
  let receiver: TestReceiver;
  let admin: TestUser;

  beforeAll(async () => {
    gateway = await startGateway({ overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } } });
    await gateway.services.users.ensureOperator(operator);
    const { body } = await gateway.anonymous('POST', '/api/auth/login', operator);
    const api: TestUser['api'] = (method, url, content) =>
      gateway.anonymous(method, url, content, { authorization: `Bearer ${body.access_token}` });
    admin = { id: body.user.id, email: operator.email, apiKey: '', api };
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await gateway.services.webhookDelivery.useSettingsEndpoint(undefined);
    await receiver[Symbol.asyncDispose]();
  });

  const use = (more: { secret?: string; url?: string } = {}) =>
    gateway.services.webhookDelivery.useSettingsEndpoint({ email: 'operator@EXAMPLE.com', url: receiver.url, ...more });

  async function receive(user: TestUser, text: string): Promise<void> {
    const number = await gateway.connectNumber(user);
    const row = await gateway.database.db
      .selectFrom('phone_numbers')
      .select('backend_name')
      .where('id', '=', number.id)
      .executeTakeFirstOrThrow();
    await gateway.sandboxes[0]?.control.receive(row.backend_name ?? '', { from: '628999000111', text });
  }

  test("gets what the operator's own numbers receive, in format connect, signed with the secret as it stands", async () => {
    await use({ secret: 'my own secret' });
    await receive(await gateway.signUp(), 'not for the operator');
    await receive(admin, 'for the operator');
    await eventually(() => receiver.calls.length).toBe(1);
    const call = only(receiver.calls);
    expect(call.body).toMatchObject({ event: 'message', from: '628999000111@c.us', body: 'for the operator' });
    const signature = createHmac('sha256', 'my own secret').update(JSON.stringify(call.body)).digest('hex');
    expect(call.headers['x-signature']).toBe(signature);
    expect(only((await admin.api('GET', '/api/webhooks')).body.endpoints)).toMatchObject({
      origin: 'settings',
      format: 'connect',
      schedule: 'short',
    });
  });

  test('is tried four times, after 1 s, 3 s and 7 s', async () => {
    await use();
    receiver.answer(status(500));
    await receive(admin, 'try me');
    await eventually(() => receiver.calls.length, 20_000).toBe(4);
    const times = receiver.calls.map(({ atMs }) => atMs);
    const waits = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1_000);
    // A busy machine adds to a wait, and nothing takes from it but rounding.
    for (const [nth, seconds] of [1, 3, 7].entries()) {
      expect(waits[nth]).toBeGreaterThan(seconds - 0.1);
      expect(waits[nth]).toBeLessThan(seconds + 1.9);
    }
  });

  test('follows the settings at each start, and cannot be changed elsewhere', async () => {
    await use({ secret: 'a' });
    const before = only((await admin.api('GET', '/api/webhooks')).body.endpoints) as { id: number };
    await Promise.all([use({ secret: 'b' }), use({ secret: 'b' })]);
    const after = only((await admin.api('GET', '/api/webhooks')).body.endpoints) as { id: number };
    expect(after.id).toBe(before.id);
    const url = `/api/webhooks/${after.id}`;
    for (const answer of [
      await admin.api('PATCH', url, { url: `${receiver.url}/other` }),
      await admin.api('POST', `${url}/secret/rotate`),
      await admin.api('DELETE', url),
    ]) {
      expect(answer.body.code).toBe('endpoint_set_elsewhere');
    }
    await admin.api('PATCH', url, { enabled: false });
    await use({ secret: 'b' });
    expect((await admin.api('GET', url)).body.endpoint).toMatchObject({ enabled: false });
    await use({ url: `${receiver.url}/other` });
    expect((await admin.api('GET', url)).body.endpoint).toMatchObject({ enabled: true, url: `${receiver.url}/other` });
    await gateway.services.webhookDelivery.useSettingsEndpoint(undefined);
    expect((await admin.api('GET', '/api/webhooks')).body.endpoints).toEqual([]);
  });
});
