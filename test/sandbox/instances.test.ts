import { expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();

const isGone = (name: string) =>
  expect.poll(async () => (await t.api.call('GET', `/instance/connectionState/${name}`)).status).toBe(404);

test('a deleted name stays in use for a while, then is free again', async () => {
  t.sandbox.control.setKnobs({ deleteAfterMs: 150 });
  await t.api.create('short');
  expect((await t.api.call('DELETE', '/instance/delete/short')).body.response.message).toBe('Instance deleted');
  expect(await t.api.create('short')).toMatchObject({
    status: 403,
    body: { response: { message: ['This name "short" is already in use.'] } },
  });
  await isGone('short');
  expect((await t.api.create('short')).status).toBe(201);
});

test('a delete is not over before its last webhook call was taken', async () => {
  t.sandbox.control.setKnobs({ deleteAfterMs: 0, webhookRetryFactor: 0.03 });
  await t.api.create('waiting', { webhook: t.webhook });
  await t.listener.waitFor('instance.create');
  t.listener.answerWith(500, 500, 200);
  await t.api.call('DELETE', '/instance/delete/waiting');
  expect(await t.api.state('waiting')).toBe('close');
  await isGone('waiting');
  expect(t.listener.of('remove.instance').length).toBeGreaterThan(0);
});

test('creates of one name that overlap destroy the one that won', async () => {
  t.sandbox.control.setKnobs({ deleteAfterMs: 300, createStepMs: 20 });
  for (let round = 0; round < 3; round++) {
    const name = `raced-${round}`;
    const replies = await Promise.all(Array.from({ length: 8 }, () => t.api.create(name)));
    const statuses = replies.map((reply) => reply.status).sort();
    expect(statuses[0]).toBe(201);
    expect(statuses).not.toContain(500);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThan(0);
    await isGone(name);
  }
});

test('creates of one name in a row: the second is refused and the first lives', async () => {
  expect((await t.api.create('alone')).status).toBe(201);
  expect((await t.api.create('alone')).status).toBe(403);
  expect(await t.api.state('alone')).toBe('open');
});

test('a create whose webhook lists no events is rolled back', async () => {
  const reply = await t.api.create('half', { webhook: { url: t.listener.url } });
  expect(reply).toMatchObject({ status: 400, body: { response: { message: [expect.stringContaining('length')] } } });
  await isGone('half');
  expect((await t.api.create('half')).status).toBe(201);
});

test('a create with a QR holds its answer while the webhook already has the code', async () => {
  t.sandbox.control.setKnobs({ createQrWaitMs: 800 });
  const started = Date.now();
  const creating = t.api.create('qr', { integration: 'WHATSAPP-BAILEYS', qrcode: true, webhook: t.webhook });
  const answeredAt = creating.then(() => Date.now());
  const [shown] = await t.listener.waitFor('qrcode.updated');
  const created = await creating;
  expect(Date.now() - started).toBeGreaterThanOrEqual(800);
  expect(shown?.at).toBeLessThan(await answeredAt);
  expect(created.body).toMatchObject({ instance: { status: 'connecting' }, qrcode: { count: 1, pairingCode: null } });
  expect(created.body.qrcode.code).toBe(shown?.body.data.qrcode.code);
  const png = Buffer.from(created.body.qrcode.base64.split(',')[1], 'base64');
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
});

test('a create without a QR leaves the instance closed', async () => {
  const created = await t.api.create('quiet', { integration: 'WHATSAPP-BAILEYS', qrcode: false });
  expect(created.body.instance.status).toBe('close');
  expect(created.body.qrcode).toBeUndefined();
});

test('without a token an instance gets one, and it is the hash of the answer', async () => {
  const { body } = await t.api.create('fresh');
  expect(body.hash).toMatch(/^[0-9A-F-]{36}$/);
  expect((await t.api.call('GET', '/instance/connectionState/fresh', undefined, body.hash)).status).toBe(200);
});

test('an EVOLUTION instance is open from the start, closes in memory only, and sends all the same', async () => {
  await t.api.create('plain');
  expect((await t.api.call('DELETE', '/instance/logout/plain')).status).toBe(200);
  expect(await t.api.state('plain')).toBe('close');
  const [row] = (await t.api.call('GET', '/instance/fetchInstances?instanceName=plain')).body;
  expect(row.connectionStatus).toBe('open');
  expect((await t.api.send('plain', '5511999999999')).status).toBe(201);
});

test('what only the database knows has no state and crashes sends', async () => {
  await t.api.create('lost');
  t.sandbox.control.forgetMemory('lost');
  expect((await t.api.call('GET', '/instance/connectionState/lost')).body).toEqual({
    instance: { instanceName: 'lost' },
  });
  expect(await t.api.send('lost', '5511999999999')).toMatchObject({
    status: 500,
    body: { response: { message: "Cannot read properties of undefined (reading 'textMessage')" } },
  });
  expect(t.sandbox.control.ledger.sends()).toEqual([]);
});

test('what only the memory knows sends and then answers 400', async () => {
  await t.api.create('ghost');
  t.sandbox.control.forgetRow('ghost');
  expect((await t.api.send('ghost', '5511999999999')).status).toBe(400);
  expect(t.sandbox.control.ledger.sends()).toHaveLength(1);
});
