import { expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();
const baileys = { integration: 'WHATSAPP-BAILEYS' };

const states = () => t.listener.of('connection.update').map((call) => call.body.data.state);
const row = async (name: string) => (await t.api.call('GET', `/instance/fetchInstances?instanceName=${name}`)).body[0];

test('a QR is scanned by itself after the set time', async () => {
  t.sandbox.control.setKnobs({ scanAfterMs: 50 });
  await t.api.create('auto', { ...baileys, qrcode: true, webhook: t.webhook });
  await t.api.untilState('auto', 'open');
  const opened = (await t.listener.waitFor('connection.update', 3)).at(-1)?.body;
  expect(opened.data).toMatchObject({ state: 'open', statusReason: 200, profileName: 'Evofleet sandbox' });
  expect(opened.data.wuid).toMatch(/^55119\d{8}@s\.whatsapp\.net$/);
  expect(opened.sender).toBe(opened.data.wuid);
  expect(states()).toEqual(['connecting', 'connecting', 'open']);
  expect(await row('auto')).toMatchObject({ connectionStatus: 'open', ownerJid: opened.data.wuid });
});

test.each(['never', 0] as const)('a QR is left alone when the time is %s', async (scanAfterMs) => {
  t.sandbox.control.setKnobs({ scanAfterMs, qrRefreshMs: 20 });
  await t.api.create('manual', { ...baileys, qrcode: true, webhook: t.webhook });
  await t.listener.waitFor('qrcode.updated', 4);
  expect(await t.api.state('manual')).toBe('connecting');
});

test('every phone has a number of its own, and an instance with a number keeps it', async () => {
  await t.api.connected('one');
  await t.api.connected('two');
  await t.api.connected('three', { number: '5511955554444' });
  const owners = t.sandbox.control.instances().map((instance) => instance.ownerJid);
  expect(new Set(owners).size).toBe(3);
  expect(owners).toContain('5511955554444@s.whatsapp.net');
});

test('the QR changes with time; at the limit the server refuses and closes', async () => {
  t.sandbox.control.setKnobs({ qrRefreshMs: 15, qrLimit: 3 });
  await t.api.create('slow', { ...baileys, webhook: t.webhook });
  t.sandbox.control.connect('slow');
  const shown = (await t.listener.waitFor('qrcode.updated', 4)).map((call) => call.body.data);
  expect(new Set(shown.slice(0, 3).map((data) => data.qrcode.code)).size).toBe(3);
  expect(shown[3]).toEqual({ message: 'QR code limit reached, please login again', statusCode: 500 });
  await expect.poll(states).toContain('refused');
  const refused = t.listener.of('connection.update').at(-1)?.body.data;
  expect(refused).toEqual({ instance: 'slow', state: 'refused', statusReason: 428 });
  expect(await t.api.state('slow')).toBe('close');
  t.sandbox.control.setKnobs({ qrRefreshMs: 45_000 });
  const again = await t.api.call('GET', '/instance/connect/slow');
  expect(again.body).toMatchObject({ count: 1 });
});

test('connect answers by state: a QR object, or the open state', async () => {
  await t.api.create('line', baileys);
  t.sandbox.control.setKnobs({ connectWaitMs: 200 });
  const started = Date.now();
  const first = await t.api.call('GET', '/instance/connect/line');
  expect(Date.now() - started).toBeGreaterThanOrEqual(200);
  expect(Object.keys(first.body).sort()).toEqual(['base64', 'code', 'count', 'pairingCode']);
  const second = await t.api.call('GET', '/instance/connect/line');
  expect(second.body).toEqual(first.body);
  await t.sandbox.control.scan('line');
  await t.api.untilState('line', 'open');
  const open = await t.api.call('GET', '/instance/connect/line');
  expect(open.body).toEqual({ instance: { instanceName: 'line', state: 'open' } });
});

test('connect with a number asks for a pairing code, too', async () => {
  await t.api.create('paired', baileys);
  const { body } = await t.api.call('GET', '/instance/connect/paired?number=5511999999999');
  expect(body.pairingCode).toMatch(/^[A-Z0-9]{8}$/);
});

test('a lost socket reconnects without any close event', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  await t.listener.waitFor('connection.update', 3);
  t.sandbox.control.drop('line');
  await t.listener.waitFor('connection.update', 5);
  expect(states()).toEqual(['connecting', 'connecting', 'open', 'connecting', 'open']);
  expect(t.listener.of('status.instance')).toEqual([]);
});

test('a removed device closes with 401, keeps its owner in the database and needs a new QR', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  const { ownerJid } = await row('line');
  t.sandbox.control.removeDevice('line');
  const [status] = await t.listener.waitFor('status.instance');
  await t.listener.waitFor('logout.instance');
  await expect.poll(states).toContain('close');
  expect(await t.api.state('line')).toBe('close');
  const after = await row('line');
  expect(after).toMatchObject({ connectionStatus: 'close', ownerJid, disconnectionReasonCode: 401 });
  expect(after.disconnectionObject).toBe(status?.body.data.disconnectionObject);
  expect(JSON.parse(after.disconnectionObject).error.output.statusCode).toBe(401);
  expect((await t.api.call('GET', '/instance/connect/line')).body.code).toMatch(/^2@/);
});

test('a restart of an open instance answers first and reconnects afterwards', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  await t.listener.waitFor('connection.update', 3);
  const { body } = await t.api.call('POST', '/instance/restart/line', {});
  expect(body).toEqual({ instance: { instanceName: 'line', state: 'open' } });
  await t.listener.waitFor('connection.update', 5);
  expect(states().slice(-2)).toEqual(['connecting', 'open']);
});

test('connect and restart fail with 200', async () => {
  const failure = { status: 200, body: { error: true, message: '[object Object]' } };
  await t.api.create('line', baileys);
  expect(await t.api.call('POST', '/instance/restart/line', {})).toEqual(failure);
  t.sandbox.control.forgetMemory('line');
  expect(await t.api.call('GET', '/instance/connect/line')).toEqual(failure);
});

test('a log-out tells three events and is refused when closed', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  expect((await t.api.call('DELETE', '/instance/logout/line')).body).toEqual({
    status: 'SUCCESS',
    error: false,
    response: { message: 'Instance logged out' },
  });
  await t.listener.waitFor('status.instance');
  await t.listener.waitFor('logout.instance');
  await expect.poll(states).toContain('close');
  expect((await t.api.call('DELETE', '/instance/logout/line')).status).toBe(400);
});

test('without WhatsApp connecting storms, outlives a delete, and ends when WhatsApp is back', async () => {
  t.sandbox.control.setKnobs({ whatsappReachable: false, stormPerSecond: 200 });
  await t.api.create('lonely', { ...baileys, qrcode: true, webhook: t.webhook });
  await t.listener.waitFor('connection.update', 5);
  expect(t.listener.of('qrcode.updated')).toEqual([]);
  expect((await t.api.call('GET', '/instance/connect/lonely')).body).toEqual({ count: 0 });
  t.sandbox.control.setKnobs({ whatsappReachable: true });
  await t.listener.waitFor('qrcode.updated');
});

test('sends find the right reason to refuse in every state', async () => {
  await t.api.create('line', baileys);
  expect(await t.api.send('line', '5511999999999')).toMatchObject({
    status: 500,
    body: { response: { message: 'Connection Closed' } },
  });
  await t.api.call('GET', '/instance/connect/line');
  expect(await t.api.send('line', '5511999999999')).toMatchObject({
    status: 400,
    body: { response: { message: ["TypeError: Cannot read properties of undefined (reading 'id')"] } },
  });
  expect((await t.api.send('line', '5511999999999', '')).body.response.message).toEqual(['Text is required']);
  expect(t.sandbox.control.ledger.sends()).toEqual([]);
});
