import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
const ids: number[] = [];

const operator = { email: 'operator@example.com', password: 'correct horse battery 2' };

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  user = await gateway.signUp();
  for (let i = 0; i < 2; i++) ids.push((await gateway.connectNumber(user)).id);
  await gateway.services.users.ensureOperator(operator);
});
afterAll(() => gateway.close());

const onTheWire = () => gateway.sandboxes.flatMap(({ control }) => control.ledger.sends());

test('a message leaves from the connected numbers in turn, whatever server their chat ids name', async () => {
  const before = onTheWire().length;
  const instances = [];
  for (const chatId of ['1234567890@c.us', '1234567890@s.whatsapp.net', '1234567890', '+1234567890']) {
    const answer = await user.api('POST', '/send-message', { chatId, message: 'مرحبا من Gateway!' });
    expect(answer).toMatchObject({ status: 200, body: { success: true, chatId, messageId: expect.any(String) } });
    instances.push(answer.body.instance);
  }
  expect(instances).toEqual([instances[0], instances[1], instances[0], instances[1]]);
  expect(new Set(instances).size).toBe(2);
  const sends = onTheWire().slice(before);
  expect(sends).toHaveLength(4);
  for (const send of sends) expect(send).toMatchObject({ number: '1234567890', text: 'مرحبا من Gateway!' });
});

test('under an Idempotency-Key a repetition sends nothing', async () => {
  const key = { 'idempotency-key': 'balancer-1' };
  const send = () => user.api('POST', '/send-message', { chatId: '1234567891@c.us', message: 'once' }, key);
  const [first, second] = [await send(), await send()];
  expect(second.body.messageId).toBe(first.body.messageId);
  expect(onTheWire().filter(({ text }) => text === 'once')).toHaveLength(1);
});

test('where no number is connected the answer is the known one, with a code', async () => {
  const nobody = await gateway.signUp();
  const answer = await nobody.api('POST', '/send-message', { chatId: '1234567890@c.us', message: 'hi' });
  expect(answer).toMatchObject({
    status: 503,
    body: { success: false, error: 'لا توجد instances متاحة', code: 'no_number_available' },
  });
  expect(answer.headers['retry-after']).toBe('5');
});

test.each([
  [{ message: 'no chat' }, 400, 'invalid_request'],
  [{ chatId: '1234567890@c.us' }, 400, 'invalid_request'],
  [{ chatId: 'nobody@c.us', message: 'hi' }, 400, 'invalid_number'],
  [{ chatId: '1234567890@c.us', message: 'hi', pool: 'none of mine' }, 404, 'not_found'],
])('what cannot be sent is refused in this contract’s own shape: %o', async (body, status, code) => {
  expect(await user.api('POST', '/send-message', body)).toMatchObject({
    status,
    body: { success: false, error: expect.any(String), code },
  });
});

test('nobody sends without a key', async () => {
  const answer = await gateway.anonymous('POST', '/send-message', { chatId: '1234567890@c.us', message: 'hi' });
  expect(answer).toMatchObject({ status: 401, body: { success: false, code: 'unauthenticated' } });
});

test('visitors and users see totals, an operator each backend', async () => {
  const totals = {
    gateway: { status: 'running', port: expect.any(Number), uptime: expect.any(Number) },
    instances: { total: 2, healthy: 2, unhealthy: 0, details: {} },
  };
  expect(await gateway.anonymous('GET', '/status')).toMatchObject({ status: 200, body: totals });
  expect((await gateway.anonymous('GET', '/status')).body.instances.details).toEqual({});
  expect((await user.api('GET', '/status')).body.instances.details).toEqual({});

  const { body } = await gateway.anonymous('POST', '/api/auth/login', operator);
  const seen = await gateway.anonymous('GET', '/status', undefined, { authorization: `Bearer ${body.access_token}` });
  expect(Object.keys(seen.body.instances.details).sort()).toEqual(gateway.sandboxes.map(({ url }) => url).sort());
  for (const detail of Object.values(seen.body.instances.details)) {
    expect(detail).toMatchObject({
      healthy: true,
      state: 'active',
      responseTime: expect.any(Number),
      lastCheck: expect.stringMatching(/^\d{4}-/),
    });
  }
});

test('a wrong key sees nothing at all', async () => {
  const answer = await gateway.anonymous('GET', '/status', undefined, { 'x-api-key': 'ef_live_wrong' });
  expect(answer).toMatchObject({ status: 401, body: { success: false, code: 'unauthenticated' } });
});
