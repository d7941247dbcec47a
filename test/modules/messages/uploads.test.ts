import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Answer } from '../../support/gateway.ts';
import { type Kinds, type Line, startKinds } from './kinds-support.ts';
import { expectExactRecords, messageRow, newRecipient } from './support.ts';

let kinds: Kinds;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(async () => {
  await expectExactRecords(kinds);
  await kinds.gateway.close();
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

type File = { bytes: Buffer; name?: string; type?: string };

/** A send as a form would make it, over a real connection. */
async function upload(
  line: Line,
  kind: string,
  fields: Record<string, string>,
  { bytes, name = 'photo.png', type = 'image/png' }: File,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [field, value] of Object.entries({ token: kinds.lines[line].token, ...fields })) form.append(field, value);
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
  const answer = await fetch(`${kinds.gateway.url}/api/messages/send-${kind}`, {
    method: 'POST',
    headers: { 'x-api-key': kinds.user.apiKey, ...headers },
    body: form,
  });
  return { status: answer.status, body: await answer.json(), headers: Object.fromEntries(answer.headers) };
}

test('an uploaded file is sent once, like one given as base64', async () => {
  const bytes = randomBytes(2_000_000);
  const number = newRecipient();
  const fields = { number, mediaType: 'image', caption: 'look', delay: '3' };
  const { answer, calls, sends, units } = await kinds.during(() =>
    upload('WHATSAPP-BAILEYS', 'media', fields, { bytes }),
  );
  expect(answer).toMatchObject({ status: 200, body: { status: 'sent', to: number } });
  expect(calls.map((call) => call.body)).toEqual([
    {
      number,
      mediatype: 'image',
      mimetype: 'image/png',
      caption: 'look',
      // The ledger keeps the beginning of what is long.
      media: expect.stringContaining(bytes.toString('base64', 0, 75)),
      fileName: 'photo.png',
      delay: 3,
    },
  ]);
  expect(sends).toMatchObject([{ kind: 'image', mediaSha256: sha256(bytes) }]);
  expect(units).toBe(1);
  expect(await messageRow(kinds, answer.body.message_id)).toMatchObject({
    content: { media_type: 'image', caption: 'look', file_name: 'photo.png', sha256: sha256(bytes) },
  });
});

test.each([
  ['voice', { name: 'note.ogg', type: 'audio/ogg' }],
  ['ptv', { name: 'note.mp4', type: 'video/mp4' }],
  ['sticker', { name: 'a.webp', type: 'image/webp' }],
])('%s as an upload', async (kind, file) => {
  const bytes = randomBytes(500);
  const { answer, sends } = await kinds.during(() =>
    upload('WHATSAPP-BAILEYS', kind, { number: newRecipient() }, { bytes, ...file }),
  );
  expect(answer.status).toBe(200);
  expect(sends).toMatchObject([{ kind, mediaSha256: sha256(bytes) }]);
});

test('an upload that waits is kept until it has left', async () => {
  const bytes = randomBytes(1_000);
  const number = newRecipient();
  const fields = { number, mediaType: 'document', async: 'true', priority: 'high' };
  const answer = await upload('WHATSAPP-BAILEYS', 'media', fields, { bytes, name: 'a.pdf', type: 'application/pdf' });
  expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
  await vi.waitFor(() =>
    expect(kinds.gateway.sandboxes[0]?.control.ledger.sends({ number })).toMatchObject([
      { kind: 'document', mediaSha256: sha256(bytes), content: { fileName: 'a.pdf' } },
    ]),
  );
});

test('what was uploaded with a message that failed is not kept: repeating it says so', async () => {
  const fields = { number: newRecipient('404'), mediaType: 'image' };
  const failed = await upload('WHATSAPP-BAILEYS', 'media', fields, { bytes: randomBytes(50) });
  expect([failed.status, failed.body.code]).toEqual([422, 'recipient_not_on_whatsapp']);
  const again = await kinds.user.api('POST', `/api/messages/${failed.body.message_id}/retry`, {});
  expect([again.status, again.body.code]).toEqual([422, 'media_unavailable']);
});

test('the same form under one key is sent once; another file under it is another request', async () => {
  const number = newRecipient();
  const [bytes, others] = [randomBytes(300), randomBytes(300)];
  const headers = { 'idempotency-key': 'upload-1' };
  const fields = { number, mediaType: 'image' };
  const first = await upload('WHATSAPP-BAILEYS', 'media', fields, { bytes }, headers);
  const second = await upload('WHATSAPP-BAILEYS', 'media', fields, { bytes }, headers);
  const other = await upload('WHATSAPP-BAILEYS', 'media', fields, { bytes: others }, headers);
  expect([first.status, second.status, other.status]).toEqual([200, 200, 422]);
  expect(second.body.message_id).toBe(first.body.message_id);
  expect(other.body.code).toBe('idempotency_key_reused');
  expect(kinds.gateway.sandboxes[0]?.control.ledger.sends({ number })).toHaveLength(1);
});

test('a file of the wrong type, an empty one, one beside a URL and one for a text are 400', async () => {
  const number = newRecipient();
  const bytes = Buffer.from('hi');
  const { calls, units } = await kinds.during(async () => {
    const answers = [
      await upload('WHATSAPP-BAILEYS', 'media', { number, mediaType: 'video' }, { bytes }),
      await upload('WHATSAPP-BAILEYS', 'sticker', { number }, { bytes: Buffer.alloc(0) }),
      await upload('WHATSAPP-BAILEYS', 'sticker', { number, mediaUrl: 'https://example.com/a.png' }, { bytes }),
      await upload('WHATSAPP-BAILEYS', 'status', { type: 'text', text: 'x' }, { bytes }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, 'invalid_media'],
      [400, 'invalid_media'],
      [400, 'invalid_media'],
      [400, 'invalid_request'],
    ]);
    const text = await upload('WHATSAPP-BAILEYS', 'text', { number, text: 'hi' }, { bytes });
    expect([text.status, text.body.code]).toEqual([415, 'unsupported_media_type']);
  });
  expect([calls, units]).toEqual([[], 0]);
});

test('an upload without a key is refused before it is read', async () => {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(1_000)]), 'a.png');
  const answer = await fetch(`${kinds.gateway.url}/api/messages/send-sticker`, { method: 'POST', body: form });
  expect(answer.status).toBe(401);
});

test('the API document offers both types of body where a file is taken, and JSON alone elsewhere', async () => {
  const { body } = await kinds.gateway.anonymous('GET', '/api-docs/json');
  const typesOf = (kind: string) =>
    Object.keys(body.paths[`/api/messages/send-${kind}`].post.requestBody.content).sort();
  for (const kind of ['media', 'voice', 'ptv', 'sticker', 'status'])
    expect(typesOf(kind), kind).toEqual(['application/json', 'multipart/form-data']);
  expect(typesOf('text')).toEqual(['application/json']);
});
