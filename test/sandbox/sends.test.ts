import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MAGIC_RECIPIENTS } from '../../src/sandbox/index.ts';
import { useSandbox } from './support/harness.ts';
import { sendRaw } from './support/raw-send.ts';

const t = useSandbox();
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const sends = () => t.sandbox.control.ledger.sends();

test('the echo carries what the answer carried', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  const sent = await t.api.send('line', '5511999999999', 'same');
  const [echo] = await t.listener.waitFor('send.message');
  expect(echo?.body.data).toEqual(sent.body);
  expect(sent.body).toMatchObject({ pushName: 'Você', status: 'PENDING', source: 'web' });
});

test('delivery and reading are told after their times, with the id flat and the row beside it', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  const sent = await t.api.send('line', '5511999999999');
  const acks = (await t.listener.waitFor('messages.update', 2)).map((call) => call.body.data);
  expect(acks.map((ack) => ack.status).sort()).toEqual(['DELIVERY_ACK', 'READ']);
  expect(acks[0]).toMatchObject({ keyId: sent.body.key.id, fromMe: true, messageId: acks[1].messageId });
});

test('EVOLUTION keeps the number verbatim, drops base64 and acknowledges nothing', async () => {
  await t.api.create('plain', { webhook: t.webhook });
  const text = await t.api.send('plain', '+55 abc');
  expect(text.body.key.remoteJid).toBe('+55 abc');
  expect(text.body.status).toBeUndefined();
  const body = { number: '1', mediatype: 'image', media: pixel };
  expect((await t.api.call('POST', '/message/sendMedia/plain', body)).body.message).toEqual({ mediaUrl: null });
  await t.listener.waitFor('send.message', 2);
  expect(t.listener.of('messages.update')).toEqual([]);
});

test('the address of the answer differs from the number given where a country has two forms', async () => {
  await t.api.connected('line');
  const sent = await t.api.send('line', '5531988887777');
  expect(sent.body.key.remoteJid).toBe('553188887777@s.whatsapp.net');
  expect(sends()).toMatchObject([{ number: '5531988887777', remoteJid: '553188887777@s.whatsapp.net' }]);
});

test('an answer waits for the delay', async () => {
  await t.api.create('plain');
  const started = Date.now();
  await t.api.call('POST', '/message/sendText/plain', { number: '1', text: 'x', delay: 120 });
  expect(Date.now() - started).toBeGreaterThanOrEqual(118);
});

test('media in base64 leaves with its fingerprint', async () => {
  await t.api.connected('line');
  const body = { number: '5511999999999', mediatype: 'document', media: pixel, fileName: 'a.pdf', caption: 'c' };
  const sent = await t.api.call('POST', '/message/sendMedia/line', body);
  expect(sent.body.messageType).toBe('documentMessage');
  expect(sent.body.message.documentMessage).toMatchObject({
    fileName: 'a.pdf',
    mimetype: 'application/pdf',
    caption: 'c',
  });
  const mediaSha256 = createHash('sha256').update(Buffer.from(pixel, 'base64')).digest('hex');
  expect(sends()).toMatchObject([{ kind: 'document', text: 'c', mediaSha256 }]);
});

test('media by URL is fetched on Baileys, and a host that is down is a 500 in a list', async () => {
  await t.api.connected('line');
  const media = (url: string) =>
    t.api.call('POST', '/message/sendMedia/line', { number: '5511999999999', mediatype: 'video', media: url });
  expect((await media(`${t.sandbox.url}/`)).status).toBe(201);
  const [sent] = sends();
  expect(sent?.mediaSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await media('http://127.0.0.1:1/x.mp4')).toMatchObject({
    status: 500,
    body: { response: { message: ['Error: connect ECONNREFUSED 127.0.0.1:1'] } },
  });
  expect((await media(`${t.sandbox.url}/nothing`)).body.response.message).toEqual([
    'AxiosError: Request failed with status code 404',
  ]);
  expect(sends()).toHaveLength(1);
});

test('base64 goes into calls only if the webhook asked for it before the instance connected', async () => {
  const webhook = { ...t.webhook, base64: true };
  await t.api.connected('before', { webhook });
  await t.api.connected('after', { webhook: t.webhook });
  await t.api.call('POST', '/webhook/set/after', { webhook: { ...webhook, enabled: true } });
  for (const name of ['before', 'after']) {
    await t.sandbox.control.receive(name, { from: '5511888888888', media: { mediatype: 'image', base64: pixel } });
  }
  const received = await t.listener.waitFor('messages.upsert', 2);
  const base64 = Object.fromEntries(received.map(({ body }) => [body.instance, body.data.message.base64]));
  expect(base64).toEqual({ before: pixel, after: undefined });
});

test.each([
  ['0000404', 400, 0],
  ['0000500', 500, 0],
  ['0000501', 500, 0],
  ['0000201', 201, 0],
  ['0000400', 400, 1],
  ['0000505', 500, 1],
  ['0000200', 200, 1],
  ['0000413', 200, 1],
  ['0000204', 201, 1],
  ['0000460', 201, 1],
])('a recipient that ends in %s is answered with %i, and %i message leaves', async (ending, status, count) => {
  await t.api.connected('line');
  const reply = await sendRaw(t.sandbox.url, 'line', `551199${ending}`, 10_000);
  expect(reply.status).toBe(status);
  expect(sends()).toHaveLength(count);
});

test.each([
  ['0000503', 'reset', 0],
  ['0000502', 'reset', 1],
  ['0000408', 'silence', 0],
  ['0000504', 'silence', 1],
  ['0000206', 'silence', 1],
] as const)('a recipient that ends in %s ends in %s, and %i message leaves', async (ending, outcome, count) => {
  await t.api.connected('line');
  const reply = await sendRaw(t.sandbox.url, 'line', `551199${ending}`, outcome === 'silence' ? 500 : 10_000);
  expect(reply.outcome).toBe(outcome);
  expect(sends()).toHaveLength(count);
});

test('recipients decide about echo and acknowledgements', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  for (const ending of ['0000204', '0000460', '0000461', '0000462'])
    await t.api.send('line', `551199${ending}`, ending);
  await t.listener.waitFor('messages.update', 2);
  await t.listener.waitFor('send.message', 3);
  await t.api.send('line', '5511999999999', 'last');
  await t.listener.waitFor('messages.update', 4);
  const echoed = t.listener.of('send.message').map(({ body }) => body.data.message.conversation);
  expect(echoed.sort()).toEqual(['0000460', '0000461', '0000462', 'last']);
  expect(
    t.listener
      .of('messages.update')
      .map(({ body }) => body.data.status)
      .sort(),
  ).toEqual(['DELIVERY_ACK', 'DELIVERY_ACK', 'ERROR', 'READ'].sort());
});

test('every magic ending has seven digits', () => {
  for (const ending of Object.keys(MAGIC_RECIPIENTS)) expect(ending).toMatch(/^0000\d{3}$/);
});

test('parallel sends are each on the wire exactly once', async () => {
  await t.api.create('plain');
  const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
  await Promise.all(texts.map((text) => t.api.send('plain', '5511999999999', text)));
  expect(
    sends()
      .map((send) => send.text)
      .sort(),
  ).toEqual([...texts].sort());
  expect(new Set(sends().map((send) => send.id)).size).toBe(100);
});
