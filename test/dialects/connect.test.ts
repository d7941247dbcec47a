import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
let stranger: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  user = await gateway.signUp();
  stranger = await gateway.signUp();
});
afterAll(() => gateway.close());

const statusOf = async (clientId: string, of = user) =>
  (await of.api('GET', `/whatsapp/status/${clientId}`)).body.status;

async function onItsBackend(clientId: string) {
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select(['id', 'backend_name', 'server_instance'])
    .where('user_id', '=', user.id)
    .where('alias', '=', clientId)
    .executeTakeFirstOrThrow();
  const sandbox = gateway.sandboxes.find(({ url }) => url === row.server_instance);
  if (sandbox === undefined || row.backend_name === null) throw new Error('not on a sandbox');
  return { id: row.id, name: row.backend_name, control: sandbox.control };
}

async function connect(clientId: string): Promise<void> {
  expect((await user.api('POST', '/whatsapp/connect', { clientId })).status).toBe(200);
  const { control, name } = await onItsBackend(clientId);
  await control.scan(name);
  await vi.waitFor(async () => expect(await statusOf(clientId)).toBe('ready'), { timeout: 10_000 });
}

const creates = () =>
  gateway.sandboxes.flatMap(({ control }) =>
    control.ledger.calls().filter(({ url }) => url.includes('/instance/create')),
  );

test('a client that was never connected is idle and has no code', async () => {
  expect(await user.api('GET', '/whatsapp/status/never')).toMatchObject({
    status: 200,
    body: { clientId: 'never', status: 'idle', updatedAt: expect.any(String) },
  });
  expect(await user.api('GET', '/whatsapp/qr/never')).toMatchObject({ status: 200, body: {} });
});

test('connecting makes the number once, however many ask, and answers with the code', async () => {
  const before = creates().length;
  const answers = await Promise.all([1, 2, 3, 4].map(() => user.api('POST', '/whatsapp/connect')));
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      clientId: 'default',
      status: 'waiting_qr',
      qrDataUrl: expect.stringMatching(/^data:image\/png;base64,/),
    });
  }
  expect(creates().length - before).toBe(1);
  expect((await user.api('GET', '/whatsapp/qr/default')).body.qrDataUrl).toMatch(/^data:image\/png;base64,/);
  const { control, name } = await onItsBackend('default');
  await control.scan(name);
  await vi.waitFor(async () => expect(await statusOf('default')).toBe('ready'), { timeout: 10_000 });
  expect((await user.api('GET', '/whatsapp/qr/default')).body).toEqual({});
  expect((await user.api('POST', '/whatsapp/connect', { clientId: 'default' })).body.status).toBe('ready');
});

test.each(['', '/api'])('messages leave from the client named, by either route, below "%s"', async (prefix) => {
  await connect(`sender${prefix.length}`);
  const clientId = `sender${prefix.length}`;
  const { name, control } = await onItsBackend(clientId);
  const sent = () => control.ledger.sends().filter(({ instance }) => instance === name);
  const one = await user.api('POST', `${prefix}/messages/send`, { clientId, to: '966512345678', text: 'مرحبا' });
  expect(one).toMatchObject({ status: 200, body: { success: true, clientId, messageId: expect.any(String) } });
  for (const chatId of ['966512345678@c.us', '966512345678@s.whatsapp.net']) {
    const two = await user.api('POST', `${prefix}/whatsapp/send`, { clientId, chatId, message: 'أهلا' });
    expect(two).toMatchObject({ status: 200, body: { success: true, to: '966512345678@c.us' } });
  }
  expect(sent().map(({ number, text }) => [number, text])).toEqual([
    ['966512345678', 'مرحبا'],
    ['966512345678', 'أهلا'],
    ['966512345678', 'أهلا'],
  ]);
});

test('chats and their messages are read, with addresses of the web', async () => {
  await connect('reader');
  const { name, control } = await onItsBackend('reader');
  await control.receive(name, { from: '966500000001', text: 'السلام عليكم' });
  await vi.waitFor(async () => {
    const { body } = await user.api('GET', '/whatsapp/chats/reader');
    expect(body.chats).toEqual([expect.objectContaining({ id: '966500000001@c.us', isGroup: false })]);
  });
  for (const chatId of ['966500000001@c.us', '966500000001@s.whatsapp.net']) {
    const { status, body } = await user.api('GET', `/api/whatsapp/messages/reader/${chatId}`);
    expect(status).toBe(200);
    expect(body.messages).toEqual([
      expect.objectContaining({ from: '966500000001@c.us', fromMe: false, body: 'السلام عليكم' }),
    ]);
  }
});

test('a reset logs out and keeps the number and its token; it can be connected again', async () => {
  await connect('again');
  const { id } = await onItsBackend('again');
  expect(await user.api('DELETE', '/whatsapp/session/again')).toMatchObject({
    status: 200,
    body: { success: true, clientId: 'again', status: 'idle' },
  });
  expect(await statusOf('again')).toBe('idle');
  expect((await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number).toMatchObject({ alias: 'again' });
  const again = await user.api('POST', '/whatsapp/connect', { clientId: 'again' });
  expect(again.body).toMatchObject({ status: 'waiting_qr', qrDataUrl: expect.any(String) });
  expect(await user.api('DELETE', '/whatsapp/session/never')).toMatchObject({ status: 200, body: { status: 'idle' } });
});

test('another user’s client reads like one that never was', async () => {
  expect(await statusOf('default', stranger)).toBe('idle');
  expect((await stranger.api('GET', '/whatsapp/qr/default')).body).toEqual({});
  expect((await stranger.api('DELETE', '/whatsapp/session/default')).body.status).toBe('idle');
  for (const [method, url, body] of [
    ['POST', '/whatsapp/send', { clientId: 'default', chatId: '966512345678@c.us', message: 'hi' }],
    ['POST', '/messages/send', { clientId: 'default', to: '966512345678', text: 'hi' }],
    ['GET', '/whatsapp/chats/default'],
    ['GET', '/whatsapp/messages/default/966500000001@c.us'],
  ] as const) {
    const theirs = await stranger.api(method, url, body);
    const never = await stranger.api(method, url.replace('default', 'never'), body && { ...body, clientId: 'never' });
    expect(theirs).toMatchObject({ status: 404, body: { success: false, code: 'not_found' } });
    expect(theirs.body.error.replace('default', 'never')).toBe(never.body.error);
  }
  expect(await statusOf('default')).toBe('ready');
});

test('nobody does anything without a key, and bad input is refused in this contract’s own shape', async () => {
  for (const [method, url] of [
    ['POST', '/whatsapp/connect'],
    ['GET', '/whatsapp/status/default'],
    ['POST', '/api/messages/send'],
  ] as const) {
    expect(await gateway.anonymous(method, url)).toMatchObject({ status: 401, body: { success: false } });
  }
  for (const [url, body] of [
    ['/whatsapp/connect', { clientId: 5 }],
    ['/whatsapp/connect', { clientId: 'a\u0007b' }],
    ['/whatsapp/send', { chatId: '966512345678@c.us' }],
    ['/messages/send', { to: 'nobody', text: 'hi' }],
  ] as const) {
    expect(await user.api('POST', url, body)).toMatchObject({ status: 400, body: { success: false } });
  }
});
