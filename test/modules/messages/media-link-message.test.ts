import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMediaLinks } from '../../../src/modules/messages/media/media-link.ts';
import type { TestNumber } from '../../support/gateway.ts';
import { backendNameOf, standIn } from '../phone-numbers/relay-support.ts';
import { type Kinds, receiveText, startKinds } from './kinds-support.ts';
import { newRecipient, usedUnits } from './support.ts';

let kinds: Kinds;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds.gateway.close());

const linkOf = (id: string) => kinds.user.api('GET', `/api/messages/${id}/media`);

/** Uses a link as anybody would, without a key. The port of a test is another than that of its settings. */
async function load(link: string) {
  const { pathname, search } = new URL(link);
  const answer = await fetch(kinds.gateway.url + pathname + search);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    code: isProblem ? JSON.parse(`${bytes}`).code : null,
  };
}

type Medium = { mediatype: string; base64: string; mimetype?: string; fileName?: string; caption?: string };

async function receive(medium: Medium, number: TestNumber = kinds.number): Promise<string> {
  const { gateway } = kinds;
  const name = await backendNameOf(kinds, number);
  const waId = await gateway.sandboxes[0]?.control.receive(name, { from: newRecipient(), media: medium });
  return vi.waitFor(async () => {
    const { id } = await gateway.database.db
      .selectFrom('messages')
      .select('id')
      .where('whatsapp_id', '=', waId ?? '')
      .executeTakeFirstOrThrow();
    return id;
  });
}

const base64 = (size = 900) => randomBytes(size).toString('base64');

test('received media is had by a link of 15 minutes, without a key, and costs nothing', async () => {
  const content = base64(1_300_000);
  const id = await receive({
    mediatype: 'document',
    base64: content,
    mimetype: 'application/pdf',
    fileName: 'ä b.pdf',
  });
  const units = await usedUnits(kinds);
  const { status, body } = await linkOf(id);
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    url: expect.stringMatching(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/media/messages/${id}\\?exp=\\d+&sig=[\\w-]{43}$`),
    ),
    expires_at: expect.any(String),
    mimetype: 'application/pdf',
    file_name: 'ä b.pdf',
    size: expect.any(Number),
  });
  expect(body.size).toBe(1_300_000);
  const leftMs = Date.parse(body.expires_at) - Date.now();
  expect(leftMs).toBeGreaterThan(890_000);
  expect(leftMs).toBeLessThanOrEqual(900_000);
  const loaded = await load(body.url);
  expect(loaded.status).toBe(200);
  expect(loaded.bytes.toString('base64')).toBe(content);
  expect(Object.fromEntries(loaded.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': '1300000',
    'content-disposition': `attachment; filename="_ b.pdf"; filename*=UTF-8''%C3%A4%20b.pdf`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  expect(await usedUnits(kinds)).toBe(units);
});

test('what a sender calls a page or a header is neither', async () => {
  const page = await receive({
    mediatype: 'document',
    base64: base64(),
    mimetype: 'text/html',
    fileName: 'a\r\nx: y.html',
  });
  const { headers } = await load((await linkOf(page)).body.url);
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="a__x_ y\.html"/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x')).toBeNull();
  const odd = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png\r\nset-cookie: a=b' });
  const loaded = await load((await linkOf(odd)).body.url);
  expect([loaded.status, loaded.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  expect(loaded.headers.get('set-cookie')).toBeNull();
});

test('sent media is had too: from here while it waits, from the backend once it left', async () => {
  const content = base64();
  const media = { mediaType: 'image', mediaBase64: content, number: newRecipient() };
  const waiting = await kinds.sendMedia({ ...media, send_at: new Date(Date.now() + 3_600_000).toISOString() });
  expect(waiting.status).toBe(202);
  const kept = await linkOf(waiting.body.message_id);
  expect(kept.body.size).toBe(900);
  expect((await load(kept.body.url)).bytes.toString('base64')).toBe(content);
  const document = { mediaType: 'document', mediaBase64: content, fileName: 'a.pdf', number: newRecipient() };
  const sent = await kinds.sendMedia(document);
  expect(sent.status).toBe(200);
  expect((await load((await linkOf(sent.body.message_id)).body.url)).bytes.toString('base64')).toBe(content);
  await kinds.gateway.database.db.deleteFrom('media_blobs').execute();
  expect((await load(kept.body.url)).code).toBe('media_gone');
  expect((await linkOf(waiting.body.message_id)).body.code).toBe('media_gone');
});

test('a link that is changed, of another message or too old is 404, and says nothing else', async () => {
  const id = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png' });
  const other = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png' });
  const good = new URL((await linkOf(id)).body.url);
  const changed = (change: (link: URL) => void) => {
    const link = new URL(good);
    change(link);
    return link.href;
  };
  const linksAt = (now: number) =>
    createMediaLinks({
      encryptionKey: 'a secret of tests that is long enough 2',
      clock: { now: () => new Date(now), monotonicMs: () => 0 },
      callbackUrl: () => kinds.gateway.url,
      serverUrl: kinds.gateway.url,
    });
  const forged = new URL(linksAt(Date.now()).linkTo(id));
  const bad = [
    changed((link) => link.searchParams.set('exp', String(Number(link.searchParams.get('exp')) + 1))),
    changed((link) => link.searchParams.set('sig', 'A'.repeat(43))),
    changed((link) => link.searchParams.set('sig', `${link.searchParams.get('sig')}A`)),
    changed((link) => {
      link.pathname = `/media/messages/${other}`;
    }),
    changed((link) => {
      link.pathname = '/media/messages/x';
    }),
    // One that was made for a backend opens no message.
    `${kinds.gateway.url}/media/messages/${id}${forged.search}`,
    linksAt(Date.now() - 900_001).linkToMessage(id).url,
  ];
  const answers = await Promise.all(bad.map(load));
  for (const [index, { status, code }] of answers.entries())
    expect([status, code], bad[index]).toEqual([404, 'not_found']);
  expect((await load(linksAt(Date.now() - 880_000).linkToMessage(id).url)).status).toBe(200);
  expect((await load(changed((link) => link.searchParams.delete('sig')))).status).toBe(400);
  const head = await fetch(kinds.gateway.url + good.pathname + good.search, { method: 'HEAD' });
  expect(head.status).toBe(404);
});

test('nobody but the user gets a link, and a message without media has none', async () => {
  const id = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png' });
  const stranger = await kinds.gateway.signUp();
  const foreign = await stranger.api('GET', `/api/messages/${id}/media`);
  const missing = await stranger.api('GET', '/api/messages/01900000-0000-7000-8000-000000000000/media');
  expect(foreign.status).toBe(404);
  expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' });
  await receiveText(kinds, kinds.number, '5511666666666', 'no media');
  const { messages } = (await kinds.user.api('GET', '/api/messages?kind=text&direction=inbound')).body;
  expect((await linkOf(messages[0].id)).body).toMatchObject({ status: 404, detail: 'The message has no media.' });
  expect((await linkOf('nonsense')).status).toBe(404);
});

describe('media that cannot be had', () => {
  test('is told of as gone where the backend lost it, or the number was deleted', async () => {
    const number = await kinds.gateway.connectNumber(kinds.user);
    const id = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png' }, number);
    const { url } = (await linkOf(id)).body;
    const server = await standIn(kinds, number);
    const refused = (message: string) => ({ status: 400, body: { response: { message: [message] } } });
    const path = 'POST /chat/getBase64FromMediaMessage';
    for (const [answer, status, code] of [
      [refused('Message not found'), 410, 'media_gone'],
      [refused('Error: Failed to fetch stream from https://mmg.whatsapp.net/x'), 410, 'media_gone'],
      [refused('TypeError: fetch failed'), 422, 'backend_refused'],
      [{ status: 500, body: {} }, 502, 'backend_failed'],
      [{ status: 201, body: { base64: 'A'.repeat(23 * 1_048_576) } }, 413, 'payload_too_large'],
    ] as const) {
      server.answers.set(path, answer);
      const told = await load(url);
      expect([told.status, told.code]).toEqual([status, code]);
    }
    server.answers.set(path, { status: 201, body: { base64: 'aGk=' } });
    expect(`${(await load(url)).bytes}`).toBe('hi');
    await server.close();
    expect((await load(url)).code).toBe('backend_unavailable');
    await kinds.gateway.database.db
      .updateTable('phone_numbers')
      .set({ deleted_at: new Date() })
      .where('id', '=', number.id)
      .execute();
    expect([(await load(url)).status, (await linkOf(id)).status]).toEqual([410, 410]);
  });

  test('is refused at once on numbers whose integration gives none', async () => {
    const id = await receive(
      { mediatype: 'image', base64: base64(), mimetype: 'image/png' },
      kinds.lines['WHATSAPP-BUSINESS'],
    );
    const { status, body } = await linkOf(id);
    expect([status, body.code]).toEqual([422, 'action_not_supported']);
  });
});

test('no log line and no record of a request holds what a link is worth', async () => {
  const id = await receive({ mediatype: 'image', base64: base64(), mimetype: 'image/png' });
  const { url } = (await linkOf(id)).body;
  const sig = new URL(url).searchParams.get('sig') ?? '';
  await load(url);
  await load(url.replace('/media/messages/', '/media/nothing/'));
  await load(`${url}%ff`);
  await vi.waitFor(async () => {
    const rows = await kinds.gateway.database.db.selectFrom('api_requests').select('endpoint').execute();
    const endpoints = rows.map(({ endpoint }) => endpoint);
    expect(endpoints).toContain('/media/messages/:id');
    expect(endpoints.join()).not.toContain(sig);
  });
  expect(sig).toHaveLength(43);
  expect(kinds.gateway.logs.join('')).not.toContain(sig);
});

test('media of 16 MiB that nobody reads to the end gives its place back', async () => {
  const id = await receive({ mediatype: 'video', base64: base64(15 * 1_048_576), mimetype: 'video/mp4' });
  const { pathname, search } = new URL((await linkOf(id)).body.url);
  const once = () =>
    new Promise((resolve, reject) => {
      const request = get(kinds.gateway.url + pathname + search, { agent: false }, (response) => {
        response.once('data', () => {
          request.destroy();
          resolve(response.statusCode);
        });
      }).on('error', reject);
    });
  // One user's media may hold 48 MiB at a time: a place that is kept would stop the fourth.
  for (let i = 0; i < 5; i++) expect(await once()).toBe(200);
});
