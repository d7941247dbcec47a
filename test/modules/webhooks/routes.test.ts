import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { eventually, only, startReceiver, status, type TestReceiver } from './support.ts';

let gateway: TestGateway;
let receiver: TestReceiver;
let user: TestUser;
let number: TestNumber;

beforeAll(async () => {
  gateway = await startGateway({ overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } } });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  receiver = await startReceiver();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user, { alias: 'support' });
});
afterEach(() => receiver[Symbol.asyncDispose]());

const create = (body: Record<string, unknown> = {}) =>
  user.api('POST', '/api/webhooks', { url: receiver.url, ...body });
const created = async (body: Record<string, unknown> = {}) => {
  const answer = await create(body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as { endpoint: { id: number }; secret: string };
};
const send = () =>
  user.api('POST', '/api/messages/send-text', { token: number.token, number: '628123456789', text: 'hi' });
const deliveries = async (query = '') => (await user.api('GET', `/api/webhooks/deliveries${query}`)).body.deliveries;

describe('an endpoint', () => {
  test('is made with usual values, its secret shown this once', async () => {
    const { status: code, body } = await create();
    expect(code).toBe(201);
    expect(body).toEqual({
      success: true,
      secret: expect.stringMatching(/^whsec_/),
      endpoint: {
        id: expect.any(Number),
        url: receiver.url,
        phone_number_id: null,
        events: null,
        format: 'evofleet',
        schedule: 'standard',
        enabled: true,
        disabled_reason: null,
        disabled_at: null,
        failing_since: null,
        origin: 'api',
        dialect: null,
        by_events: false,
        base64: false,
        created_at: expect.any(String),
      },
    });
    const one = await user.api('GET', `/api/webhooks/${body.endpoint.id}`);
    expect(one.body).toEqual({ success: true, endpoint: body.endpoint });
  });

  test('is refused where its format has no words for any of its events, when made and when changed', async () => {
    const refused = { status: 400, body: expect.objectContaining({ code: 'invalid_request' }) };
    const hopeless = { url: receiver.url, format: 'connect', events: ['message.sent', 'number.qr'] };
    const answer = await user.api('POST', '/api/webhooks', hopeless);
    expect(answer).toMatchObject(refused);
    expect(answer.body.detail).toContain('only for message.received');
    const { endpoint } = await created({ format: 'evolution', events: ['message.sent', 'message.failed'] });
    expect(await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { format: 'connect' })).toMatchObject(refused);
    expect(await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { events: ['message.failed'] })).toMatchObject(
      refused,
    );
    const both = { format: 'connect', events: ['message.received'] };
    expect((await user.api('PATCH', `/api/webhooks/${endpoint.id}`, both)).status).toBe(200);
  });

  test('is changed, listed by number and in pages, and deleted', async () => {
    const ofAll = await created();
    const ofNumber = await created({ phone_number_id: number.id, events: ['message.sent'], format: 'evolution' });
    const { body } = await user.api('PATCH', `/api/webhooks/${ofAll.endpoint.id}`, {
      url: `${receiver.url}/new`,
      events: ['number.qr'],
      schedule: 'short',
      format: 'evolution',
      enabled: false,
    });
    expect(body.endpoint).toMatchObject({
      url: `${receiver.url}/new`,
      events: ['number.qr'],
      schedule: 'short',
      format: 'evolution',
      enabled: false,
      disabled_reason: 'by_user',
    });
    const enabled = await user.api('PATCH', `/api/webhooks/${ofAll.endpoint.id}`, { enabled: true, events: null });
    expect(enabled.body.endpoint).toMatchObject({ enabled: true, disabled_reason: null, events: null });

    const idsOf = (answer: { body: { endpoints: { id: number }[] } }) => answer.body.endpoints.map(({ id }) => id);
    const first = await user.api('GET', '/api/webhooks?limit=1');
    const rest = await user.api('GET', `/api/webhooks?limit=1&cursor=${first.body.next_cursor}`);
    expect([idsOf(first), idsOf(rest), rest.body.next_cursor]).toEqual([
      [ofAll.endpoint.id],
      [ofNumber.endpoint.id],
      null,
    ]);
    expect(idsOf(await user.api('GET', `/api/webhooks?phone_number_id=${number.id}`))).toEqual([ofNumber.endpoint.id]);

    expect((await user.api('DELETE', `/api/webhooks/${ofAll.endpoint.id}`)).status).toBe(200);
    expect((await user.api('GET', `/api/webhooks/${ofAll.endpoint.id}`)).status).toBe(404);
  });

  test.each([
    [{ url: 'http://127.0.0.2/' }, 'invalid_url'],
    [{ events: ['message.everything'] }, 'invalid_request'],
    [{ events: [] }, 'invalid_request'],
    [{ format: 'xml' }, 'invalid_request'],
    [{ schedule: 'never' }, 'invalid_request'],
    [{ phone_number_id: 999_999 }, 'not_found'],
  ])('is refused with %j', async (body, code) => {
    expect((await create(body)).body).toMatchObject({ success: false, code });
  });

  test('more than 50 are refused, also at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => create()));
    expect(answers.filter(({ status: code }) => code === 201)).toHaveLength(50);
    expect(answers.find(({ status: code }) => code === 429)?.body.code).toBe('endpoint_limit');
  });

  test("that is a phone number's webhook_url is listed, and its URL changed where it was given", async () => {
    await user.api('PATCH', `/api/phone-numbers/${number.id}`, { webhook_url: receiver.url });
    const endpoint = only((await user.api('GET', '/api/webhooks')).body.endpoints) as { id: number; origin: string };
    expect(endpoint).toMatchObject({ origin: 'phone_number', phone_number_id: number.id, url: receiver.url });
    const url = `/api/webhooks/${endpoint.id}`;
    expect((await user.api('PATCH', url, { url: `${receiver.url}/b` })).body.code).toBe('endpoint_set_elsewhere');
    expect((await user.api('DELETE', url)).body.code).toBe('endpoint_set_elsewhere');
    expect((await user.api('PATCH', url, { events: ['message.sent'], url: receiver.url })).status).toBe(200);
    expect((await user.api('POST', `${url}/secret/rotate`)).body.secret).toMatch(/^whsec_/);
    await user.api('PATCH', url, { enabled: false });
    await user.api('PATCH', `/api/phone-numbers/${number.id}`, { webhook_url: `${receiver.url}/c` });
    expect((await user.api('GET', url)).body.endpoint).toMatchObject({ url: `${receiver.url}/c`, enabled: true });
  });
});

describe('a test call', () => {
  test('is made at once, signed, and says what came of it', async () => {
    const { endpoint } = await created({ enabled: false, phone_number_id: number.id });
    const call = () => user.api('POST', `/api/webhooks/${endpoint.id}/test`);
    expect((await call()).body).toEqual({
      success: true,
      delivered: true,
      status_code: 200,
      error: null,
      response_time_ms: expect.any(Number),
    });
    expect(receiver.calls[0]?.body).toMatchObject({ event: 'endpoint.test', phone_number: { id: number.id } });
    expect(receiver.calls[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    receiver.answer(status(500));
    expect((await call()).body).toMatchObject({ delivered: false, status_code: 500, error: expect.any(String) });
    expect(await deliveries()).toEqual([]);
  });

  test('of an endpoint that hangs holds up no more than two', async () => {
    const { endpoint } = await created();
    receiver.answer(() => undefined);
    const calls = Array.from({ length: 3 }, () => user.api('POST', `/api/webhooks/${endpoint.id}/test`));
    const third = await Promise.race(calls);
    expect(third).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    await eventually(() => receiver.calls.length).toBe(2);
    await receiver[Symbol.asyncDispose]();
    await Promise.all(calls);
  });
});

describe('deliveries', () => {
  test('of a real send are listed, filtered, and shown with their attempts', async () => {
    const { endpoint } = await created({ phone_number_id: number.id });
    expect((await send()).status).toBe(200);
    await eventually(async () => (await deliveries('?event=message.sent&status=delivered')).length).toBe(1);
    const sent = only(await deliveries(`?endpoint_id=${endpoint.id}&event=message.sent`)) as Record<string, string>;
    const call = receiver.calls.find(({ body }) => body.event === 'message.sent');
    expect(sent).toMatchObject({
      endpoint_id: endpoint.id,
      phone_number_id: number.id,
      event_id: call?.headers['webhook-id'],
      status: 'delivered',
      attempts: 1,
      next_attempt_at: null,
    });
    const { body } = await user.api('GET', `/api/webhooks/deliveries/${sent.id}`);
    expect(body.delivery).toMatchObject({
      ...sent,
      attempts_made: [{ attempt: 1, status_code: 200, error: null, payload: call?.raw }],
    });
    expect(await deliveries('?status=pending')).toEqual([]);
    expect(await deliveries(`?phone_number_id=${number.id + 1}`)).toEqual([]);
    expect(await deliveries('?until=2020-01-01T00:00:00Z')).toEqual([]);
    const all = await deliveries();
    const paged = [];
    for (let cursor = ''; ; ) {
      const { body: page } = await user.api('GET', `/api/webhooks/deliveries?limit=1${cursor}`);
      paged.push(...page.deliveries);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(all);
  });

  test('that are dead letters are listed and replayed one by one, with the same webhook-id', async () => {
    const { endpoint } = await created({ events: ['message.sent'], schedule: 'short' });
    receiver.answer(status(500));
    await send();
    await eventually(async () => {
      await gateway.database.db
        .updateTable('deliveries')
        .set({ due_at: new Date() })
        .where('lease_until', 'is', null)
        .execute();
      return (await user.api('GET', '/api/webhooks/dead-letters')).body.deliveries.length;
    }).toBe(1);
    const dead = only((await user.api('GET', '/api/webhooks/dead-letters')).body.deliveries) as Record<string, string>;
    expect(dead).toMatchObject({ status: 'dead', status_reason: 'attempts_used_up', attempts: 4 });
    receiver.answer(status(200));
    const replayed = await user.api('POST', `/api/webhooks/deliveries/${dead.id}/replay`);
    expect(replayed.body.delivery).toMatchObject({ id: dead.id, status: 'pending' });
    await eventually(async () => (await deliveries())[0]?.status).toBe('delivered');
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead.event_id]));
    expect(receiver.calls).toHaveLength(5);

    await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { enabled: false });
    const refused = await user.api('POST', `/api/webhooks/deliveries/${dead.id}/replay`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'endpoint_disabled' } });
  });

  test('of a time are replayed: what failed, what was never tried, and on wish what was delivered', async () => {
    const since = new Date(Date.now() - 1_000).toISOString();
    const { endpoint } = await created({ events: ['message.sent'] });
    const replay = (body: Record<string, unknown> = {}) =>
      user.api('POST', `/api/webhooks/${endpoint.id}/replay`, { since, ...body });
    await send();
    await eventually(async () => (await deliveries('?status=delivered')).length).toBe(1);
    await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { enabled: false });
    await send();
    await gateway.services.webhookDelivery.fanOutLane.drained();
    expect((await replay()).body.code).toBe('endpoint_disabled');
    await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { enabled: true });
    expect((await replay({ until: since })).body).toMatchObject({ replayed: 0 });
    expect((await replay()).body).toEqual({ success: true, replayed: 1, next_since: null });
    await eventually(async () => (await deliveries('?status=delivered')).length).toBe(2);
    expect((await replay()).body).toMatchObject({ replayed: 0 });
    expect((await replay({ which: 'all' })).body).toMatchObject({ replayed: 2 });
    await eventually(() => receiver.calls.length).toBe(4);
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  test('that are pending when their endpoint is deleted end as dead letters', async () => {
    const { endpoint } = await created({ events: ['message.sent'] });
    receiver.answer(status(500));
    await send();
    await eventually(async () => (await deliveries())[0]?.attempts).toBe(1);
    await eventually(() => receiver.open).toBe(0);
    await user.api('DELETE', `/api/webhooks/${endpoint.id}`);
    await eventually(async () => (await deliveries())[0]?.status_reason).toBe('endpoint_deleted');
  });

  test('of a received message arrive in every format', async () => {
    for (const format of ['evofleet', 'evolution', 'connect']) await created({ format, events: ['message.received'] });
    const row = await gateway.database.db
      .selectFrom('phone_numbers')
      .select('backend_name')
      .where('id', '=', number.id)
      .executeTakeFirstOrThrow();
    await gateway.sandboxes[0]?.control.receive(row.backend_name ?? '', { from: '628999000111', text: 'halo' });
    await eventually(() => receiver.calls.length).toBe(3);
    const [evofleet, evolution, connect] = ['message.received', 'messages.upsert', 'message'].map(
      (event) => receiver.calls.find(({ body }) => body.event === event)?.body,
    );
    expect(evofleet).toMatchObject({ payload: { text: 'halo', instance_name: number.instanceName } });
    expect(evolution).toMatchObject({ instance: 'support', data: { message: { conversation: 'halo' } } });
    expect(connect).toMatchObject({ clientId: 'support', body: 'halo' });
    expect(JSON.stringify(receiver.calls)).not.toContain(number.token);
  });
});

test("another user's endpoint and delivery are like missing ones on every route", async () => {
  const { endpoint } = await created({ events: ['message.sent'] });
  await send();
  await eventually(async () => (await deliveries()).length).toBe(1);
  const delivery = only(await deliveries()) as { id: string };
  const stranger = await gateway.signUp();
  const missing = { endpoint: 999_999_999, delivery: '018f0000-0000-7000-8000-000000000000' };
  const routes: [Parameters<TestUser['api']>[0], (ids: { endpoint: number; delivery: string }) => string, unknown?][] =
    [
      ['GET', (of) => `/api/webhooks/${of.endpoint}`],
      ['PATCH', (of) => `/api/webhooks/${of.endpoint}`, { enabled: false }],
      ['DELETE', (of) => `/api/webhooks/${of.endpoint}`],
      ['POST', (of) => `/api/webhooks/${of.endpoint}/test`],
      ['POST', (of) => `/api/webhooks/${of.endpoint}/secret/rotate`],
      ['POST', (of) => `/api/webhooks/${of.endpoint}/replay`, { since: '2020-01-01T00:00:00Z', which: 'all' }],
      ['GET', (of) => `/api/webhooks/deliveries/${of.delivery}`],
      ['POST', (of) => `/api/webhooks/deliveries/${of.delivery}/replay`],
    ];
  for (const [method, url, body] of routes) {
    const foreign = await stranger.api(method, url({ endpoint: endpoint.id, delivery: delivery.id }), body);
    const none = await stranger.api(method, url(missing), body);
    expect(foreign.status, `${method} ${url(missing)}`).toBe(404);
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...none.body, request_id: '' });
  }
  const foreignNumber = await stranger.api('POST', '/api/webhooks', { url: receiver.url, phone_number_id: number.id });
  expect(foreignNumber).toMatchObject({ status: 404, body: { code: 'not_found' } });
  for (const list of ['/api/webhooks', `/api/webhooks?phone_number_id=${number.id}`]) {
    expect((await stranger.api('GET', list)).body.endpoints).toEqual([]);
  }
  for (const list of ['deliveries', 'dead-letters', `deliveries?endpoint_id=${endpoint.id}`]) {
    expect((await stranger.api('GET', `/api/webhooks/${list}`)).body.deliveries).toEqual([]);
  }
  expect(receiver.calls).toHaveLength(1);
  expect((await user.api('GET', `/api/webhooks/${endpoint.id}`)).body.endpoint).toMatchObject({ enabled: true });
});

test('no secret is in an answer after the first, nor in a log line or a row', async () => {
  const { endpoint, secret } = await created({ events: ['message.sent'] });
  await send();
  await eventually(async () => (await deliveries()).length).toBe(1);
  const delivery = only(await deliveries()) as { id: string };
  const answers = await Promise.all(
    [`/${endpoint.id}`, '', '/deliveries', `/deliveries/${delivery.id}`].map((path) =>
      user.api('GET', `/api/webhooks${path}`),
    ),
  );
  const patched = await user.api('PATCH', `/api/webhooks/${endpoint.id}`, { enabled: true });
  const rows = await gateway.database.db.selectFrom('webhook_logs').selectAll().execute();
  const text = JSON.stringify([answers, patched, rows]) + gateway.logs.join('\n');
  expect(text).not.toContain('whsec_');
  expect(text).not.toContain(secret.slice(6));
});

describe('a URL of the corpus', () => {
  const corpus = readFileSync('test/fixtures/ssrf.txt', 'utf8')
    .split('\n')
    .filter((line) => /^BLOCK\t(parse|policy|literal|name)\t/.test(line))
    .map((line) => line.split('\t'))
    // The one block that this gateway opens for its own receivers.
    .map(([, , url = '""']) => JSON.parse(url) as string)
    .filter((url) => !/127\.0\.0\.1|localhost/i.test(url) && URL.parse(url)?.hostname !== '127.0.0.1');

  test('that is to be refused is refused at save, when made and when changed', async () => {
    expect(corpus.length).toBeGreaterThan(20);
    const strict = await startGateway({ beside: gateway, overrides: { egress: { allowCidrs: [] } } });
    try {
      const { endpoint } = await created();
      for (const url of corpus.filter((each) => each !== '' && each.length <= 2_048)) {
        for (const [method, path] of [
          ['POST', '/api/webhooks'],
          ['PATCH', `/api/webhooks/${endpoint.id}`],
        ] as const) {
          const answer = await strict.anonymous(method, path, { url }, { 'x-api-key': user.apiKey });
          expect([answer.status, url], JSON.stringify(answer.body)).toEqual([400, url]);
        }
      }
    } finally {
      await strict.close();
    }
  });
});
