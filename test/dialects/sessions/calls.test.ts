import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newRecipient } from '../../modules/messages/support.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { readCurlCalls } from './curl-calls.ts';

/** Parsed JSON whose shape is what the tests are about. */
type Loose = ReturnType<typeof JSON.parse>;

let gateway: TestGateway;
let user: TestUser;
let session: Loose;
beforeAll(async () => {
  gateway = await startGateway({
    overrides: { egress: { dial: () => Promise.reject(new Error('no network here')) } } as never,
  });
  user = await gateway.signUp();
  const created = await user.api('POST', '/api/v1/sessions', { session_name: 'المبيعات', webhook_url: null });
  expect(created.status).toBe(201);
  session = created.body.data.session;
  await scan(session.id);
  await vi.waitFor(async () => {
    expect((await ask('GET', '')).body.data.session.is_connected).toBe(true);
  });
});
afterAll(() => gateway.close());

const ask = (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  user.api(method, `/api/v1/sessions/${session.id}${path}`, body);

async function scan(id: string): Promise<void> {
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', Number(id))
    .executeTakeFirstOrThrow();
  await gateway.sandboxes[0]?.control.scan(row.backend_name ?? '');
}

test('every call of the first texts answers as its reader expects, from sign-up to a started instance', async () => {
  const calls = readCurlCalls('test/fixtures/dialects/sessions-calls.sh');
  expect(calls).toHaveLength(10);
  let token = '';
  let sessionId = '';
  for (const call of calls) {
    const path = new URL(call.url).pathname;
    const authorization = call.headers.Authorization?.replace('YOUR_TOKEN', token);
    const answer = await fetch(gateway.url + path, {
      method: call.method,
      headers: { ...call.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
      body: call.body?.replace('your-session-id', sessionId) ?? null,
    });
    const body: Loose = await answer.json();
    const asked: Loose = call.body === undefined ? {} : JSON.parse(call.body);
    switch (path) {
      case '/api/v1/auth/register':
        expect([answer.status, body.success, body.data.user.email]).toEqual([201, true, asked.email]);
        expect(body.data.user.name).toBe(asked.name);
        expect(body.data.api_key).toMatch(/^ef_live_/);
        break;
      case '/api/v1/auth/login':
        expect([answer.status, body.data.user.email, body.data.token_type]).toEqual([200, asked.email, 'Bearer']);
        token = body.data.token;
        break;
      case '/api/v1/sessions':
        expect([answer.status, body.data.session.session_name]).toEqual([201, asked.session_name]);
        expect(body.data.session.webhook_url).toBe(asked.webhook_url);
        sessionId = body.data.session.id;
        break;
      case '/api/v1/instances':
        expect([answer.status, body.data.instance.session_id]).toEqual([201, sessionId]);
        expect(body.data.instance.status).toBe('starting');
        expect(body.data.instance.qr_code).toMatch(/^data:image\/png;base64,/);
        break;
      default:
        expect([answer.status, path]).toEqual([200, '/health']);
    }
  }
});

test('the API document holds 50 operations of it and more', async () => {
  const { body } = await gateway.anonymous('GET', '/api-docs/json');
  const operations = Object.entries(body.paths as Record<string, object>)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([, methods]) => Object.values(methods));
  expect(operations.length).toBeGreaterThanOrEqual(50);
  for (const { tags } of operations) expect(tags[0]).toMatch(/^Sessions API: /);
});

describe('a session', () => {
  test('is found by its id, as text and as a number, and by its name in any script', async () => {
    const name = encodeURIComponent('المبيعات');
    for (const ref of [session.id, name]) {
      const { status, body } = await user.api('GET', `/api/v1/sessions/${ref}`);
      expect([status, body.data.session.id]).toEqual([200, session.id]);
    }
    for (const ref of [session.id, Number(session.id), 'المبيعات']) {
      const { status, body } = await user.api('POST', '/api/v1/instances', { session_id: ref });
      expect([status, body.data.instance.id, body.data.instance.status]).toEqual([201, session.id, 'running']);
    }
  });

  test('has a name as long as an alias may be, also in a path', async () => {
    const long = 'جلسة '.repeat(19).trim();
    expect((await ask('PATCH', '', { session_name: long })).status).toBe(200);
    expect((await user.api('GET', `/api/v1/sessions/${encodeURIComponent(long)}`)).status).toBe(200);
    expect((await ask('PATCH', '', { session_name: 'المبيعات' })).status).toBe(200);
  });

  test('has no name that looks like an id, nor one that another has', async () => {
    for (const session_name of ['12', '999999999', 'user_1_x', 'a\tb']) {
      expect((await ask('PATCH', '', { session_name })).status, session_name).toBe(400);
    }
    const other = await user.api('POST', '/api/v1/sessions', { session_name: '628123456789' });
    expect(other.status).toBe(201);
    expect(await ask('PATCH', '', { session_name: '628123456789' })).toMatchObject({
      status: 409,
      body: { success: false, code: 'alias_taken' },
    });
    expect((await user.api('DELETE', '/api/v1/sessions/628123456789')).status).toBe(200);
    expect((await user.api('GET', '/api/v1/sessions/628123456789')).status).toBe(404);
  });

  test('shows its QR code as text and as a picture until it is connected', async () => {
    const { body } = await user.api('POST', '/api/v1/sessions', { session_name: 'to-be-scanned' });
    const { id } = body.data.session;
    const qr = await user.api('GET', '/api/v1/sessions/to-be-scanned/qr');
    expect(qr.body.data).toMatchObject({ session_id: id, status: 'qr_ready' });
    expect(qr.body.data.qr_code).toMatch(/^data:image\/png;base64,/);
    const picture = await gateway.app.inject({
      url: '/api/v1/sessions/to-be-scanned/qr/image',
      headers: { 'x-api-key': user.apiKey },
    });
    expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/png']);
    expect(picture.rawPayload.subarray(1, 4).toString()).toBe('PNG');
    expect((await user.api('GET', '/api/v1/sessions/to-be-scanned/validate')).body.data).toMatchObject({
      valid: false,
    });
    const shared = await user.api('POST', '/api/v1/sessions/to-be-scanned/share-links');
    expect(shared).toMatchObject({ status: 201, body: { data: { url: expect.stringContaining('/share/efs_') } } });
    expect((await user.api('GET', '/api/v1/sessions/to-be-scanned/share-links')).body.data.share_links).toHaveLength(1);
    const revoked = await user.api('DELETE', `/api/v1/sessions/to-be-scanned/share-links/${shared.body.data.id}`);
    expect(revoked.status).toBe(200);
    await user.api('DELETE', '/api/v1/sessions/to-be-scanned');

    expect((await ask('GET', '/qr')).body.data.qr_code).toBeNull();
    expect(await ask('GET', '/qr/image')).toMatchObject({ status: 409, body: { code: 'number_already_connected' } });
  });

  test('tells whether it is valid, how it stands, its uptime, its chats, and takes a webhook', async () => {
    expect((await ask('GET', '/validate')).body.data).toMatchObject({ valid: true, status: 'connected', reason: null });
    expect((await ask('GET', '/status')).body.data).toMatchObject({ session_id: session.id, is_connected: true });
    expect((await ask('GET', '/uptime')).body.data.last_24h.losses).toBe(0);
    expect((await ask('GET', '/chats')).body.data.chats).toEqual(expect.any(Array));
    expect((await ask('GET', '/contacts')).body.data.contacts).toEqual(expect.any(Array));
    expect((await ask('GET', '/chats/628123456789/messages')).body.data.messages).toEqual(expect.any(Array));
    const url = 'https://your-webhook.com/whatsapp';
    expect((await ask('PUT', '/webhook', { webhook_url: url })).body.data.webhook_url).toBe(url);
    expect((await ask('GET', '/webhook')).body.data.webhook_url).toBe(url);
    expect((await ask('DELETE', '/webhook')).body.data.webhook_url).toBeNull();
    expect((await ask('POST', '/token/rotate')).body.data.token).toMatch(/^eft_/);
    const { body } = await user.api('GET', '/api/v1/sessions');
    expect(body.data.sessions.map(({ id }: Loose) => id)).toContain(session.id);
  });
});

describe('an instance', () => {
  test('that is stopped sends nothing and goes on when it is started', async () => {
    const stopped = await user.api('POST', `/api/v1/instances/${session.id}/stop`);
    expect(stopped.body.data.instance).toMatchObject({ status: 'stopped', session_status: 'connected' });
    const message = { session_id: session.id, to: '628123456789', message: 'hello' };
    expect(await user.api('POST', '/api/v1/messages/send', message)).toMatchObject({
      status: 409,
      body: { success: false, code: 'number_paused', message: expect.any(String) },
    });
    const waiting = await user.api('POST', '/api/v1/messages/send', { ...message, async: true });
    expect([waiting.status, waiting.body.data.message.status]).toEqual([202, 'accepted']);
    expect((await ask('GET', '/validate')).body.data).toMatchObject({ valid: false, reason: 'paused' });
    const started = await user.api('POST', `/api/v1/instances/${session.id}/start`);
    expect(started.body.data.instance).toMatchObject({ status: 'running', stopped_at: null });
    await vi.waitFor(
      async () => {
        const { body } = await user.api('GET', `/api/v1/messages/${waiting.body.data.message.id}/status`);
        expect(body.data.status).toMatch(/^(sent|delivered|read)$/);
      },
      { timeout: 10_000 },
    );
  });

  test('tells of its status, and of the container that it lives in where it is known', async () => {
    expect((await user.api('GET', '/api/v1/instances')).body.data.instances.length).toBeGreaterThan(0);
    expect((await user.api('GET', `/api/v1/instances/${session.id}`)).body.data.instance.status).toBe('running');
    expect((await user.api('GET', `/api/v1/instances/${session.id}/status`)).body.data.status).toBe('running');
    const resources = () => user.api('GET', `/api/v1/instances/${session.id}/resources`);
    expect((await resources()).body.data).toMatchObject({ cpu: null, memory_bytes: null, measured_at: null });
    await gateway.database.pool.query(
      `insert into provisioned_backends (id, backend_id, driver, name, url, image, port, capacity, api_key_sealed, state, cpu, memory_bytes, memory_limit_bytes, seen_at)
       select gen_random_uuid(), backend_id, 'docker', 'ef-1', 'http://x', 'i', 4000, 10, 'x', 'running', 0.25, 1000, 2000, now()
       from phone_numbers where id = $1`,
      [session.id],
    );
    expect((await resources()).body.data).toMatchObject({ cpu: 0.25, memory_bytes: 1000, memory_limit_bytes: 2000 });
  });

  test('that is restarted runs again, without a scan', async () => {
    await user.api('POST', `/api/v1/instances/${session.id}/stop`);
    expect((await user.api('POST', `/api/v1/instances/${session.id}/restart`)).status).toBe(200);
    await vi.waitFor(async () => {
      const { body } = await user.api('GET', `/api/v1/instances/${session.id}`);
      expect(body.data.instance).toMatchObject({ status: 'running', stopped_at: null });
    });
  });

  test('that is deleted is logged out; its session stays and can be started again', async () => {
    const { body } = await user.api('POST', '/api/v1/sessions', { session_name: 'for-a-while' });
    const { id } = body.data.session;
    await scan(id);
    await vi.waitFor(async () => {
      expect((await user.api('GET', `/api/v1/instances/${id}`)).body.data.instance.status).toBe('running');
    });
    expect((await user.api('DELETE', `/api/v1/instances/${id}`)).status).toBe(200);
    await vi.waitFor(async () => {
      const { status, status_reason } = (await user.api('GET', `/api/v1/sessions/${id}/status`)).body.data;
      expect([status, status_reason]).toEqual(['disconnected', 'logged_out']);
    });
    const again = await user.api('POST', '/api/v1/instances', { session_id: 'for-a-while' });
    expect(again.body.data.instance).toMatchObject({ status: 'starting', qr_code: expect.any(String) });
    await user.api('DELETE', `/api/v1/sessions/${id}`);
  });
});

describe('messages', () => {
  const send = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    user.api('POST', '/api/v1/messages/send', { session_id: session.id, to: newRecipient(), ...body }, headers);

  test('leave through the server of their session, once per Idempotency-Key', async () => {
    const to = newRecipient();
    const body = { to: `${to}@c.us`, message: 'once' };
    const first = await send(body, { 'idempotency-key': 'sessions-1' });
    const second = await send(body, { 'idempotency-key': 'sessions-1' });
    expect([first.status, second.status, second.headers['idempotency-replayed']]).toEqual([200, 200, 'true']);
    expect(second.body.data.message.id).toBe(first.body.data.message.id);
    expect(first.headers['x-quota-limit']).toBeDefined();
    expect(gateway.sandboxes[0]?.control.ledger.sends({ text: 'once' })).toHaveLength(1);
    const { data } = (await user.api('GET', `/api/v1/messages/${first.body.data.message.id}`)).body;
    expect(data.message).toMatchObject({
      session_id: session.id,
      type: 'text',
      message: 'once',
      direction: 'outbound',
    });
  });

  test('of each type have their own fields and no others', async () => {
    const kinds: [string, Record<string, unknown>][] = [
      ['location', { location: { latitude: 1, longitude: 2, name: 'Here' } }],
      ['contact', { contacts: [{ full_name: 'Ada', phone_number: '628123456789' }] }],
      ['poll', { poll: { question: 'Lunch?', options: ['Yes', 'No'] } }],
      ['buttons', { buttons: { title: 'Order', buttons: [{ type: 'reply', text: 'Yes', id: 'yes' }] } }],
    ];
    for (const [type, fields] of kinds) {
      expect((await send({ type, ...fields })).status, type).toBe(200);
      expect((await send({ type, ...fields, message: 'and text' })).status, type).toBe(400);
      expect((await send({ ...fields })).status, type).toBe(400);
    }
    const sent = await send({ message: 'to react to' });
    const reaction = { message_id: sent.body.data.message.id, emoji: '👍' };
    const reacted = await send({ type: 'reaction', reaction, to: undefined });
    expect(reacted.status).toBe(200);
    expect((await send({ type: 'image', media_url: 'http://10.0.0.1/a.png' })).body.code).toBe('invalid_url');
    for (const body of [{}, { type: 'image' }, { message: 'a', text: 'a' }, { message: 'a', to: undefined }]) {
      expect((await send(body)).body.code, JSON.stringify(body)).toBe('invalid_request');
    }
  });

  test('that wait can be cancelled, those that failed sent again, and many told at once', async () => {
    const later = await send({ message: 'later', send_at: new Date(Date.now() + 3_600_000).toISOString() });
    expect([later.status, later.body.data.message.status]).toEqual([202, 'scheduled']);
    const cancelled = await user.api('POST', `/api/v1/messages/${later.body.data.message.id}/cancel`);
    expect(cancelled.body.data.message.status).toBe('cancelled');
    const again = await user.api('POST', `/api/v1/messages/${later.body.data.message.id}/retry`);
    expect(again).toMatchObject({ status: 409, body: { code: 'not_retryable' } });
    const recipients = [newRecipient(), { to: newRecipient(), variables: { name: 'Ayu' } }];
    const bulk = await user.api('POST', '/api/v1/messages/bulk', {
      session_id: 'المبيعات',
      message: 'Hello',
      recipients,
    });
    expect([bulk.status, bulk.body.data.bulk.total]).toEqual([202, 2]);
    await vi.waitFor(async () => {
      const { body } = await user.api('GET', `/api/v1/messages/bulk/${bulk.body.data.bulk.id}`);
      expect(body.data.bulk.progress.sent).toBe(2);
    });
    const listed = await user.api('GET', `/api/v1/messages?session_id=${session.id}&limit=1`);
    expect(listed.body.data.messages).toHaveLength(1);
    const next = await user.api('GET', `/api/v1/messages?limit=1&cursor=${listed.body.data.next_cursor}`);
    expect(next.body.data.messages[0].id).not.toBe(listed.body.data.messages[0].id);
  });
});

test('who logs in can refresh, change the password, and log out', async () => {
  const email = 'member@example.com';
  const signedUp = await gateway.anonymous('POST', '/api/v1/auth/register', { email, password: 'password123' });
  const login = await gateway.anonymous('POST', '/api/v1/auth/login', { email, password: 'password123' });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const refreshed = await gateway.anonymous('POST', '/api/v1/auth/refresh', {
    refresh_token: login.body.data.refresh_token,
  });
  const mine = bearer(refreshed.body.data.token);
  expect((await gateway.anonymous('GET', '/api/v1/auth/me', undefined, mine)).body.data.user.email).toBe(email);
  const renamed = await gateway.anonymous('PATCH', '/api/v1/auth/me', { name: 'New' }, mine);
  expect(renamed.body.data.user.name).toBe('New');
  const change = { current_password: 'password123', new_password: 'password1234' };
  expect((await gateway.anonymous('POST', '/api/v1/auth/change-password', change, mine)).status).toBe(200);
  expect((await gateway.anonymous('POST', '/api/v1/auth/logout', undefined, mine)).status).toBe(200);
  expect((await gateway.anonymous('GET', '/api/v1/auth/me', undefined, mine)).status).toBe(401);
  const key = { 'x-api-key': signedUp.body.data.api_key };
  expect((await gateway.anonymous('GET', '/api/v1/auth/me', undefined, key)).status).toBe(200);
});

test('keys are shown by their hint alone, and the plan by what it allows and what is used', async () => {
  const other = await gateway.signUp('starter');
  const rotated = await other.api('POST', '/api/v1/api-keys/rotate', { overlap_hours: 1 });
  const key = rotated.body.data.api_key;
  const listed = await gateway.anonymous('GET', '/api/v1/api-keys', undefined, { 'x-api-key': key });
  expect(listed.body.data.api_keys.map(({ is_current }: Loose) => is_current)).toEqual([true, false]);
  expect(JSON.stringify(listed.body)).not.toContain(key);
  const current = await other.api('GET', '/api/v1/subscriptions/current');
  expect(current.body.data.subscription).toMatchObject({ plan: 'starter', price: 'free', max_sessions: 3 });
  expect((await other.api('GET', '/api/v1/subscriptions/usage')).body.data.usage).toMatchObject({ sessions_used: 0 });
  const { body } = await gateway.anonymous('GET', '/api/v1/plans');
  expect(body.data.plans.map(({ id, price }: Loose) => [id, price])).toContainEqual(['starter', 'free']);
  expect((await gateway.anonymous('GET', '/api/v1/plans/none')).status).toBe(404);
});

test('sessions are as many as the plan allows', async () => {
  const other = await gateway.signUp('starter');
  const answers = [];
  for (let count = 0; count < 4; count++)
    answers.push(await other.api('POST', '/api/v1/sessions', { session_name: `line ${count}` }));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
  expect(answers[3]?.body).toMatchObject({ success: false, code: 'phone_number_limit', message: expect.any(String) });
});

test('a suspended user may read, and neither change nor connect anything', async () => {
  const other = await gateway.signUp();
  await other.api('POST', '/api/v1/sessions', { session_name: 'line' });
  await gateway.services.users.managed.change(other.id, { status: 'suspended' });
  expect((await other.api('GET', '/api/v1/sessions/line')).status).toBe(200);
  const refused = { status: 403, body: { success: false, code: 'user_suspended' } };
  for (const path of ['qr', 'qr/image']) {
    expect(await other.api('GET', `/api/v1/sessions/line/${path}`), path).toMatchObject(refused);
  }
  expect(await other.api('POST', '/api/v1/instances', { session_id: 'line' })).toMatchObject(refused);
});

test('webhooks are created, changed, tested and deleted; their deliveries can be seen', async () => {
  const url = 'https://your-webhook.com/whatsapp';
  const made = await user.api('POST', '/api/v1/webhooks', { url, session_id: session.id, events: ['message.sent'] });
  expect(made).toMatchObject({
    status: 201,
    body: { data: { webhook: { session_id: session.id }, secret: /whsec_/ } },
  });
  const { id } = made.body.data.webhook;
  const at = `/api/v1/webhooks/${id}`;
  expect((await user.api('PATCH', at, { is_active: false })).body.data.webhook.is_active).toBe(false);
  expect((await user.api('PATCH', at, { is_active: true })).body.data.webhook.is_active).toBe(true);
  expect((await user.api('POST', `${at}/test`)).body.data).toMatchObject({ delivered: false, status_code: null });
  await user.api('POST', '/api/v1/messages/send', { session_id: session.id, to: newRecipient(), message: 'told' });
  const delivery = await vi.waitFor(async () => {
    const { body } = await user.api('GET', `/api/v1/webhooks/deliveries?webhook_id=${id}`);
    expect(body.data.deliveries).not.toHaveLength(0);
    return body.data.deliveries[0];
  });
  expect(delivery).toMatchObject({ webhook_id: id, session_id: session.id, event: 'message.sent' });
  expect((await user.api('GET', `/api/v1/webhooks/deliveries/${delivery.id}`)).status).toBe(200);
  expect((await user.api('POST', `/api/v1/webhooks/deliveries/${delivery.id}/replay`)).status).toBe(200);
  expect((await user.api('POST', `${at}/replay`, { since: '2026-01-01T00:00:00Z' })).body.data.next_since).toBeNull();
  expect((await user.api('POST', `${at}/secret/rotate`)).body.data.secret).toMatch(/^whsec_/);
  expect((await user.api('GET', `/api/v1/webhooks?session_id=${session.id}`)).body.data.webhooks).toHaveLength(1);
  expect((await user.api('DELETE', at)).status).toBe(200);
  expect((await user.api('GET', at)).status).toBe(404);
});

test('unknown routes and errors have the envelope, and say what native ones say', async () => {
  const missing = await user.api('GET', '/api/v1/nowhere');
  expect(missing).toMatchObject({
    status: 404,
    body: { success: false, code: 'not_found', error: 'Route not found.', message: 'Route not found.' },
  });
  expect((await gateway.anonymous('GET', '/api/v1/sessions')).status).toBe(401);
});
