import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createMediaLinks } from '../../../src/modules/messages/media/media-link.ts';
import { type Kinds, startKinds } from './kinds-support.ts';
import { type MediaServer, startMediaServer } from './media-server.ts';
import { expectExactRecords, messageRow, newRecipient } from './support.ts';

let kinds: Kinds;
let server: MediaServer;
beforeAll(async () => {
  server = await startMediaServer();
  kinds = await startKinds({ overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } } });
});
afterAll(async () => {
  await expectExactRecords(kinds);
  await kinds.gateway.close();
  await server.close();
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const mediaCall = (calls: { body: unknown }[]) => calls[0]?.body as Record<string, string>;

async function load(link: string) {
  const answer = await fetch(link);
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

test('a server that drops bytes gets a link of ours, which gives the very bytes', async () => {
  const bytes = randomBytes(1_300_000);
  const number = newRecipient();
  const body = {
    number,
    mediaType: 'image',
    mediaBase64: `data:image/png;base64,${bytes.toString('base64')}`,
    caption: 'c',
  };
  const { answer, calls, units } = await kinds.during(() => kinds.send('EVOLUTION', 'media', body));
  expect(answer).toMatchObject({ status: 200, body: { status: 'sent' } });
  expect(units).toBe(1);
  const { media, ...rest } = mediaCall(calls);
  expect(rest).toEqual({ number, mediatype: 'image', mimetype: 'image/png', caption: 'c' });
  expect(media).toMatch(new RegExp(`^${kinds.gateway.url}/media/outbound/[0-9a-f-]{36}\\?exp=\\d+&sig=[\\w-]{43}$`));
  const loaded = await load(media ?? '');
  expect(loaded.status).toBe(200);
  expect(loaded.bytes.equals(bytes)).toBe(true);
  expect(Object.fromEntries(loaded.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  expect((await messageRow(kinds, answer.body.message_id)).content).not.toHaveProperty('media_url');
});

test('a URL that a user gave is fetched by us, and never reaches the server', async () => {
  const bytes = randomBytes(900);
  const mediaUrl = server.serve('a.mp3', (response) =>
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(bytes),
  );
  for (const [kind, more] of [
    ['media', { mediaType: 'audio' }],
    ['voice', {}],
  ] as const) {
    const { answer, calls } = await kinds.during(() =>
      kinds.send('EVOLUTION', kind, { number: newRecipient(), mediaUrl, ...more }),
    );
    expect(answer.status).toBe(200);
    expect(calls[0]?.url).toMatch(/^\/message\/sendMedia\//);
    expect(mediaCall(calls)).toMatchObject({ mediatype: 'audio' });
    expect(mediaCall(calls).media).not.toBe(mediaUrl);
    expect((await load(mediaCall(calls).media ?? '')).bytes.equals(bytes)).toBe(true);
    expect(await messageRow(kinds, answer.body.message_id)).toMatchObject({
      kind: kind === 'voice' ? 'voice' : 'audio',
      content: { media_url: mediaUrl, sha256: sha256(bytes) },
    });
  }
});

test('one that waits goes by link too', async () => {
  const bytes = randomBytes(400);
  const number = newRecipient();
  const { calls } = await kinds.during(async () => {
    const mediaBase64 = bytes.toString('base64');
    const answer = await kinds.send('EVOLUTION', 'media', { number, mediaType: 'document', mediaBase64, async: true });
    expect(answer.status).toBe(202);
    await vi.waitFor(async () =>
      expect(['sent', 'delivered', 'read']).toContain((await messageRow(kinds, answer.body.message_id)).status),
    );
  });
  expect((await load(mediaCall(calls).media ?? '')).bytes.equals(bytes)).toBe(true);
});

test('pictures of a status go by link on a number with a phone as well', async () => {
  const bytes = randomBytes(600);
  const { answer, calls, sends } = await kinds.during(() =>
    kinds.send('WHATSAPP-BAILEYS', 'status', {
      type: 'image',
      mediaBase64: bytes.toString('base64'),
      caption: 'c',
      audience: ['5511888888888'],
    }),
  );
  expect(answer.status).toBe(200);
  expect(mediaCall(calls)).toEqual({
    type: 'image',
    content: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/media\/outbound\//),
    caption: 'c',
    allContacts: false,
    statusJidList: ['5511888888888@s.whatsapp.net'],
  });
  expect(sends).toMatchObject([{ kind: 'status', mediaSha256: sha256(bytes) }]);
});

test('a link that is changed, too old or for a medium that is gone is 404, and says nothing else', async () => {
  const body = { number: newRecipient(), mediaType: 'image', mediaBase64: randomBytes(50).toString('base64') };
  const { calls } = await kinds.during(() => kinds.send('EVOLUTION', 'media', body));
  const good = new URL(mediaCall(calls).media ?? '');
  const changed = (change: (link: URL) => void) => {
    const link = new URL(good);
    change(link);
    return link.href;
  };
  const exp = Number(good.searchParams.get('exp'));
  expect(exp * 1_000 - Date.now()).toBeLessThanOrEqual(3_600_000);
  const bad = [
    changed((link) => link.searchParams.set('exp', String(exp + 1))),
    changed((link) => link.searchParams.set('sig', 'A'.repeat(43))),
    changed((link) => link.searchParams.set('sig', `${link.searchParams.get('sig')}A`)),
    changed((link) => {
      link.pathname = '/media/outbound/01900000-0000-7000-8000-000000000000';
    }),
    changed((link) => {
      link.pathname = '/media/outbound/x';
    }),
  ];
  for (const link of bad) expect((await load(link)).status, link).toBe(404);
  expect((await load(changed((link) => link.searchParams.delete('sig')))).status).toBe(400);
  expect((await load(good.href)).status).toBe(200);
  await kinds.gateway.database.db.deleteFrom('media_blobs').execute();
  expect((await load(good.href)).status).toBe(404);
});

test('links end, are good for their medium and key alone, and are taken for URLs where the host looks like one', () => {
  let now = 1_800_000_000_000;
  const clock = { now: () => new Date(now), monotonicMs: () => 0 };
  const linksAt = (callbackUrl: string, encryptionKey = 'key') =>
    createMediaLinks({ encryptionKey, clock, callbackUrl: () => callbackUrl, serverUrl: callbackUrl });
  const links = linksAt('https://gateway.example.com');
  const id = '01900000-0000-7000-8000-000000000000';
  const url = new URL(links.linkTo(id));
  const [exp, sig] = [Number(url.searchParams.get('exp')), url.searchParams.get('sig') ?? ''];
  expect(links.isGood(id, exp, sig)).toBe(true);
  expect(links.isGood(id.replace('0', '1'), exp, sig)).toBe(false);
  expect(linksAt('https://gateway.example.com', 'other').isGood(id, exp, sig)).toBe(false);
  now = exp * 1_000 - 1;
  expect(links.isGood(id, exp, sig)).toBe(true);
  now = exp * 1_000;
  expect(links.isGood(id, exp, sig)).toBe(false);
  const taken = ['https://a.example.com', 'http://10.0.0.7:3000', 'http://[::1]:3000'];
  const notTaken = ['http://localhost:3000', 'http://gateway:3000'];
  expect([...taken, ...notTaken].map((base) => linksAt(base).passAsUrls())).toEqual([true, true, true, false, false]);
});

test('media is refused before anything is kept where our links would not pass for URLs', async () => {
  const { services, url } = kinds.gateway;
  services.setCallbackUrl(url.replace('127.0.0.1', 'localhost'));
  const count = () => kinds.gateway.database.db.selectFrom('media_blobs').select('id').execute();
  const before = await count();
  const { answer, calls, units } = await kinds.during(() =>
    kinds.send('EVOLUTION', 'media', { number: newRecipient(), mediaType: 'image', mediaBase64: 'aGk=' }),
  );
  services.setCallbackUrl(url);
  expect([answer.status, answer.body.code]).toEqual([422, 'kind_not_supported']);
  expect(answer.body.detail).toContain('BACKEND_CALLBACK_URL');
  expect([calls, units, await count()]).toEqual([[], 0, before]);
});
