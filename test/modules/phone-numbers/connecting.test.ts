import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { at } from '../admin/support.ts';
import { callsTo, createdNumber, eventTypes, eventually, only, placeOf, readNumber, untilCreated } from './support.ts';

let gateway: TestGateway;
/** Another process on the same rows. */
let beside: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  const overrides = { phoneNumbers: { connecting: { shownWithinMs: 2_000, orderWaitMs: 300 } } };
  gateway = await startGateway({ overrides });
  beside = await startGateway({ beside: gateway, overrides });
  user = await gateway.signUp();
  control = only(gateway.sandboxes).control;
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});
beforeEach(() => {
  control.setKnobs({ connectWaitMs: 30, qrAfterMs: 5, qrRefreshMs: 45_000, failures: [], latencyMsByRoute: {} });
  control.ledger.clear();
});

const sandbox = () => only(gateway.sandboxes);
const connects = () => callsTo(sandbox(), 'GET /instance/connect/');
const numberOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
const connect = (id: number, body?: object) => user.api('POST', `/api/phone-numbers/${id}/connect`, body);
const leaseOf = (id: number) =>
  gateway.database.db.selectFrom('leases').selectAll().where('name', '=', `connect:${id}`).executeTakeFirst();

async function loggedOut(): Promise<number> {
  const { id } = await gateway.connectNumber(user);
  await untilCreated(gateway, id);
  control.removeDevice((await placeOf(gateway, id)).name);
  await eventually(async () => (await numberOf(id)).status_reason).toBe('logged_out');
  return id;
}

const isFree = async (id: number) => {
  const { rows } = await gateway.database.pool.query('select until <= now() as free from leases where name = $1', [
    `connect:${id}`,
  ]);
  return rows[0]?.free;
};

test('those who ask two processes for one code share one connect, and its lease ends with it', async () => {
  control.setKnobs({ connectWaitMs: 400, qrAfterMs: 300 });
  const id = await loggedOut();
  const other = at(beside, user);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0 ? connect(id) : other('POST', `/api/phone-numbers/${id}/connect`),
    ),
  );
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body.phone_number).toMatchObject({ status: 'qr_ready', qr_code: expect.any(String), pairing_code: null });
  }
  expect(new Set(answers.map(({ body }) => body.phone_number.qr_code)).size).toBe(1);
  expect(connects()).toHaveLength(1);
  await eventually(() => isFree(id)).toBe(true);
});

test('where a connect fails, those who waited for it in another process ask no second time', async () => {
  control.setKnobs({
    latencyMsByRoute: { 'GET /instance/connect/': 300 },
    failures: [{ route: 'GET /instance/connect/', probability: 1, kind: 'http500-before' }],
  });
  const id = await loggedOut();
  const first = connect(id);
  await eventually(() => leaseOf(id)).toBeDefined();
  const second = at(beside, user)('POST', `/api/phone-numbers/${id}/connect`);
  expect(await first).toMatchObject({ status: 502, body: { code: 'backend_failed' } });
  await eventually(() => isFree(id)).toBe(true);
  control.setKnobs({ failures: [], latencyMsByRoute: {} });
  control.connect((await placeOf(gateway, id)).name);
  expect(await second).toMatchObject({ status: 200, body: { phone_number: { status: 'qr_ready' } } });
  expect(connects()).toHaveLength(1);
});

test('the lease that a dead process left ends by itself, and who waits goes on then', async () => {
  const id = await loggedOut();
  await gateway.database.pool.query(
    `insert into leases (name, holder, epoch, until) values ($1, 'a dead process', 1, now() + interval '900 ms')
     on conflict (name) do update set until = excluded.until, epoch = leases.epoch + 1`,
    [`connect:${id}`],
  );
  const asked = connect(id);
  await eventually(() => isFree(id)).toBe(true);
  expect(await asked).toMatchObject({ status: 200, body: { phone_number: { status: 'qr_ready' } } });
  expect(connects()).toHaveLength(1);
});

test('an order that comes while another is under way waits, and is refused when that takes too long', async () => {
  const id = await loggedOut();
  await gateway.database.pool.query(
    `insert into leases (name, holder, epoch, until) values ($1, 'busy', 1, now() + interval '1 hour')
     on conflict (name) do update set until = excluded.until, epoch = leases.epoch + 1`,
    [`connect:${id}`],
  );
  expect(await gateway.services.phoneNumbers.repairs.connect(id)).toEqual({ kind: 'busy' });
  const refused = user.api('POST', `/api/phone-numbers/${id}/logout`);
  expect(await refused).toMatchObject({ status: 409, body: { code: 'connecting_under_way' } });
  expect((await refused).headers['retry-after']).toBeDefined();
  expect(connects()).toHaveLength(0);
});

test('a number that seems connected and is not asked for is not connected again', async () => {
  const { id } = await gateway.connectNumber(user);
  expect(await connect(id)).toMatchObject({
    status: 200,
    body: { phone_number: { status: 'connected', qr_code: null } },
  });
  expect(connects()).toEqual([]);
});

test('what a connect answers of a former place is not shown at the new one', async () => {
  const id = await loggedOut();
  control.setKnobs({ connectWaitMs: 800, webhooks: false });
  const asked = connect(id);
  await eventually(() => connects().length).toBe(1);
  await gateway.database.pool.query("update phone_numbers set backend_name = 'ef-elsewhere' where id = $1", [id]);
  await asked;
  control.setKnobs({ webhooks: true });
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'disconnected', qr_code: null });
});

test('a pairing code is answered beside the QR code, the same one however often it is asked for', async () => {
  const id = await loggedOut();
  const answers = await Promise.all([
    connect(id, { pairing_number: '5511988887777' }),
    at(beside, user)('POST', `/api/phone-numbers/${id}/connect`, { pairing_number: '5511988887777' }),
  ]);
  answers.push(await connect(id, { pairing_number: '5511988887777' }));
  const codes = answers.map(({ status, body }) => {
    expect(status).toBe(200);
    expect(body.phone_number).toMatchObject({ status: 'qr_ready', qr_code: expect.any(String) });
    return body.phone_number.pairing_code;
  });
  expect(codes[0]).toMatch(/^[A-Z0-9]{8}$/);
  expect(new Set(codes).size).toBe(1);
  expect(only(connects()).url).toContain('?number=5511988887777');
});

test('a number that shows a QR code already gets a pairing code, and nobody hears of a disconnection', async () => {
  const { id, qr_code } = await createdNumber(user);
  await untilCreated(gateway, id);
  const answer = await connect(id, { pairing_number: '5511988887777' });
  expect(answer.body.phone_number).toMatchObject({
    status: 'qr_ready',
    qr_code: expect.any(String),
    pairing_code: expect.stringMatching(/^[A-Z0-9]{8}$/),
  });
  expect(answer.body.phone_number.qr_code).not.toBe(qr_code);
  await gateway.services.inbound.lane.drained();
  expect(await eventTypes(gateway, id)).not.toContain('number.disconnected');
  const { name } = await placeOf(gateway, id);
  await control.scan(name);
  await eventually(async () => numberOf(id)).toMatchObject({ status: 'connected', pairing_code: null });
});

test('a pairing code outlives the QR codes that come after it', async () => {
  const id = await loggedOut();
  const { body } = await connect(id, { pairing_number: '5511988887777' });
  const { name } = await placeOf(gateway, id);
  const base64 = `data:image/png;base64,${Buffer.alloc(300, 9).toString('base64')}`;
  await control.emit(name, 'qrcode.updated', { qrcode: { instance: name, pairingCode: null, code: 'next', base64 } });
  await eventually(async () => (await numberOf(id)).qr_code).toBe(base64);
  expect((await numberOf(id)).pairing_code).toBe(body.phone_number.pairing_code);
  await gateway.database.pool.query("update phone_numbers set qr_expires_at = now() - interval '9 s' where id = $1", [
    id,
  ]);
  await gateway.services.phoneNumbers.expireQrCodes();
  expect(await numberOf(id)).toMatchObject({
    status: 'qr_ready',
    qr_code: null,
    pairing_code: body.phone_number.pairing_code,
  });
  await gateway.database.pool.query(
    "update phone_numbers set pairing_expires_at = now() - interval '1 s' where id = $1",
    [id],
  );
  await gateway.services.phoneNumbers.expireQrCodes();
  expect(await numberOf(id)).toMatchObject({ status: 'disconnected', pairing_code: null });
});

test('a number is created with a pairing code', async () => {
  const number = await createdNumber(user, { pairing_number: '5511988887777' });
  expect(number).toMatchObject({ qr_code: expect.any(String), pairing_code: expect.stringMatching(/^[A-Z0-9]{8}$/) });
  await untilCreated(gateway, number.id);
  const again = await connect(number.id, { pairing_number: '5511988887777' });
  expect(again.body.phone_number.pairing_code).toBe(number.pairing_code);
  expect(connects()).toEqual([]);
});

test('a pairing code asked for during the creation comes when that is over', async () => {
  control.setKnobs({ createQrWaitMs: 300 });
  const { id } = await createdNumber(user);
  const { body } = await connect(id, { pairing_number: '5511988887777' });
  control.setKnobs({ createQrWaitMs: 40 });
  expect(body.phone_number).toMatchObject({ pairing_code: expect.stringMatching(/^[A-Z0-9]{8}$/) });
});

test.each(['55 11', '+5511988887777', '0551198888777', '12', '5511988887777&number=1'])(
  'the pairing number %j is refused before anybody is asked',
  async (pairing_number) => {
    const id = await loggedOut();
    expect(await connect(id, { pairing_number })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(connects()).toEqual([]);
  },
);
