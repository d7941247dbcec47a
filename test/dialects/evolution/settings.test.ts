import { afterAll, beforeAll, expect, test } from 'vitest';
import { callsTo, placeOf } from '../../modules/phone-numbers/support.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf, wireError } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;
let client: Client;

const settings = {
  rejectCall: true,
  msgCall: 'x',
  groupsIgnore: false,
  alwaysOnline: true,
  readMessages: true,
  readStatus: false,
  syncFullHistory: false,
};

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user, { alias: 'shop' });
  client = clientOf(gateway, number.token);
});
afterAll(() => gateway.close());

test('a number has the usual settings until others are set', async () => {
  const { status, body } = await client('GET', '/settings/find/shop');
  const none = Object.fromEntries(Object.keys(settings).map((name) => [name, name === 'msgCall' ? '' : false]));
  expect([status, body]).toEqual([200, { ...none, wavoipToken: '' }]);
});

test('what is set is on the backend, is found again, and only what the contract names gets there', async () => {
  const { sandbox, name } = await placeOf(gateway, number.id);
  const answer = await client('POST', '/settings/set/shop?instanceName=other', {
    ...settings,
    instanceName: 'other',
    b: 1,
  });
  expect(answer).toMatchObject({ status: 201 });
  expect(answer.body).toEqual({ settings: { instanceName: 'shop', settings } });
  const [call] = callsTo(sandbox, 'POST /settings/set');
  expect(call).toMatchObject({ url: `/settings/set/${name}`, body: { ...settings, wavoipToken: '' } });
  expect(Object.keys(call?.body as object).sort()).toEqual([...Object.keys(settings), 'wavoipToken'].sort());
  expect((await client('GET', '/settings/find/shop')).body).toEqual({ ...settings, wavoipToken: '' });
  const rows = (await client('GET', '/instance/fetchInstances')).body;
  expect(rows[0].Setting).toMatchObject(settings);
});

test('what is missing or of a wrong type is refused in the words of the contract', async () => {
  expect(await client('POST', '/settings/set/shop', { rejectCall: true })).toMatchObject(
    wireError(400, 'Bad Request', [
      ['groupsIgnore', 'alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory'].map(
        (name) => `instance requires property "${name}"`,
      ),
    ]),
  );
  expect((await client('POST', '/settings/set/shop', { ...settings, rejectCall: 'yes' })).status).toBe(400);
  expect((await client('POST', '/settings/set/shop', { ...settings, wavoipToken: 'w' })).status).toBe(403);
});

test("another user's number is answered like none, and nothing reaches the backend", async () => {
  const { sandbox } = await placeOf(gateway, number.id);
  const stranger = clientOf(gateway, (await gateway.signUp()).apiKey);
  const before = callsTo(sandbox, 'POST /settings/set').length;
  for (const name of ['shop', number.instanceName]) {
    const missing = wireError(404, 'Not Found', [`The "${name}" instance does not exist`]);
    expect(await stranger('POST', `/settings/set/${name}`, settings)).toMatchObject(missing);
    expect(await stranger('GET', `/settings/find/${name}`)).toMatchObject(missing);
  }
  expect(callsTo(sandbox, 'POST /settings/set')).toHaveLength(before);
});

test('a backend that is away keeps nothing from being as it was', async () => {
  const { sandbox } = await placeOf(gateway, number.id);
  const before = (await client('GET', '/settings/find/shop')).body;
  await sandbox.close();
  const { status, body } = await client('POST', '/settings/set/shop', { ...settings, rejectCall: false });
  expect([status, body.status]).toEqual([503, 503]);
  expect(JSON.stringify(body)).not.toMatch(/ef-|127\.0\.0\.1/);
  expect((await client('GET', '/settings/find/shop')).body).toEqual(before);
});
