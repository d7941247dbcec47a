import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerAuthenticate } from '../../src/http/authenticate.ts';
import { registerJsonBody } from '../../src/http/json-body.ts';
import { registerLargeBodies } from '../../src/http/large-bodies.ts';
import { registerMultipart } from '../../src/http/multipart.ts';
import { registerProblemDetails } from '../../src/http/problem-details.ts';
import { registerValidation } from '../../src/http/validation.ts';

const mebibyte = 1_048_576;
let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  app = Fastify({ bodyLimit: mebibyte });
  registerValidation(app);
  registerJsonBody(app);
  registerProblemDetails(app);
  registerAuthenticate(app, {
    resolveApiKey: async () => null,
    resolveAccessToken: async () => null,
    checkGuesses: async () => {},
    noteFailedGuess: async () => {},
  });
  registerLargeBodies(app, { bytesUsual: mebibyte, atOnceMax: 6, graceMs: 300 });
  const body = Type.Object(
    {
      title: Type.String(),
      count: Type.Optional(Type.Integer()),
      tags: Type.Optional(Type.Array(Type.String())),
      urgent: Type.Optional(Type.Boolean()),
      file: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  );
  const options = { config: { auth: 'none' as const }, schema: { body }, bodyLimit: 24 * mebibyte };
  app.post('/plain', options, async () => ({}));
  app.register(async (scope) => {
    await registerMultipart(scope);
    scope.post('/upload', options, async ({ body, upload }) => ({
      body,
      upload: upload === null ? null : { ...upload, bytes: upload.bytes.length, sha256: sha256(upload.bytes) },
    }));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function send(form: FormData | string, { path = '/upload', headers = {} } = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: form, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

function formOf(fields: Record<string, string>, file?: { name?: string; bytes: Buffer; type?: string; as?: string }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file === undefined) return form;
  const blob = new Blob([new Uint8Array(file.bytes)], { type: file.type ?? 'image/png' });
  form.append(file.as ?? 'file', blob, file.name ?? 'photo.png');
  return form;
}

const refused = (status: number, code: string, detail?: string) => ({
  status,
  body: expect.objectContaining({ code, ...(detail === undefined ? {} : { detail: expect.stringContaining(detail) }) }),
});

test('the fields make the body, with those that are no text read as JSON, and the file is beside it', async () => {
  const bytes = randomBytes(3 * mebibyte);
  const fields = { title: 'Überraschung', count: '3', tags: '["a","b"]', urgent: 'true' };
  expect(await send(formOf(fields, { bytes, name: 'C:\\photos\\été.png' }))).toEqual({
    status: 200,
    body: {
      body: { title: 'Überraschung', count: 3, tags: ['a', 'b'], urgent: true, file: sha256(bytes) },
      upload: { bytes: bytes.length, sha256: sha256(bytes), mimetype: 'image/png', fileName: 'été.png' },
    },
  });
});

test('a form without a file is a body like any other', async () => {
  expect(await send(formOf({ title: 'x' }))).toEqual({ status: 200, body: { body: { title: 'x' }, upload: null } });
});

test('JSON is still taken, but names no file', async () => {
  const headers = { 'content-type': 'application/json' };
  expect(await send('{"title":"x"}', { headers })).toEqual({
    status: 200,
    body: { body: { title: 'x' }, upload: null },
  });
  expect(await send('{"title":"x","file":"abc"}', { headers })).toEqual(
    refused(400, 'invalid_request', 'file must be'),
  );
});

test('what the schema refuses of JSON it refuses of a form', async () => {
  expect(await send(formOf({ title: 'x', colour: 'red' }))).toEqual(refused(400, 'invalid_request', '"colour"'));
  expect(await send(formOf({ count: '1' }))).toEqual(refused(400, 'invalid_request', 'title'));
  expect(await send(formOf({ title: 'x', count: '1.5' }))).toEqual(refused(400, 'invalid_request', 'count'));
  expect(await send(formOf({ title: 'x', tags: 'a,b' }))).toEqual(refused(400, 'invalid_request', 'tags must be JSON'));
  expect(await send(formOf({ title: 'a\u0000b' }))).toEqual(refused(400, 'invalid_request', 'U+0000'));
  expect(await send(formOf({ title: 'x', file: 'text' }))).toEqual(
    refused(400, 'invalid_request', 'file must be a file'),
  );
  expect(await send(formOf({ title: 'x', __proto__x: '1' }))).toEqual(refused(400, 'invalid_request'));
});

test('a field twice, a file under another name and a second file are 400 and 413', async () => {
  const twice = formOf({ title: 'x' });
  twice.append('title', 'y');
  expect(await send(twice)).toEqual(refused(400, 'invalid_request', 'title is given twice'));
  const bytes = Buffer.from('png');
  expect(await send(formOf({ title: 'x' }, { bytes, as: 'photo' }))).toEqual(
    refused(400, 'invalid_request', 'unknown file "photo"'),
  );
  const two = formOf({ title: 'x' }, { bytes });
  two.append('file', new Blob(['more']), 'b.png');
  expect(await send(two)).toEqual(refused(413, 'payload_too_large', 'one file'));
});

test('a body that is no form, or ends too early, is 400', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  expect(await send('hello', { headers })).toEqual(refused(400, 'invalid_request'));
  expect(await send('--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nhalf', { headers })).toEqual(
    refused(400, 'invalid_request'),
  );
  expect(await send('', { headers: { 'content-type': 'multipart/form-data' } })).toEqual(
    refused(400, 'invalid_request'),
  );
});

test('other routes refuse forms as before', async () => {
  expect(await send(formOf({ title: 'x' }), { path: '/plain' })).toEqual(refused(415, 'unsupported_media_type'));
});

test('16 MiB are taken, a byte more and a long field are 413', async () => {
  const most = Buffer.alloc(16 * mebibyte, 7);
  expect(await send(formOf({ title: 'x' }, { bytes: most }))).toMatchObject({
    status: 200,
    body: { upload: { bytes: most.length } },
  });
  const tooMuch = Buffer.alloc(16 * mebibyte + 1, 7);
  expect(await send(formOf({ title: 'x' }, { bytes: tooMuch }))).toEqual(refused(413, 'payload_too_large'));
  expect(await send(formOf({ title: 'x'.repeat(131_073) }))).toEqual(refused(413, 'payload_too_large', 'title'));
});

/** Begins a form of the declared length and sends only its head; resolves with the answer. */
async function begin(length: number): Promise<{ status: number; code: unknown }> {
  const call = request({
    port,
    method: 'POST',
    path: '/upload',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': length },
  });
  call.on('error', () => {});
  call.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nfirst bytes');
  const [answer] = await once(call, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  call.destroy();
  return { status: answer.statusCode, code: JSON.parse(text).code };
}

test('an upload that comes too slowly is 408, and one that says it is too long is 413 at once', async () => {
  expect(await begin(8 * mebibyte)).toEqual({ status: 408, code: 'too_slow' });
  expect(await begin(25 * mebibyte)).toEqual({ status: 413, code: 'payload_too_large' });
  expect(await send(formOf({ title: 'x' }))).toMatchObject({ status: 200 });
});
