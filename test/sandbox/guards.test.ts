import { expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();

test('existence is told before the key is asked for', async () => {
  await t.api.create('known');
  expect((await t.api.call('GET', '/instance/connectionState/unknown', undefined, 'wrong')).status).toBe(404);
  expect((await t.api.call('GET', '/instance/connectionState/known', undefined, 'wrong')).status).toBe(401);
  expect((await t.api.call('GET', '/instance/connectionState/known', undefined, null)).body).toEqual({
    status: 401,
    error: 'Unauthorized',
    response: { message: 'Unauthorized' },
  });
});

test("an instance's token opens its own routes only, delete included", async () => {
  await t.api.create('mine', { token: 'mine-token' });
  await t.api.create('theirs', { token: 'their-token' });
  expect((await t.api.call('GET', '/instance/connectionState/mine', undefined, 'mine-token')).status).toBe(200);
  expect((await t.api.call('GET', '/instance/connectionState/theirs', undefined, 'mine-token')).status).toBe(401);
  expect((await t.api.call('POST', '/verify-creds', {}, 'mine-token')).status).toBe(401);
  expect((await t.api.call('DELETE', '/instance/delete/mine', undefined, 'mine-token')).status).toBe(200);
});

test('a query names another instance after the guards have passed', async () => {
  await t.api.create('mine', { token: 'mine-token' });
  await t.api.create('victim');
  const body = { number: '5511999999999', text: 'not mine' };
  const sent = await t.api.call('POST', '/message/sendText/mine?instanceName=victim', body, 'mine-token');
  expect(sent.status).toBe(201);
  expect(t.sandbox.control.ledger.sends()).toMatchObject([{ instance: 'victim', text: 'not mine' }]);
  await t.api.call('DELETE', '/instance/delete/mine?instanceName=victim', undefined, 'mine-token');
  await expect.poll(async () => (await t.api.call('GET', '/instance/connectionState/victim')).status).toBe(404);
  expect(await t.api.state('mine')).toBe('open');
});

test('the ledger shows the query of every call, so that a forwarded one cannot hide', async () => {
  await t.api.create('mine');
  await t.api.call('GET', '/instance/connectionState/mine?instanceName=mine');
  expect(t.sandbox.control.ledger.calls().filter((call) => call.url.includes('?'))).toHaveLength(1);
});

test('a URL that merely names the create route is guarded like a create', async () => {
  await t.api.create('known');
  const reply = await t.api.call('GET', '/instance/connectionState/unknown?x=/instance/create', undefined, 'wrong');
  expect(reply).toMatchObject({ status: 403, body: { response: { message: [expect.stringContaining('undefined')] } } });
});

test('two instances may hold one token, and it then lists both', async () => {
  await t.api.create('one', { token: 'shared' });
  await t.api.create('two', { token: 'shared' });
  const { body } = await t.api.call('GET', '/instance/fetchInstances', undefined, 'shared');
  expect(body.map((row: { name: string }) => row.name).sort()).toEqual(['one', 'two']);
});

test('unknown routes and methods are 404 whatever the key, and each names the URL', async () => {
  for (const [method, path] of [
    ['GET', '/health'],
    ['PUT', '/instance/restart/x'],
    ['DELETE', '/instance/delete/'],
  ] as const) {
    const { status, body } = await t.api.call(method, path, undefined, null);
    expect({ status, message: body.response.message }).toEqual({ status: 404, message: [`Cannot ${method} ${path}`] });
  }
});
