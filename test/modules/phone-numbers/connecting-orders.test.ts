import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fastKnobs } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import {
  callsTo,
  createdNumber,
  eventTypes,
  eventually,
  placeOf,
  readBooks,
  readNumber,
  untilCreated,
} from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let stranger: TestUser;
let operator: TestUser;

beforeAll(async () => {
  gateway = await startGateway({
    sandboxes: 2,
    env: { HEALTH_CHECK_INTERVAL: '600000', REQUEST_TIMEOUT: '800' },
    overrides: {
      backends: { connectTimeoutMs: 1_500 },
      phoneNumbers: { connecting: { shownWithinMs: 2_000, orderWaitMs: 300 } },
    },
  });
  [user, stranger, operator] = await Promise.all([gateway.signUp(), gateway.signUp(), becomeOperator(gateway)]);
});
afterAll(() => gateway.close());
beforeEach(() => {
  for (const { control } of gateway.sandboxes) {
    control.setKnobs({ ...fastKnobs, failures: [] });
    control.ledger.clear();
  }
});

const orders = ['connect', 'restart', 'logout', 'recreate'] as const;
const order = (of: TestUser, id: number, what: (typeof orders)[number]) =>
  of.api('POST', `/api/phone-numbers/${id}/${what}`);
const numberOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
const sendBy = (token: string) =>
  user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
const callsAbout = (name: string) =>
  gateway.sandboxes.flatMap((sandbox) => callsTo(sandbox, '').filter(({ url }) => url.includes(name)));

async function paired(body: Record<string, unknown> = {}) {
  const { id, token } = await gateway.connectNumber(user, body);
  await untilCreated(gateway, id);
  const { sandbox, name } = await placeOf(gateway, id);
  return { id, token, name, control: sandbox.control, sandbox };
}

test('a restart opens the socket anew without a scan, and the number sends on', async () => {
  const { id, token, name, sandbox } = await paired();
  expect(await order(user, id, 'restart')).toMatchObject({
    status: 200,
    body: { phone_number: { id, status: 'connected' } },
  });
  expect(callsTo(sandbox, `POST /instance/restart/${name}`)).toHaveLength(1);
  await eventually(async () => (await sendBy(token)).status).toBe(200);
  expect(await eventTypes(gateway, id)).not.toContain('number.disconnected');
});

test('a restart of a number that waits for its scan shows a new code, and not the one it ended', async () => {
  const { id, qr_code } = await createdNumber(user);
  await untilCreated(gateway, id);
  const { body } = await order(user, id, 'restart');
  expect(body.phone_number).toMatchObject({ status: 'qr_ready', qr_code: expect.any(String) });
  expect(body.phone_number.qr_code).not.toBe(qr_code);
  expect(await eventTypes(gateway, id)).not.toContain('number.disconnected');
});

test('a restart of a number whose socket is closed connects it, since the backend would refuse the other', async () => {
  const { id, name, control, sandbox } = await paired();
  control.removeDevice(name);
  await eventually(async () => (await numberOf(id)).status).toBe('disconnected');
  expect((await order(user, id, 'restart')).body.phone_number.status).toBe('qr_ready');
  expect(callsTo(sandbox, `POST /instance/restart/${name}`)).toEqual([]);
  expect(callsTo(sandbox, `GET /instance/connect/${name}`)).toHaveLength(1);
});

test('a log-out takes the credentials and nothing else, and the next connect asks for a scan', async () => {
  const { id, token, name, control } = await paired({ alias: 'kept', webhook_url: 'https://example.com/hook' });
  const before = await numberOf(id);
  expect((await order(user, id, 'logout')).body.phone_number).toMatchObject({
    status: 'disconnected',
    status_reason: 'logged_out',
    alias: 'kept',
    webhook_url: 'https://example.com/hook',
    token: before.token,
    phone_number: before.phone_number,
  });
  expect(await sendBy(token)).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  await gateway.services.inbound.lane.drained();
  expect((await eventTypes(gateway, id)).filter((type) => type === 'number.disconnected')).toHaveLength(1);
  expect(await order(user, id, 'logout')).toMatchObject({ status: 200 });
  expect((await order(user, id, 'connect')).body.phone_number).toMatchObject({ status: 'qr_ready' });
  await control.scan(name);
  await eventually(async () => (await numberOf(id)).status).toBe('connected');
  expect((await sendBy(token)).status).toBe(200);
});

test('a number made anew keeps id, token, endpoint and history, has another name on the same backend, and is never open twice', async () => {
  const { id, token, name, sandbox } = await paired({ alias: 'anew', webhook_url: 'https://example.com/hook' });
  expect((await sendBy(token)).status).toBe(200);
  const { body, status } = await order(user, id, 'recreate');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    outcome: 'recreated',
    phone_number: { id, status: 'qr_ready', qr_code: expect.any(String), alias: 'anew' },
  });
  const after = await placeOf(gateway, id);
  expect(after.sandbox.url).toBe(sandbox.url);
  expect(after.name).not.toBe(name);
  expect(sandbox.control.instances().map((each) => each.name)).not.toContain(name);
  const opened = callsTo(sandbox, `GET /instance/connect/${after.name}`)[0]?.seq ?? 0;
  const gone = callsTo(sandbox, `GET /instance/connectionState/${name}`).at(-1);
  expect(gone?.seq).toBeLessThan(opened);
  expect(await eventTypes(gateway, id)).not.toContain('number.moved');
  const { rows } = await gateway.database.pool.query(
    "select payload->>'status_reason' as reason from events where phone_number_id = $1 and type = 'number.disconnected' order by sequence",
    [id],
  );
  expect(rows.map(({ reason }) => reason)).toEqual(['recreating', 'needs_scan']);
  expect((await sendBy(token)).body.code).toBe('number_not_connected');
  await sandbox.control.scan(after.name);
  await eventually(async () => (await numberOf(id)).status).toBe('connected');
  expect((await sendBy(token)).status).toBe(200);
  const messages = await gateway.database.pool.query(
    'select count(*)::int as n from messages where phone_number_id = $1',
    [id],
  );
  expect(messages.rows[0].n).toBe(2);
  const books = await readBooks(gateway);
  expect(books.backends.reduce((sum, { assigned }) => sum + assigned, 0)).toBe(books.liveNumbers);
  expect(books).toMatchObject({ reservations: 0, instances: books.liveNumbers });
});

test('a number on a full backend is made anew there, and one on a backend that takes none elsewhere', async () => {
  const { id, sandbox } = await paired();
  const { backend_id } = await readNumber(gateway, id);
  const set = (change: string) =>
    gateway.database.pool.query(`update backends set ${change} where id = $1`, [backend_id]);
  await set('capacity = greatest(assigned, 1)');
  expect((await order(user, id, 'recreate')).status).toBe(200);
  expect((await placeOf(gateway, id)).sandbox.url).toBe(sandbox.url);
  await set("capacity = 500, state = 'draining'");
  expect((await order(user, id, 'recreate')).status).toBe(200);
  expect((await placeOf(gateway, id)).sandbox.url).not.toBe(sandbox.url);
  await set("state = 'active'");
  expect(await eventTypes(gateway, id)).toContain('number.moved');
});

test('a number that its backend lost, or has not loaded, is made anew', async () => {
  const lost = await paired();
  lost.control.forget(lost.name);
  expect(await order(user, lost.id, 'recreate')).toMatchObject({ body: { phone_number: { status: 'qr_ready' } } });
  const unloaded = await paired();
  unloaded.control.forgetMemory(unloaded.name);
  expect(await order(user, unloaded.id, 'recreate')).toMatchObject({ body: { phone_number: { status: 'qr_ready' } } });
});

test('what cannot be made anew stays as it was', async () => {
  const { id, token, control } = await paired();
  control.setKnobs({ createFailureRatio: 1 });
  expect(await order(user, id, 'recreate')).toMatchObject({ status: 502, body: { code: 'backend_failed' } });
  control.setKnobs({ createFailureRatio: 0 });
  expect((await numberOf(id)).status).toBe('connected');
  expect((await sendBy(token)).status).toBe(200);
});

test.each(orders)("%s of somebody else's number is not found, and asks no backend", async (what) => {
  const { id, name } = await paired();
  for (const { control } of gateway.sandboxes) control.ledger.clear();
  expect(await order(stranger, id, what)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await order(user, 999_999_999, what)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(callsAbout(name)).toEqual([]);
});

test.each(orders)('%s on a backend that is down is refused at once, with when to come again', async (what) => {
  const { id, name, control } = await paired();
  if (what === 'connect') {
    control.removeDevice(name);
    await eventually(async () => (await numberOf(id)).status).toBe('disconnected');
  }
  const { backend_id } = await readNumber(gateway, id);
  const probe = { route: 'GET /instance/connectionState/', probability: 1, kind: 'http500-before' } as const;
  control.setKnobs({ failures: [probe] });
  await gateway.database.pool.query("update backends set state = 'down' where id = $1", [backend_id]);
  await gateway.services.backends.refresh();
  const beganAt = performance.now();
  const answer = await order(user, id, what);
  control.setKnobs({ failures: [] });
  await gateway.database.pool.query("update backends set state = 'active' where id = $1", [backend_id]);
  await gateway.services.backends.refresh();
  expect(answer).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  expect(answer.headers['retry-after']).toBeDefined();
  expect(performance.now() - beganAt).toBeLessThan(1_500);
});

test.each(['restart', 'logout'] as const)(
  '%s right after the first code waits for the end of the creation',
  async (what) => {
    for (const { control } of gateway.sandboxes) control.setKnobs({ createQrWaitMs: 150 });
    const { id } = await createdNumber(user);
    expect((await readNumber(gateway, id)).reservation_id).not.toBeNull();
    expect(await order(user, id, what)).toMatchObject({ status: 200 });
  },
);

test.each(['restart', 'logout', 'recreate'] as const)(
  '%s during a long creation or a move is a conflict',
  async (what) => {
    for (const { control } of gateway.sandboxes) control.setKnobs({ createQrWaitMs: 700 });
    const { id } = await createdNumber(user);
    expect(await order(user, id, what)).toMatchObject({ status: 409, body: { code: 'creation_under_way' } });
    await untilCreated(gateway, id);
    const { sandbox } = await placeOf(gateway, id);
    sandbox.control.setKnobs({
      failures: [{ route: 'DELETE /instance/delete', probability: 1, kind: 'http500-before' }],
      latencyMsByRoute: { 'DELETE /instance/logout': 500 },
    });
    const moving = operator.api('POST', `/api/admin/phone-numbers/${id}/move`);
    await eventually(
      async () => (await gateway.database.db.selectFrom('number_moves').selectAll().execute()).length,
    ).toBe(1);
    expect(await order(user, id, what)).toMatchObject({ status: 409, body: { code: 'move_under_way' } });
    expect(await gateway.services.phoneNumbers.repairs.restart(id)).toEqual({ kind: 'busy' });
    sandbox.control.setKnobs({ failures: [], latencyMsByRoute: {} });
    await moving;
    await gateway.database.pool.query("update number_moves set lease_until = now() - interval '1 second'");
    await gateway.services.phoneNumbers.finishMoves();
    await eventually(
      async () => (await gateway.database.db.selectFrom('number_moves').selectAll().execute()).length,
    ).toBe(0);
  },
);

test('a line without a phone cannot be logged out, and is open again at once when it is made anew', async () => {
  const { body } = await operator.api('POST', '/api/phone-numbers/create', {
    integration: 'EVOLUTION',
    number: '5511900000078',
  });
  const { id } = body.phone_number;
  await untilCreated(gateway, id);
  expect(await order(operator, id, 'logout')).toMatchObject({ status: 422, body: { code: 'action_not_supported' } });
  expect(await order(operator, id, 'recreate')).toMatchObject({ body: { phone_number: { status: 'connected' } } });
  expect(await gateway.services.phoneNumbers.repairs.recreate(id, 'instance_missing')).toEqual({ kind: 'done' });
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'connected' });
});

test('an operator orders the same for any number, and each order is in the audit log', async () => {
  const { id } = await paired();
  const path = (what: string) => `/api/admin/phone-numbers/${id}/${what}`;
  expect(await operator.api('POST', path('restart'))).toMatchObject({
    status: 200,
    body: { phone_number: { id, status: 'connected' } },
  });
  expect(await operator.api('POST', path('logout'))).toMatchObject({
    status: 200,
    body: { phone_number: { status: 'disconnected', status_reason: 'logged_out' } },
  });
  expect(await operator.api('POST', path('recreate'))).toMatchObject({
    status: 200,
    body: { outcome: 'recreated', phone_number: { status: 'qr_ready', qr_code: expect.any(String) } },
  });
  const { body } = await operator.api('GET', `/api/admin/audit?target_type=phone_number&target_id=${id}`);
  expect(body.entries.map((each: { action: string; outcome: string }) => [each.action, each.outcome])).toEqual([
    ['phone_number.recreate', 'done'],
    ['phone_number.logout', 'done'],
    ['phone_number.restart', 'done'],
  ]);
  expect(await user.api('POST', path('restart'))).toMatchObject({ status: 404 });
});

test('a repair connects, restarts and makes anew, and is busy while anybody else works on the number', async () => {
  const { repairs } = gateway.services.phoneNumbers;
  const { id, name, control } = await paired();
  control.removeDevice(name);
  await eventually(async () => (await numberOf(id)).status).toBe('disconnected');
  control.setKnobs({ connectWaitMs: 400 });
  const [first, second] = await Promise.all([repairs.connect(id), repairs.restart(id)]);
  expect([first.kind, second.kind].sort()).toEqual(['busy', 'done']);
  expect((await numberOf(id)).status).toBe('qr_ready');
  expect(await repairs.recreate(id, 'instance_missing')).toEqual({ kind: 'done' });
  expect(await numberOf(id)).toMatchObject({ status: 'disconnected', status_reason: 'needs_scan' });
  control.setKnobs({ failures: [{ route: 'GET /instance/connect/', probability: 1, kind: 'http500-before' }] });
  expect(await repairs.connect(id)).toEqual({ kind: 'failed', reason: 'backend_failed' });
  expect((await user.api('DELETE', `/api/phone-numbers/${id}`)).status).toBe(200);
  expect(await repairs.restart(id)).toEqual({ kind: 'busy' });
});
