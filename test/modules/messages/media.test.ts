import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type MediaServer, startMediaServer } from './media-server.ts';
import {
  expectExactRecords,
  messageRow,
  newRecipient,
  onTheWire,
  type Sender,
  sendCalls,
  startSender,
  statsOf,
  usedUnits,
} from './support.ts';

const mebibyte = 1_048_576;
let sender: Sender;
let server: MediaServer;

beforeAll(async () => {
  server = await startMediaServer();
  sender = await startSender({
    overrides: { egress: { allowCidrs: ['127.0.0.1/32'] }, messages: { fetchWithinMs: 1_500 } },
  });
});
afterAll(async () => {
  await expectExactRecords(sender);
  await sender.gateway.close();
  await server.close();
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const serveBytes = (name: string, bytes: Buffer, type?: string) =>
  server.serve(name, (response) =>
    response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(bytes),
  );

/** The body that a backend got about this recipient. */
function callBody(recipient: string): Record<string, unknown> {
  const bodies = sender.gateway.sandboxes.flatMap(({ control }) => control.ledger.calls().map(({ body }) => body));
  return bodies.find((body) => (body as { number?: string } | null)?.number === recipient) as Record<string, unknown>;
}

test('media by URL is fetched by the gateway and handed on as base64, never as a URL', async () => {
  const bytes = randomBytes(1_500);
  const mediaUrl = serveBytes('photo-1.jpg', bytes, 'image/jpeg; charset=binary');
  const before = { used: await usedUnits(sender), stats: await statsOf(sender) };
  const to = newRecipient();
  const answer = await sender.sendMedia({ number: to, mediaUrl, caption: 'look' });
  expect(answer).toMatchObject({ status: 200, body: { success: true, status: 'sent', to } });
  expect(callBody(to)).toEqual({
    number: to,
    mediatype: 'image',
    mimetype: 'image/jpeg',
    caption: 'look',
    media: bytes.toString('base64'),
    fileName: 'photo-1.jpg',
  });
  expect(onTheWire(sender, to).sends).toMatchObject([{ mediaSha256: sha256(bytes) }]);
  expect(server.asked).toEqual(['/photo-1.jpg']);
  expect(await usedUnits(sender)).toBe(before.used + 1);
  expect(await statsOf(sender)).toEqual({
    messages_sent: before.stats.messages_sent + 1,
    media_sent: before.stats.media_sent + 1,
    messages_failed: before.stats.messages_failed,
  });
  expect(await messageRow(sender, answer.body.message_id)).toMatchObject({
    kind: 'image',
    content: {
      media_type: 'image',
      caption: 'look',
      file_name: 'photo-1.jpg',
      mimetype: 'image/jpeg',
      media_url: mediaUrl,
      sha256: sha256(bytes),
      bytes: 1_500,
    },
  });
});

test.each(['image', 'video', 'audio', 'document'])(
  'base64 of %s is handed on as it is, without its bytes in the database',
  async (mediaType) => {
    const bytes = randomBytes(1_200);
    const mediaBase64 = bytes.toString('base64');
    const to = newRecipient();
    const answer = await sender.sendMedia({ number: to, mediaType, mediaBase64, fileName: 'résumé 1.bin' });
    expect(answer.status).toBe(200);
    expect(callBody(to)).toMatchObject({ mediatype: mediaType, media: mediaBase64, fileName: 'résumé 1.bin' });
    const row = await messageRow(sender, answer.body.message_id);
    expect(row.kind).toBe(mediaType);
    expect(JSON.stringify(row.content)).not.toContain(mediaBase64.slice(0, 40));
  },
);

test('a data URI is base64 with its type told', async () => {
  const bytes = randomBytes(900);
  const to = newRecipient();
  const mediaBase64 = `data:image/png;base64,${bytes.toString('base64')}`;
  expect((await sender.sendMedia({ number: to, mediaBase64 })).status).toBe(200);
  expect(callBody(to)).toMatchObject({ media: bytes.toString('base64'), mimetype: 'image/png' });
});

test('base64 in broken lines is handed on without the breaks', async () => {
  const to = newRecipient();
  expect((await sender.sendMedia({ number: to, mediaBase64: 'AAAA\r\nBBBB\nCCCC\n' })).status).toBe(200);
  expect(callBody(to)).toMatchObject({ media: 'AAAABBBBCCCC' });
});

test('a document without a name gets one, from its URL where that has one', async () => {
  const bytes = randomBytes(300);
  const mediaBase64 = bytes.toString('base64');
  const [plain, named, nameless] = [newRecipient(), newRecipient(), newRecipient()];
  const document = { mediaType: 'document' };
  expect((await sender.sendMedia({ ...document, number: plain, mediaBase64 })).status).toBe(200);
  const withName = serveBytes('terms.pdf', bytes, 'application/pdf');
  expect((await sender.sendMedia({ ...document, number: named, mediaUrl: withName })).status).toBe(200);
  const without = serveBytes('download', bytes);
  expect((await sender.sendMedia({ ...document, number: nameless, mediaUrl: without })).status).toBe(200);
  expect([plain, named, nameless].map((to) => callBody(to).fileName)).toEqual([
    'document.bin',
    'terms.pdf',
    'document.bin',
  ]);
});

test('16 MiB pass, by URL and as base64', async () => {
  const bytes = randomBytes(16 * mebibyte);
  const mediaUrl = serveBytes('full.mp4', bytes, 'video/mp4');
  const [byUrl, inBody] = [newRecipient(), newRecipient()];
  const answer = await sender.sendMedia({ number: inBody, mediaType: 'video', mediaBase64: bytes.toString('base64') });
  expect(answer.status).toBe(200);
  expect(onTheWire(sender, inBody).sends).toMatchObject([{ mediaSha256: sha256(bytes) }]);
  const fetched = await sender.sendMedia({ number: byUrl, mediaType: 'video', mediaUrl });
  expect(fetched.status).toBe(200);
  expect(onTheWire(sender, byUrl).sends).toMatchObject([{ mediaSha256: sha256(bytes) }]);
});

/** Refused media calls nobody and costs nothing. */
async function refused(body: Record<string, unknown>) {
  const before = { used: await usedUnits(sender), calls: sendCalls(sender) };
  const answer = await sender.sendMedia({ number: newRecipient(), ...body });
  expect({ used: await usedUnits(sender), calls: sendCalls(sender) }).toEqual(before);
  return { status: answer.status, code: answer.body.code as string };
}

const tooLarge = { status: 413, code: 'payload_too_large' };
const invalid = { status: 400, code: 'invalid_media' };
const unavailable = { status: 422, code: 'media_unavailable' };

test('more than 16 MiB is too large, whoever says so', async () => {
  const over = 16 * mebibyte + 1;
  expect(await refused({ mediaBase64: randomBytes(over).toString('base64') })).toEqual(tooLarge);
  expect(await refused({ mediaBase64: 'A'.repeat(25 * mebibyte) })).toEqual(tooLarge);
  const declared = server.serve('5-gigabytes', (response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': 5_000_000_000 }).write('x');
  });
  expect(await refused({ mediaUrl: declared })).toEqual(tooLarge);
  const undeclared = server.serve('endless', (response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    const block = Buffer.alloc(mebibyte);
    const more = () => {
      while (!response.destroyed && response.write(block));
      response.once('drain', more);
    };
    more();
  });
  expect(await refused({ mediaUrl: undeclared })).toEqual(tooLarge);
});

test.each([
  ['not base64', '!!!!'],
  ['base64url', 'a-_b'],
  ['a wrong length', 'AAAAA'],
  ['an empty data URI', 'data:image/png;base64,'],
  ['a data URI that is no base64', 'data:image/png,AAAA'],
  ['a data URI of another type', 'data:application/pdf;base64,AAAA'],
])('%s is invalid_media', async (_what, mediaBase64) => {
  expect(await refused({ mediaBase64 })).toEqual(invalid);
});

test('exactly one of URL and base64 is wanted', async () => {
  expect(await refused({})).toEqual(invalid);
  expect(await refused({ mediaUrl: 'https://example.com/a.png', mediaBase64: 'AAAA' })).toEqual(invalid);
  expect(await refused({ mediaBase64: '' })).toEqual({ status: 400, code: 'invalid_request' });
});

test('media of another type than said is refused', async () => {
  const page = serveBytes('page.jpg', Buffer.from('<html>'), 'text/html');
  expect(await refused({ mediaUrl: page })).toEqual(invalid);
  expect(await refused({ mediaUrl: page, mediaType: 'video' })).toEqual(invalid);
  expect(await refused({ mediaUrl: page, mediaType: 'exe' })).toEqual({ status: 400, code: 'invalid_request' });
});

test('a URL that does not give the media is media_unavailable', async () => {
  const redirect = server.serve('moved', (response) => response.writeHead(302, { location: '/target.png' }).end());
  const drip = server.serve('drip', (response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
  });
  const short = server.serve('short', (response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': 100 }).write('x');
    setImmediate(() => response.destroy());
  });
  const compressed = server.serve('compressed', (response) =>
    response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end('x'),
  );
  const empty = serveBytes('empty.png', Buffer.alloc(0), 'image/png');
  const missing = `${new URL(empty).origin}/nowhere.png`;
  for (const mediaUrl of [redirect, drip, short, compressed, empty, missing, 'http://127.0.0.1:1025/x.png']) {
    expect([mediaUrl, await refused({ mediaUrl })]).toEqual([mediaUrl, unavailable]);
  }
  expect(server.asked).not.toContain('/target.png');
});

test.each([
  'data:image/png;base64,AAAA',
  'ftp://example.com/a.png',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data/',
  'http://10.0.0.1/a.png',
  'http://[::1]/a.png',
  'http://user:pw@example.com/a.png',
  'not a url',
])('%s is no URL to fetch from', async (mediaUrl) => {
  expect(await refused({ mediaUrl })).toEqual({ status: 400, code: 'invalid_url' });
});

test.each([
  { fileName: '../../etc/passwd' },
  { fileName: 'a\nb' },
  { fileName: '' },
  { fileName: 'x'.repeat(256) },
  { caption: 'x'.repeat(4_097) },
])('a name that is none, or too long a caption, is a bad request: %o', async (body) => {
  expect(await refused({ mediaBase64: 'AAAA', ...body })).toEqual({ status: 400, code: 'invalid_request' });
});

test('one user fetches three URLs at once; the others wait for their turn', async () => {
  const mediaUrl = server.serve('slow.png', (response) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'image/png' }).end('bytes'), 30);
  });
  const answers = await Promise.all(
    Array.from({ length: 9 }, () => sender.sendMedia({ number: newRecipient(), mediaUrl })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200));
  expect(server.openMost).toBe(3);
});

test('nothing is fetched for a user whose day is used up', async () => {
  const { gateway, user } = sender;
  const mediaUrl = serveBytes('unwanted.png', randomBytes(100), 'image/png');
  const { db } = gateway.database;
  const setOwnMax = (own_max_messages_per_day: number | null) =>
    db.updateTable('users').set({ own_max_messages_per_day }).where('id', '=', user.id).execute();
  await setOwnMax(await usedUnits(sender));
  const answer = await vi.waitFor(async () => {
    const answered = await sender.sendMedia({ number: newRecipient(), mediaUrl });
    expect(answered.status).toBe(429);
    return answered;
  }, 8_000);
  const asked = server.asked.filter((path) => path === '/unwanted.png').length;
  const again = await sender.sendMedia({ number: newRecipient(), mediaUrl });
  await setOwnMax(null);
  expect(answer).toMatchObject({ body: { code: 'quota_exceeded' }, headers: { 'x-quota-remaining': '0' } });
  expect(again).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
  expect(Number(again.headers['retry-after'])).toBeGreaterThan(0);
  expect(server.asked.filter((path) => path === '/unwanted.png')).toHaveLength(asked);
  await vi.waitFor(async () => {
    expect((await sender.sendMedia({ number: newRecipient(), mediaBase64: 'AAAA' })).status).toBe(200);
  }, 8_000);
});

test('two large bodies of a user have a place until they are answered; a third is told to come again', async () => {
  const { gateway, user, number } = sender;
  const body = { token: number.token, number: newRecipient(), mediaType: 'image', mediaBase64: 'A'.repeat(2_000_000) };
  // Over a real connection: only there a request's stream ends before its answer.
  const large = (apiKey = user.apiKey) =>
    fetch(`${gateway.url}/api/messages/send-media`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const control = gateway.sandboxes[0]?.control;
  control?.setKnobs({ latencyMsByRoute: { 'POST /message/': 1_500 } });
  const two = Array.from({ length: 2 }, () => large());
  await vi.waitUntil(() => pendingCalls() === 2, 5_000);
  const refusal = await large();
  // Another user is let in: only the token, which is not theirs, stops them.
  const other = await large((await gateway.signUp()).apiKey);
  control?.setKnobs({ latencyMsByRoute: {} });
  expect(refusal.status).toBe(503);
  expect(await refusal.json()).toMatchObject({ code: 'overloaded' });
  expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(other.status).toBe(404);
  expect((await Promise.all(two)).map(({ status }) => status)).toEqual(Array(2).fill(200));
  expect((await large()).status).toBe(200);
});

const pendingCalls = () =>
  sender.gateway.sandboxes.flatMap(({ control }) =>
    control.ledger.calls().filter(({ url, outcome }) => url.startsWith('/message/') && outcome === 'pending'),
  ).length;

test('a large body that never ends has its place until its connection does', async () => {
  const { gateway, user } = sender;
  const large = () => sender.sendMedia({ number: newRecipient(), mediaBase64: 'A'.repeat(2_000_000) });
  const calls = Array.from({ length: 2 }, () =>
    request(`${gateway.url}/api/messages/send-media`, {
      method: 'POST',
      headers: {
        'x-api-key': user.apiKey,
        'content-type': 'application/json',
        'content-length': 2_000_000,
        expect: '100-continue',
      },
    }),
  );
  for (const call of calls) call.on('error', () => {}).flushHeaders();
  await Promise.all(calls.map((call) => once(call, 'continue')));
  await vi.waitFor(async () => expect((await large()).status).toBe(503), 5_000);
  expect((await sender.sendMedia({ number: newRecipient(), mediaBase64: 'AAAA' })).status).toBe(200);
  for (const call of calls) call.destroy();
  await vi.waitFor(async () => expect((await large()).status).toBe(200), 5_000);
});
