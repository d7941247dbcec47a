import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { registerAuthenticate } from '../../src/http/authenticate.ts';
import { registerLargeBodies } from '../../src/http/large-bodies.ts';
import { registerProblemDetails } from '../../src/http/problem-details.ts';

const bytesUsual = 1_000;
const largeBytes = 200_000;
let app: FastifyInstance;
let calls: ClientRequest[];
afterEach(async () => {
  for (const call of calls) call.destroy();
  await app.close();
});

/** A server with one large route for users and one for anybody; a user's key is their id. */
async function startServer(pace: { graceMs?: number; bytesPerSecondMin?: number } = {}) {
  calls = [];
  app = Fastify({ bodyLimit: bytesUsual });
  registerProblemDetails(app);
  registerAuthenticate(app, {
    resolveApiKey: async (key) => ({
      userId: Number(key),
      role: 'user',
      status: 'active',
      requestsPerMinute: 1_000,
      maxMessagesPerDay: 1_000,
      sessionId: null,
    }),
    resolveAccessToken: async () => null,
    checkGuesses: async () => {},
    noteFailedGuess: async () => {},
  });
  registerLargeBodies(app, { bytesUsual, atOnceMax: 6, ...pace });
  for (const [url, auth] of [
    ['/large', 'user'],
    ['/open', 'none'],
  ] as const) {
    app.post<{ Body: { text: string } }>(url, { bodyLimit: 1_000_000, config: { auth } }, async ({ body }) => ({
      length: body.text.length,
    }));
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const headersOf = (key: string | undefined) => ({
    'content-type': 'application/json',
    ...(key === undefined ? {} : { 'x-api-key': key }),
  });
  return {
    /** Begins a large request and sends one byte of it; resolves when the server waits for the rest. */
    async begin(url = '/large', key?: string): Promise<ClientRequest> {
      const headers = { ...headersOf(key), 'content-length': largeBytes, expect: '100-continue' };
      const call = request({ port, method: 'POST', path: url, headers });
      calls.push(call);
      call.on('error', () => {}).flushHeaders();
      await once(call, 'continue');
      call.write('{');
      return call;
    },
    /** Sends a large request. */
    async send(url = '/large', key?: string) {
      const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
        method: 'POST',
        headers: headersOf(key),
        body: largeBody,
      });
      return { status: answer.status, body: await answer.json() };
    },
  };
}

const frame = JSON.stringify({ text: '' }).length;
const largeBody = JSON.stringify({ text: 'x'.repeat(largeBytes - frame) });
const overloaded = { status: 503, body: expect.objectContaining({ code: 'overloaded' }) };
const received = { status: 200, body: { length: largeBytes - frame } };

async function answerOf(call: ClientRequest) {
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await json(answer) };
}

function finish(call: ClientRequest, rest: string) {
  const answer = answerOf(call);
  call.end(rest);
  return answer;
}

/** Waits until so many requests that were begun hold a place: their headers are read. */
const untilHeld = (send: () => Promise<unknown>) =>
  vi.waitFor(async () => expect(await send()).toEqual(overloaded), { timeout: 5_000 });

test('one user holds two places and leaves the others to others', async () => {
  const { begin, send } = await startServer();
  const [first] = await Promise.all(Array.from({ length: 2 }, () => begin('/large', '1')));
  await untilHeld(() => send('/large', '1'));
  expect(await send('/large', '2')).toEqual(received);
  if (first === undefined) throw new Error('nothing was begun');
  expect(await finish(first, largeBody.slice(1))).toEqual(received);
  await vi.waitFor(async () => expect(await send('/large', '1')).toEqual(received), { timeout: 5_000 });
});

test('six are held at once, whoever holds them', async () => {
  const { begin, send } = await startServer();
  for (const key of ['1', '2', '3']) await Promise.all([begin('/large', key), begin('/large', key)]);
  await untilHeld(() => send('/large', '4'));
  for (const call of calls) call.destroy();
  await vi.waitFor(async () => expect(await send('/large', '4')).toEqual(received), { timeout: 5_000 });
});

test('those without a key hold one place in all', async () => {
  const { begin, send } = await startServer();
  await begin('/open');
  await untilHeld(() => send('/open'));
  expect(await send('/large', '1')).toEqual(received);
});

test('a body that comes too slowly is answered 408, its connection is closed and its place is free', async () => {
  const { begin, send } = await startServer({ graceMs: 300 });
  const slow = await Promise.all([begin('/large', '1'), begin('/large', '1')]);
  const closed = slow.map((call) => once(call, 'close'));
  const answers = await Promise.all(slow.map(answerOf));
  expect(answers).toEqual(
    Array(2).fill({
      status: 408,
      body: expect.objectContaining({ code: 'too_slow', detail: 'The body came too slowly.' }),
    }),
  );
  await Promise.all(closed);
  await vi.waitFor(async () => expect(await send('/large', '1')).toEqual(received), { timeout: 5_000 });
});

test('a body that keeps the pace is read to its end, however long that takes', async () => {
  const { begin } = await startServer({ graceMs: 100, bytesPerSecondMin: 1_000 });
  const call = await begin('/large', '1');
  const answer = answerOf(call);
  const parts = Array.from({ length: 10 }, (_, n) => largeBody.slice(1 + n * 20_000, 1 + (n + 1) * 20_000));
  const startedAt = performance.now();
  for (const [n, part] of parts.entries()) {
    call.write(part);
    await vi.waitUntil(() => performance.now() - startedAt > 50 * (n + 1));
  }
  call.end();
  expect(await answer).toEqual(received);
});
