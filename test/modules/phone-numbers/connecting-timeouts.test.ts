import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { callsTo, createdNumber, eventTypes, eventually, only, placeOf, readNumber, untilCreated } from './support.ts';

const qrTimeoutMs = 400;

let gateway: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  gateway = await startGateway({
    env: { HEALTH_CHECK_INTERVAL: '600000', REQUEST_TIMEOUT: '800' },
    overrides: { backends: { connectTimeoutMs: 1_500 }, phoneNumbers: { connecting: { qrTimeoutMs, leaseMs: 1_000 } } },
  });
  user = await gateway.signUp();
  control = only(gateway.sandboxes).control;
});
afterAll(() => gateway.close());
const noCode = { qrAfterMs: 600_000, reconnectMs: 600_000 };
beforeEach(() => {
  control.setKnobs({ qrAfterMs: 5, reconnectMs: 10, webhooks: true, whatsappReachable: true, failures: [] });
  control.ledger.clear();
});

const calls = (start: string) => callsTo(only(gateway.sandboxes), start);
const resets = (name: string) => calls(`POST /instance/restart/${name}`);
const numberOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
const connect = (id: number) => user.api('POST', `/api/phone-numbers/${id}/connect`);
const lastEvent = async (id: number) => (await eventTypes(gateway, id)).at(-1);
// The lane has a turn every 2 s; a test that waits asks for its own.
const supervised = async (id: number) => {
  await gateway.services.phoneNumbers.superviseConnecting();
  return numberOf(id);
};

async function paired(): Promise<{ id: number; name: string; token: string }> {
  const { id, token } = await gateway.connectNumber(user);
  await untilCreated(gateway, id);
  return { id, token, name: (await placeOf(gateway, id)).name };
}

async function loggedOut(): Promise<{ id: number; name: string }> {
  const number = await paired();
  control.removeDevice(number.name);
  await eventually(async () => (await numberOf(number.id)).status_reason).toBe('logged_out');
  return number;
}

test('a number whose code does not come is reset once, and then in error', async () => {
  const { id, name } = await loggedOut();
  control.setKnobs(noCode);
  expect((await connect(id)).body.phone_number.qr_code).toBeNull();
  await eventually(() => supervised(id)).toMatchObject({ status: 'error', status_reason: 'qr_timeout' });
  expect(resets(name)).toHaveLength(1);
  expect(await lastEvent(id)).toBe('number.error');
  for (let turn = 0; turn < 3; turn++) await supervised(id);
  expect(resets(name)).toHaveLength(1);
  expect((await eventTypes(gateway, id)).filter((type) => type === 'number.error')).toHaveLength(1);
});

test('a code that comes by the reset is shown', async () => {
  const { id, name } = await loggedOut();
  control.setKnobs(noCode);
  await connect(id);
  control.setKnobs({ qrAfterMs: 5 });
  await eventually(() => supervised(id)).toMatchObject({ status: 'qr_ready', qr_code: expect.any(String) });
  expect(resets(name)).toHaveLength(1);
  expect(await eventTypes(gateway, id)).not.toContain('number.error');
});

test('a code that comes after the number was given up still wins, and so does the next connect', async () => {
  const { id, name } = await loggedOut();
  control.setKnobs(noCode);
  await connect(id);
  await eventually(() => supervised(id)).toMatchObject({ status: 'error' });
  const base64 = `data:image/png;base64,${Buffer.alloc(300, 5).toString('base64')}`;
  await control.emit(name, 'qrcode.updated', { qrcode: { instance: name, pairingCode: null, code: 'late', base64 } });
  await eventually(() => numberOf(id)).toMatchObject({ status: 'qr_ready', qr_code: base64, status_reason: null });
  await gateway.database.pool.query(
    "update phone_numbers set status = 'error', status_reason = 'qr_timeout', qr_code = null, qr_expires_at = null where id = $1",
    [id],
  );
  control.setKnobs({ qrAfterMs: 5 });
  control.removeDevice(name);
  await eventually(async () => (await connect(id)).body.phone_number.status).toBe('qr_ready');
});

test('a code of which no call tells is taken from the backend without a reset', async () => {
  const { id, name } = await loggedOut();
  control.setKnobs({ qrAfterMs: 200, webhooks: false });
  await connect(id);
  await eventually(() => supervised(id)).toMatchObject({ status: 'qr_ready', qr_code: expect.any(String) });
  expect(resets(name)).toHaveLength(0);
});

test('a paired number that does not come back is reset with its credentials, never logged out', async () => {
  const { id, name } = await paired();
  await gateway.database.pool.query(
    "update phone_numbers set status = 'disconnected', status_reason = 'connection_closed', connect_began_at = now() where id = $1",
    [id],
  );
  control.setKnobs({ reconnectMs: 600_000 });
  control.drop(name);
  await eventually(() => supervised(id)).toMatchObject({ status: 'error', status_reason: 'connect_timeout' });
  expect(resets(name)).toHaveLength(1);
  expect(calls(`DELETE /instance/logout/${name}`)).toEqual([]);
  control.setKnobs({ reconnectMs: 10 });
  control.drop(name);
  await eventually(() => numberOf(id)).toMatchObject({ status: 'connected', status_reason: null });
});

test('a number that was created without a code is reset, too', async () => {
  control.setKnobs(noCode);
  const { body } = await user.api('POST', '/api/phone-numbers/create', {});
  const { id } = body.phone_number;
  await untilCreated(gateway, id);
  await eventually(() => supervised(id)).toMatchObject({ status: 'error', status_reason: 'qr_timeout' });
  expect(resets((await placeOf(gateway, id)).name)).toHaveLength(1);
});

test('where a process died on its way, another goes on from the row', async () => {
  const { id, name } = await loggedOut();
  // What is left of one that was killed between its row and its call.
  await gateway.database.pool.query('update phone_numbers set connect_began_at = now() where id = $1', [id]);
  await gateway.database.pool.query(
    `insert into leases (name, holder, epoch, until) values ($1, 'a dead process', 9, now() + interval '700 ms')`,
    [`connect:${id}`],
  );
  await eventually(() => supervised(id)).toMatchObject({ status: 'qr_ready' });
  // It is closed there, where a restart would fail.
  expect(only(calls(`GET /instance/connect/${name}`))).toBeDefined();
});

test('a connect that hangs holds its number no longer than a code may take', async () => {
  const { id } = await loggedOut();
  control.setKnobs({ failures: [{ route: 'GET /instance/connect/', probability: 1, kind: 'hang' }] });
  expect(await connect(id)).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  await eventually(() => supervised(id)).toMatchObject({ status: 'error', status_reason: 'qr_timeout' });
  control.setKnobs({ failures: [] });
  expect((await connect(id)).body.phone_number.status).toBe('qr_ready');
});

test('while its backend is down a number waits, and is not given up', async () => {
  const { id } = await loggedOut();
  control.setKnobs(noCode);
  await connect(id);
  const { backend_id } = await readNumber(gateway, id);
  // Probes would find it well.
  const probe = 'GET /instance/connectionState/evofleet-probe';
  control.setKnobs({ failures: [{ route: probe, probability: 1, kind: 'http500-before' }] });
  await gateway.database.pool.query("update backends set state = 'down' where id = $1", [backend_id]);
  await gateway.services.backends.refresh();
  await eventually(async () => {
    await supervised(id);
    const { rows } = await gateway.database.pool.query(
      "select now() - connect_began_at > interval '900 ms' as late, connect_resets from phone_numbers where id = $1",
      [id],
    );
    return rows[0];
  }).toEqual({ late: true, connect_resets: 0 });
  expect((await numberOf(id)).status).not.toBe('error');
  await gateway.database.pool.query("update backends set state = 'active' where id = $1", [backend_id]);
  await gateway.services.backends.refresh();
  control.setKnobs({ qrAfterMs: 5, failures: [] });
  await eventually(() => supervised(id)).toMatchObject({ status: 'qr_ready' });
});

test('a backend without WhatsApp storms, and its number is given up once and for all', async () => {
  control.setKnobs({ whatsappReachable: false, stormPerSecond: 100 });
  const { body } = await user.api('POST', '/api/phone-numbers/create', {});
  const { id } = body.phone_number;
  await untilCreated(gateway, id);
  const { name } = await placeOf(gateway, id);
  await eventually(() => supervised(id)).toMatchObject({ status: 'error', status_reason: 'qr_timeout' });
  const { updated_at } = await readNumber(gateway, id);
  const heard = () => control.ledger.hooks().filter((hook) => hook.instance === name).length;
  const before = heard();
  await eventually(heard).toBeGreaterThan(before + 100);
  await gateway.services.inbound.lane.drained();
  await supervised(id);
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'error', updated_at, losses: 0, lost_at: null });
  control.forget(name);
});

test('a number that nobody connects is left alone', async () => {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  expect(await readNumber(gateway, id)).toMatchObject({ connect_began_at: null, connect_resets: 0 });
  const { id: off } = await loggedOut();
  expect(await readNumber(gateway, off)).toMatchObject({ connect_began_at: null, is_paired: false });
});
