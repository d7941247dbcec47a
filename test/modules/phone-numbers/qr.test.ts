import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { callsTo, createdNumber, eventTypes, eventually, placeOf, readNumber, untilCreated } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  control = (gateway.sandboxes[0] as (typeof gateway.sandboxes)[0]).control;
});
afterAll(() => gateway.close());
beforeEach(() => {
  control.setKnobs({ qrRefreshMs: 45_000, connectWaitMs: 30, webhooks: true, whatsappReachable: true });
  control.ledger.clear();
});

const qrOf = (id: number) => user.api('GET', `/api/phone-numbers/${id}/qr`);
const statusOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}/status`)).body;
const connects = () => callsTo(gateway.sandboxes[0] as (typeof gateway.sandboxes)[0], 'GET /instance/connect/');

const qrRunsOut = (id: number) =>
  gateway.database.db
    .updateTable('phone_numbers')
    .set({ qr_expires_at: sql<Date>`app_now() - interval '3 seconds'` })
    .where('id', '=', id)
    .execute();

/** A number whose creation is over and whose backend shows a code. */
async function settledNumber(): Promise<number> {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  return id;
}

async function scan(id: number): Promise<string> {
  const { name } = await placeOf(gateway, id);
  await control.scan(name);
  await eventually(async () => (await statusOf(id)).status).toBe('connected');
  return name;
}

async function loggedOut(): Promise<number> {
  const id = await settledNumber();
  control.removeDevice(await scan(id));
  await eventually(async () => (await statusOf(id)).status).toBe('disconnected');
  return id;
}

test('a later code of the backend takes the place of the former, and counts from then', async () => {
  control.setKnobs({ qrRefreshMs: 300 });
  const first = await createdNumber(user);
  await eventually(async () => (await qrOf(first.id)).body.qr_code).not.toBe(first.qr_code);
  const { body } = await qrOf(first.id);
  expect(body).toMatchObject({ success: true, id: first.id, status: 'qr_ready', sandbox: true });
  expect(Date.parse(body.qr_expires_at)).toBeGreaterThan(Date.parse(first.qr_expires_at));
  expect(connects()).toEqual([]);
});

test('the same code told twice is one code and one event', async () => {
  const id = await settledNumber();
  const { name } = await placeOf(gateway, id);
  const before = await readNumber(gateway, id);
  await control.emit(name, 'qrcode.updated', {
    qrcode: { instance: name, pairingCode: null, code: 'again', base64: before.qr_code },
  });
  await gateway.services.inbound.lane.drained();
  expect(await eventTypes(gateway, id)).toEqual(expect.arrayContaining(['number.created', 'number.qr']));
  expect(await eventTypes(gateway, id)).toHaveLength(2);
  expect((await readNumber(gateway, id)).qr_expires_at).toEqual(before.qr_expires_at);
});

test('a pairing code that came with the code is answered with it, and goes when it goes', async () => {
  const id = await settledNumber();
  const { name } = await placeOf(gateway, id);
  const base64 = `data:image/png;base64,${Buffer.alloc(300, 7).toString('base64')}`;
  await control.emit(name, 'qrcode.updated', {
    qrcode: { instance: name, pairingCode: 'WZYEH1YY', code: 'with pairing', base64 },
  });
  await eventually(async () => (await qrOf(id)).body.qr_code).toBe(base64);
  expect((await qrOf(id)).body.pairing_code).toBe('WZYEH1YY');
  await scan(id);
  expect((await qrOf(id)).body).toMatchObject({ status: 'connected', pairing_code: null });
});

test('a code that was not scanned in time is shown no more, and the number says qr_expired', async () => {
  const id = await settledNumber();
  await qrRunsOut(id);
  const list = (await user.api('GET', '/api/phone-numbers')).body.phone_numbers;
  expect(list.find((each: { id: number }) => each.id === id)).toMatchObject({ qr_code: null, qr_expires_at: null });
  const { expireQrCodes } = gateway.services.phoneNumbers;
  // A number that a call of its backend is being applied to is left to the next turn.
  await eventually(async () => {
    await Promise.all([expireQrCodes(), expireQrCodes()]);
    return statusOf(id);
  }).toMatchObject({ status: 'disconnected', status_reason: 'qr_expired' });
  expect(await readNumber(gateway, id)).toMatchObject({ qr_code: null, qr_expires_at: null, pairing_code: null });
  expect((await eventTypes(gateway, id)).filter((type) => type === 'number.disconnected')).toHaveLength(1);
});

test('a code that can still be scanned does not expire, nor does that of a number scanned meanwhile', async () => {
  const waiting = await settledNumber();
  const scanned = await settledNumber();
  await scan(scanned);
  await gateway.services.phoneNumbers.expireQrCodes();
  expect(await statusOf(waiting)).toMatchObject({ status: 'qr_ready' });
  expect(await statusOf(scanned)).toMatchObject({ status: 'connected' });
});

test('asking for a code that has run out connects again, once for 20 who ask at the same time', async () => {
  control.setKnobs({ connectWaitMs: 300 });
  const id = await loggedOut();
  const answers = await Promise.all(Array.from({ length: 20 }, () => qrOf(id)));
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'qr_ready', qr_code: expect.stringMatching(/^data:image\/png;base64,/) });
  }
  expect(new Set(answers.map(({ body }) => body.qr_code)).size).toBe(1);
  expect(connects()).toHaveLength(1);
});

test('the code is answered as soon as the backend calls, before its own answer', async () => {
  control.setKnobs({ connectWaitMs: 5_000 });
  const id = await loggedOut();
  const startedAt = performance.now();
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'qr_ready', qr_code: expect.any(String) } });
  expect(performance.now() - startedAt).toBeLessThan(2_500);
});

test("where no call comes, the code of the backend's answer is shown", async () => {
  const id = await loggedOut();
  control.setKnobs({ webhooks: false });
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'qr_ready', qr_code: expect.any(String) } });
});

test('a connected number has no code, and its backend is not asked for one', async () => {
  const id = await settledNumber();
  await scan(id);
  const { status, body } = await qrOf(id);
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    id,
    status: 'connected',
    qr_code: null,
    pairing_code: null,
    qr_expires_at: null,
    sandbox: true,
  });
  expect(connects()).toEqual([]);
});

test('a number logged out on the phone says so, gets a new code, and connects again', async () => {
  const id = await loggedOut();
  expect(await statusOf(id)).toMatchObject({ status: 'disconnected', status_reason: 'logged_out' });
  expect((await qrOf(id)).body.status).toBe('qr_ready');
  await scan(id);
  expect(await statusOf(id)).toMatchObject({
    status: 'connected',
    status_reason: null,
    phone_number: expect.stringMatching(/^\d+$/),
    connected_at: expect.any(String),
  });
  const types = (await eventTypes(gateway, id)).filter((type) => !['number.qr', 'number.created'].includes(type));
  expect(types).toEqual(['number.connected', 'number.disconnected', 'number.connected']);
});

test('the phone tells its number and name, and the token sends from then on', async () => {
  const { id, token } = await createdNumber(user);
  const send = () => user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
  expect(await send()).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  const { name } = await placeOf(gateway, id);
  await control.scan(name, { number: '5511912345678', profileName: 'The Shop' });
  await eventually(async () => (await statusOf(id)).status).toBe('connected');
  expect((await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number).toMatchObject({
    phone_number: '5511912345678',
    profile_name: 'The Shop',
    qr_code: null,
  });
  expect(await send()).toMatchObject({ status: 200 });
});

test('a socket that drops and comes back does not make a connected number flap', async () => {
  const id = await settledNumber();
  const name = await scan(id);
  const before = await readNumber(gateway, id);
  const heard = () => control.ledger.hooks().filter((hook) => hook.instance === name && hook.outcome === 200).length;
  control.ledger.clear();
  for (let n = 0; n < 5; n++) control.drop(name, 515);
  await eventually(heard).toBeGreaterThanOrEqual(6);
  await gateway.services.inbound.lane.drained();
  const after = await readNumber(gateway, id);
  expect(after).toMatchObject({ status: 'connected', connected_at: before.connected_at });
  expect((await eventTypes(gateway, id)).filter((type) => type === 'number.connected')).toHaveLength(1);
});

test('a storm of connecting calls tells the user nothing and moves no state', async () => {
  control.setKnobs({ whatsappReachable: false, stormPerSecond: 200 });
  const { body } = await user.api('POST', '/api/phone-numbers/create', {});
  const { id } = body.phone_number;
  const { name } = await placeOf(gateway, id);
  await eventually(
    () => control.ledger.hooks().filter((hook) => hook.instance === name).length,
    10_000,
  ).toBeGreaterThan(60);
  const updatedAt = (await readNumber(gateway, id)).updated_at;
  await gateway.services.inbound.lane.drained();
  expect(await statusOf(id)).toMatchObject({ status: 'initializing' });
  expect(await eventTypes(gateway, id)).toEqual(['number.created']);
  expect((await readNumber(gateway, id)).updated_at).toEqual(updatedAt);
  control.forget(name);
});

test('an old close that arrives after a newer open changes nothing, although the open told nothing new', async () => {
  const id = await settledNumber();
  const name = await scan(id);
  const secret = await gateway.database.db
    .selectFrom('inbound_secrets')
    .select(['id'])
    .where('phone_number_id', '=', id)
    .executeTakeFirstOrThrow();
  const { webhook } = callsTo(gateway.sandboxes[0] as (typeof gateway.sandboxes)[0], 'POST /instance/create')
    .map(({ body }) => body as { instanceName: string; webhook: { headers: Record<string, string> } })
    .find(({ instanceName }) => instanceName === name) as { webhook: { headers: Record<string, string> } };
  const { connection_at: connectedAt } = await readNumber(gateway, id);
  const call = async (ms: number, data: object) => {
    const answer = await fetch(`${gateway.url}/hooks/evolution/${secret.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...webhook.headers },
      body: JSON.stringify({
        event: 'connection.update',
        instance: name,
        data: { instance: name, ...data },
        date_time: new Date((connectedAt?.getTime() ?? 0) + ms).toISOString(),
      }),
    });
    expect(answer.status).toBe(200);
    await gateway.services.inbound.lane.drained();
  };
  await call(5_000, { state: 'open', statusReason: 200 });
  await call(3_000, { state: 'close', statusReason: 401 });
  expect(await statusOf(id)).toMatchObject({ status: 'connected' });
  await call(6_000, { state: 'close', statusReason: 401 });
  expect(await statusOf(id)).toMatchObject({ status: 'disconnected', status_reason: 'logged_out' });
});

test('a suspended user cannot have a number connected by asking for its code, and still reads its status', async () => {
  const suspended = await gateway.signUp();
  const { id } = await createdNumber(suspended);
  await untilCreated(gateway, id);
  await sql`update phone_numbers set qr_code = null, qr_digest = null, status = 'disconnected' where id = ${id}`.execute(
    gateway.database.db,
  );
  await sql`update users set status = 'suspended' where id = ${suspended.id}`.execute(gateway.database.db);
  await eventually(async () => (await suspended.api('GET', `/api/phone-numbers/${id}/qr`)).status).toBe(403);
  control.ledger.clear();
  expect(await suspended.api('GET', `/api/phone-numbers/${id}/qr`)).toMatchObject({
    status: 403,
    body: { code: 'user_suspended' },
  });
  expect(connects()).toEqual([]);
  expect(await suspended.api('GET', `/api/phone-numbers/${id}/status`)).toMatchObject({ status: 200 });
});

test('a backend that is known to be down answers 503 and is not asked', async () => {
  const id = await loggedOut();
  // Probes would find it well.
  const probe = 'GET /instance/connectionState/evofleet-probe';
  control.setKnobs({ failures: [{ route: probe, probability: 1, kind: 'http500-before' }] });
  await gateway.database.db.updateTable('backends').set({ state: 'down' }).execute();
  await gateway.services.backends.refresh();
  const answer = await qrOf(id);
  control.setKnobs({ failures: [] });
  await gateway.services.backends.probeAll();
  expect(answer).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  expect(connects()).toEqual([]);
});

test('a connect that the backend refuses is a 502 that names no backend', async () => {
  const id = await loggedOut();
  const { name } = await placeOf(gateway, id);
  control.setKnobs({ failures: [{ route: 'GET /instance/connect/', probability: 1, kind: 'http500-before' }] });
  const answer = await qrOf(id);
  control.setKnobs({ failures: [] });
  expect(answer).toMatchObject({ status: 502, body: { code: 'backend_failed' } });
  expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`127\\.0\\.0\\.1|global-key|${name}`));
});
