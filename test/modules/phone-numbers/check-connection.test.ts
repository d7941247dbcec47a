import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { callsTo, createdNumber, eventTypes, eventually, only, placeOf, readNumber, untilCreated } from './support.ts';

let gateway: TestGateway;
/** Another process, which has looked at nothing yet. */
let beside: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  gateway = await startGateway();
  beside = await startGateway({ beside: gateway });
  user = await gateway.signUp();
  control = only(gateway.sandboxes).control;
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});
beforeEach(() => {
  control.setKnobs({ webhooks: true, failures: [] });
  control.ledger.clear();
});

const check = (id: number) => gateway.services.phoneNumbers.checkConnection(id);
const qrOf = (id: number) => user.api('GET', `/api/phone-numbers/${id}/qr`);
const statusOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}/status`)).body;
const looks = (name: string) => callsTo(only(gateway.sandboxes), `GET /instance/connectionState/${name}`);
const connects = () => callsTo(only(gateway.sandboxes), 'GET /instance/connect/');
const lastEvents = async (id: number) => (await eventTypes(gateway, id)).slice(-2);

async function connected(): Promise<{ id: number; token: string; name: string }> {
  const { id, token } = await gateway.connectNumber(user);
  await untilCreated(gateway, id);
  const { name } = await placeOf(gateway, id);
  return { id, token, name };
}

test('a connected number that its backend lost is in error, and its owner hears of it once', async () => {
  const { id, token, name } = await connected();
  control.forget(name);
  await Promise.all([check(id), check(id)]);
  expect(await statusOf(id)).toMatchObject({ status: 'error', status_reason: 'missing_on_backend' });
  expect(await lastEvents(id)).toEqual(['number.connected', 'number.error']);
  expect(looks(name)).toHaveLength(1);
  await beside.services.phoneNumbers.checkConnection(id);
  expect(await lastEvents(id)).toEqual(['number.connected', 'number.error']);
  expect(
    await user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' }),
  ).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
});

test('a send that finds its number missing is refused, and the number says so by itself', async () => {
  const { id, token, name } = await connected();
  control.forget(name);
  const send = () => user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
  expect(await send()).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  await eventually(async () => await statusOf(id)).toMatchObject({
    status: 'error',
    status_reason: 'missing_on_backend',
  });
  await eventually(() => eventTypes(gateway, id)).toContain('number.error');
  expect(await send()).toMatchObject({ status: 409, body: { phone_number_status: 'error' } });
});

test('a send that finds its number closed is refused, and the number is disconnected by itself', async () => {
  const { id, token, name } = await connected();
  control.setKnobs({ webhooks: false });
  control.removeDevice(name);
  const answer = await user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
  expect(answer).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  await eventually(async () => (await statusOf(id)).status).toBe('disconnected');
});

test('asking for the code of a number that only seems connected tells that its backend lost it', async () => {
  const { id, name } = await connected();
  control.forget(name);
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'error', qr_code: null } });
  expect(connects()).toEqual([]);
});

test('a number waiting for its code that the backend lost is in error too', async () => {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  const { name } = await placeOf(gateway, id);
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ qr_code: null, status: 'disconnected' })
    .where('id', '=', id)
    .execute();
  control.forget(name);
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'error', qr_code: null } });
  expect(await statusOf(id)).toMatchObject({ status: 'error', status_reason: 'missing_on_backend' });
});

test('a number whose phone ended it while no call came gets a new code', async () => {
  const { id, name } = await connected();
  control.setKnobs({ webhooks: false });
  control.removeDevice(name);
  await check(id);
  expect(await statusOf(id)).toMatchObject({ status: 'disconnected', status_reason: 'connection_closed' });
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'qr_ready', qr_code: expect.any(String) } });
});

test('a number in error that its backend has after all is connected again', async () => {
  const { id } = await connected();
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ status: 'error', status_reason: 'missing_on_backend' })
    .where('id', '=', id)
    .execute();
  expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'connected' } });
  expect(await statusOf(id)).toMatchObject({ status: 'connected', status_reason: null });
});

test('a number is looked at once in 10 s, however many ask', async () => {
  const { id, name } = await connected();
  await Promise.all([qrOf(id), qrOf(id), check(id)]);
  await qrOf(id);
  await check(id);
  expect(looks(name)).toHaveLength(1);
  expect(await statusOf(id)).toMatchObject({ status: 'connected' });
});

test.each(['http500-before', 'hang'] as const)(
  'a backend that answers a look with %s changes nothing and delays nobody for long',
  async (kind) => {
    const { id } = await connected();
    control.setKnobs({ failures: [{ route: 'GET /instance/connectionState/', probability: 1, kind }] });
    const startedAt = performance.now();
    expect(await qrOf(id)).toMatchObject({ status: 200, body: { status: 'connected', qr_code: null } });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await eventTypes(gateway, id)).not.toContain('number.error');
  },
);

test('a number that is in the memory of no server says nothing, and stays as it is', async () => {
  const { id, name } = await connected();
  control.forgetMemory(name);
  await check(id);
  expect(await statusOf(id)).toMatchObject({ status: 'connected' });
});

test('what the backend called about during a look is not undone by it', async () => {
  const { id, name } = await connected();
  control.setKnobs({ webhooks: false });
  control.removeDevice(name);
  control.setKnobs({ webhooks: true });
  const look = check(id);
  await eventually(() => looks(name).length).toBeGreaterThan(0);
  // Newer than what the look saw: it closed, and is open again by now.
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ connection_at: new Date() })
    .where('id', '=', id)
    .execute();
  await look;
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'connected' });
});
