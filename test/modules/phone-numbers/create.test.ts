import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fastKnobs, startSandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import {
  createCalls,
  createdNumber,
  createNumber,
  eventually,
  only,
  placeOf,
  readBooks,
  readNumber,
  untilCreated,
} from './support.ts';

let gateway: TestGateway;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  const [sandbox] = gateway.sandboxes;
  sandbox?.control.setKnobs({ createQrWaitMs: 40, webhooks: true, whatsappReachable: true });
  sandbox?.control.ledger.clear();
  user = await gateway.signUp();
});

const turn = (knobs: object) => gateway.sandboxes[0]?.control.setKnobs(knobs);

test('a create answers with the QR code as soon as its event came, long before the backend answers', async () => {
  turn({ createQrWaitMs: 5_000 });
  const startedAt = performance.now();
  const { status, body } = await createNumber(user, { display_name: 'Sales' });
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect(status).toBe(201);
  expect(body).toEqual({
    success: true,
    phone_number: {
      id: expect.any(Number),
      instance_name: expect.stringMatching(new RegExp(`^user_${user.id}_\\d{13}_[0-9a-f]{8}$`)),
      alias: null,
      token: expect.stringMatching(/^eft_[0-9A-Za-z]{36}$/),
      display_name: 'Sales',
      phone_number: null,
      profile_name: null,
      status: 'qr_ready',
      status_reason: null,
      webhook_url: null,
      qr_code: expect.stringMatching(/^data:image\/png;base64,/),
      qr_expires_at: expect.any(String),
      pairing_code: null,
      paused_at: null,
      connected_at: null,
      rests_until: null,
      created_at: expect.any(String),
      sandbox: true,
      send_interval_ms: null,
      send_jitter_ms: null,
      daily_cap: null,
    },
  });
  const expiresInMs = Date.parse(body.phone_number.qr_expires_at) - Date.now();
  expect(expiresInMs).toBeGreaterThan(30_000);
  expect(expiresInMs).toBeLessThan(46_000);
  expect(only(createCalls(gateway)).outcome).toBe('pending');
  // The other tests do not wait for it.
  await user.api('DELETE', `/api/phone-numbers/${body.phone_number.id}`);
});

test('the token is in clear in the answer to the create alone, everywhere else a hint stands for it', async () => {
  const made = await createdNumber(user);
  const hints = [
    (await user.api('GET', `/api/phone-numbers/${made.id}`)).body.phone_number.token,
    (await user.api('GET', '/api/phone-numbers')).body.phone_numbers[0].token,
    (await user.api('PATCH', `/api/phone-numbers/${made.id}`, { display_name: 'x' })).body.phone_number.token,
    (await readNumber(gateway, made.id)).token,
  ];
  expect(new Set(hints).size).toBe(1);
  expect(hints[0]).not.toBe(made.token);
  expect(hints[0]).toMatch(/^eft_/);
  expect(hints[0].length).toBeLessThan(20);
});

test('the backend gets our own name and webhook in the very create call, and nothing of what the client wrote', async () => {
  const answer = await user.api('POST', '/api/phone-numbers/create?instanceName=evil&token=evil', {
    display_name: 'zebra',
    alias: 'okapi',
    webhook_url: 'https://example.com/giraffe',
  });
  expect(answer.status).toBe(201);
  const { id } = await gateway.database.db.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  await eventually(() => only(createCalls(gateway)).outcome).toBe(201);
  const call = only(createCalls(gateway));
  expect(call.url).toBe('/instance/create');
  expect(call.apikey).toBe('global');
  expect(call.body).toEqual({
    instanceName: expect.stringMatching(new RegExp(`^ef-${id}-[a-z0-9]{16}$`)),
    integration: 'WHATSAPP-BAILEYS',
    token: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
    qrcode: true,
    webhook: {
      enabled: true,
      url: expect.stringMatching(new RegExp(`^${gateway.url}/hooks/evolution/[0-9A-Za-z]{22}$`)),
      headers: { authorization: expect.stringMatching(/^Bearer [0-9A-Za-z]{43}$/) },
      byEvents: false,
      base64: false,
      events: expect.arrayContaining(['QRCODE_UPDATED', 'CONNECTION_UPDATE', 'MESSAGES_UPSERT', 'MESSAGES_UPDATE']),
    },
  });
  expect(JSON.stringify(call)).not.toMatch(/evil|zebra|okapi|giraffe|eft_/);
  const refused = await createNumber(user, { instanceName: 'evil' });
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(createCalls(gateway)).toHaveLength(1);
});

test('where the backend cannot call back, the create falls back to its answer and says so', async () => {
  turn({ webhooks: false });
  const { status, body } = await createNumber(user);
  expect(status).toBe(201);
  expect(body.phone_number).toMatchObject({
    status: 'qr_ready',
    qr_code: expect.stringMatching(/^data:image\/png;base64,/),
  });
  expect(body.warning).toContain('BACKEND_CALLBACK_URL');
  expect(body.warning).not.toContain(gateway.sandboxes[0]?.url);
});

test('a backend that cannot reach WhatsApp makes a number that is initializing, without a code', async () => {
  turn({ whatsappReachable: false });
  const { status, body } = await createNumber(user);
  expect(status).toBe(201);
  expect(body.phone_number).toMatchObject({ status: 'initializing', qr_code: null, qr_expires_at: null });
});

test('an operator makes a line of the official Cloud API, whose access token is handed on and not kept', async () => {
  const line = {
    integration: 'WHATSAPP-BUSINESS',
    number: '123456789012345',
    business_id: '998877665544332',
    access_token: 'EAAG-a-token-of-meta-0123456789',
  };
  const ofOperator = await gateway.signUp();
  expect(await createNumber(ofOperator, line)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  await gateway.database.db.updateTable('users').set({ role: 'operator' }).where('id', '=', ofOperator.id).execute();
  gateway.services.users.forgetCaller(ofOperator.id);
  for (const missing of ['number', 'business_id', 'access_token'])
    expect(await createNumber(ofOperator, { ...line, [missing]: undefined })).toMatchObject({ status: 400 });
  expect(await createNumber(ofOperator, { ...line, integration: 'EVOLUTION' })).toMatchObject({ status: 400 });
  const before = createCalls(gateway).length;
  const { status, body } = await createNumber(ofOperator, line);
  expect(status).toBe(201);
  expect(body.phone_number).toMatchObject({ status: 'connected', qr_code: null });
  expect(createCalls(gateway).slice(before)).toMatchObject([
    { body: { integration: 'WHATSAPP-BUSINESS', number: line.number, businessId: line.business_id, qrcode: false } },
  ]);
  const { rows } = await sql<{ dump: string }>`
    select string_agg(n::text, ' ') as dump from phone_numbers n where n.id = ${body.phone_number.id}`.execute(
    gateway.database.db,
  );
  expect([rows[0]?.dump, JSON.stringify(body), gateway.logs.join('')].join()).not.toContain(line.access_token);
});

test('an operator makes a line of integration EVOLUTION, which is connected at once; nobody else may', async () => {
  const line = { integration: 'EVOLUTION', number: '5511900000001' };
  expect(await createNumber(user, line)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(await createNumber(user, { integration: 'WHATSAPP-BAILEYS' })).toMatchObject({ status: 400 });
  expect(await createNumber(user, { number: '5511900000001' })).toMatchObject({ status: 400 });
  expect(createCalls(gateway)).toEqual([]);

  await gateway.database.db.updateTable('users').set({ role: 'operator' }).where('id', '=', user.id).execute();
  gateway.services.users.forgetCaller(user.id);
  const { status, body } = await createNumber(user, line);
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('warning');
  expect(body.phone_number).toMatchObject({ status: 'connected', qr_code: null, connected_at: expect.any(String) });
  expect(only(createCalls(gateway)).body).toMatchObject({ integration: 'EVOLUTION', number: '5511900000001' });
  const sent = await user.api('POST', '/api/messages/send-text', {
    token: body.phone_number.token,
    number: '5511988887777',
    text: 'hi',
  });
  expect(sent.status).toBe(200);
});

test.each([
  ['http://127.0.0.1/hook'],
  ['http://169.254.169.254/latest/meta-data'],
  ['http://[::1]/'],
  ['http://localhost/hook'],
  ['ftp://example.com/'],
  ['https://user:secret@example.com/'],
  ['not a url'],
])('a webhook_url that must not be called is refused before anything is made: %s', async (webhook_url) => {
  const answer = await createNumber(user, { webhook_url });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_url' } });
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toEqual([]);
  expect(createCalls(gateway)).toEqual([]);
});

test('a webhook_url becomes the endpoint of the number, with a secret that is sealed', async () => {
  const made = await createdNumber(user, { webhook_url: 'https://example.com/hook' });
  expect(made.webhook_url).toBe('https://example.com/hook');
  const endpoints = await gateway.database.db
    .selectFrom('endpoints')
    .selectAll()
    .where('phone_number_id', '=', made.id)
    .execute();
  const endpoint = only(endpoints);
  expect(endpoint).toMatchObject({
    user_id: user.id,
    url: 'https://example.com/hook',
    is_default: true,
    enabled: true,
  });
  expect(endpoint.secret_sealed).not.toContain('whsec_');
});

test('an alias is unique among the numbers of one user, and free again after a delete', async () => {
  const first = await createdNumber(user, { alias: 'support' });
  expect(first.alias).toBe('support');
  expect(await createNumber(user, { alias: 'support' })).toMatchObject({ status: 409, body: { code: 'alias_taken' } });
  const other = await gateway.signUp();
  expect((await createdNumber(other, { alias: 'support' })).alias).toBe('support');
  await user.api('DELETE', `/api/phone-numbers/${first.id}`);
  expect((await createdNumber(user, { alias: 'support' })).alias).toBe('support');
});

test('of parallel creates with one alias exactly one succeeds', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => createNumber(user, { alias: 'one of a kind' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toHaveLength(1);
});

test.each([
  ['the form of an instance name', 'user_1_anything'],
  ['a control character', 'line\nbreak'],
  ['U+0000', 'zero\u0000byte'],
  ['a C1 control', 'next\u0085line'],
  ['more than 100 characters', 'a'.repeat(101)],
  ['no character', ''],
  ['a lone surrogate', '\ud800'],
  ['no text', 5],
])('an alias may not be %s', async (_, alias) => {
  expect(await createNumber(user, { alias })).toMatchObject({ status: 400 });
  expect(createCalls(gateway)).toEqual([]);
});

test('an alias may have 100 characters, counted as characters', async () => {
  const alias = '😀'.repeat(100);
  expect((await createdNumber(user, { alias })).alias).toBe(alias);
});

test('without an active backend a create is refused and leaves nothing', async () => {
  await gateway.database.db.updateTable('backends').set({ state: 'cordoned' }).execute();
  const answer = await createNumber(user);
  await gateway.database.db.updateTable('backends').set({ state: 'active' }).execute();
  expect(answer).toMatchObject({ status: 503, body: { code: 'no_backend_available' } });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toEqual([]);
  expect((await readBooks(gateway)).reservations).toBe(0);
});

test.each([
  ['a sandbox program that nobody announced as one', 'evofleet-sandbox', true],
  ['a server of another name', 'evolution_exchange', false],
])('numbers on %s are marked so', async (_, name, isSandbox) => {
  const external = await startSandbox({ apiKey: 'global-key', name, knobs: fastKnobs });
  await gateway.database.db.updateTable('backends').set({ state: 'cordoned' }).execute();
  const { backends } = gateway.services;
  await backends.join([{ url: external.url, apiKey: 'global-key' }]);
  await backends.probeAll();
  const made = await createdNumber(user);
  expect(made.sandbox).toBe(isSandbox);
  for (const path of ['', '/status', '/qr']) {
    const { body } = await user.api('GET', `/api/phone-numbers/${made.id}${path}`);
    expect((body.phone_number ?? body).sandbox).toBe(isSandbox);
  }
  await untilCreated(gateway, made.id);
  const { db } = gateway.database;
  await db.updateTable('backends').set({ state: 'cordoned' }).where('url', '=', external.url).execute();
  const own = gateway.sandboxes.map(({ url }) => url);
  await db.updateTable('backends').set({ state: 'active' }).where('url', 'in', own).execute();
  await external.close();
});

test('every create tells the user once that the number was made and once of its code', async () => {
  turn({ webhookDuplicates: true });
  const made = await createdNumber(user);
  const { name, sandbox } = await placeOf(gateway, made.id);
  await eventually(
    () => sandbox.control.ledger.hooks().filter((hook) => hook.instance === name && hook.outcome === 200).length,
  ).toBeGreaterThanOrEqual(6);
  turn({ webhookDuplicates: false });
  await gateway.services.inbound.lane.drained();
  await untilCreated(gateway, made.id);
  const rows = await gateway.database.db
    .selectFrom('events')
    .select(['type', 'sequence'])
    .where('user_id', '=', user.id)
    .orderBy('sequence')
    .execute();
  expect(rows.map(({ type }) => type).sort()).toEqual(['number.created', 'number.qr']);
  expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2]);
});
