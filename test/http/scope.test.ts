import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

type Outgoing = { path: string; headers: Record<string, string> };

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;
let outgoing: Outgoing[] = [];

function note(message: unknown): void {
  const { request } = message as { request: { path: string; headers: string | string[] } };
  const flat = Array.isArray(request.headers)
    ? request.headers
    : request.headers.split('\r\n').flatMap((line) => line.split(/: (.*)/s).slice(0, 2));
  const headers: Record<string, string> = {};
  for (let n = 0; n + 1 < flat.length; n += 2) headers[(flat[n] ?? '').toLowerCase()] = flat[n + 1] ?? '';
  outgoing.push({ path: request.path, headers });
}

beforeAll(async () => {
  subscribe('undici:request:create', note);
  gateway = await startGateway({ env: { EGRESS_ALLOW_CIDRS: '127.0.0.0/8' } });
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});
afterAll(async () => {
  unsubscribe('undici:request:create', note);
  await gateway?.close();
});

const send = (headers: Record<string, string>) =>
  user.api('POST', '/api/messages/send-text', { token: number.token, number: '5511999990001', text: 'hi' }, headers);
const sendsTo = () => outgoing.filter(({ path }) => path.startsWith('/message/sendText/'));
const linesOf = (requestId: string) =>
  gateway.logs.map((line) => JSON.parse(line)).filter((line) => line.request_id === requestId);

describe('a traced request', () => {
  test('has its trace continued at the backend, the body read and the message committed in between', async () => {
    outgoing = [];
    expect((await send({ traceparent, tracestate: 'rojo=1' })).status).toBe(200);
    const [call, ...others] = sendsTo();
    expect(others).toEqual([]);
    expect(call?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(call?.headers.traceparent).not.toBe(traceparent);
    expect(call?.headers.tracestate).toBe('rojo=1');
  });

  test('keeps its trace for itself, also among many at once that share their commits', async () => {
    outgoing = [];
    const ids = Array.from({ length: 24 }, (_, n) => (n + 1).toString(16).padStart(32, 'a'));
    await Promise.all([
      ...ids.map((id) => send({ traceparent: `00-${id}-00f067aa0ba902b7-00` })),
      ...ids.map(() => send({})),
    ]);
    const seen = sendsTo().map(({ headers }) => headers.traceparent?.split('-')[1]);
    expect(seen).toHaveLength(48);
    expect(seen.filter((id) => id !== undefined).sort()).toEqual(ids.sort());
  });

  test('stands in its log line by its trace beside its request id', async () => {
    await send({ traceparent, 'x-request-id': 'traced-request-1' });
    await vi.waitFor(() => {
      expect(linesOf('traced-request-1')).toContainEqual(
        expect.objectContaining({ event: 'request', trace_id: traceId, status: 200 }),
      );
    });
  });

  test('that is not validly so is answered all the same, and traced nowhere', async () => {
    outgoing = [];
    expect((await send({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, tracestate: 'a=1' })).status).toBe(
      200,
    );
    const [call] = sendsTo();
    expect(call?.headers).not.toHaveProperty('traceparent');
    expect(call?.headers).not.toHaveProperty('tracestate');
  });
});

describe('the request id', () => {
  test('is in the answer, in the log, in the row of the request and in that of the message', async () => {
    const requestId = 'request-of-a-test-1';
    const sent = await send({ 'x-request-id': requestId });
    expect(sent.headers['x-request-id']).toBe(requestId);
    await gateway.services.requestRecorder.flush();
    const { db } = gateway.database;
    const message = await db.selectFrom('messages').select('id').where('request_id', '=', requestId).execute();
    const request = await db
      .selectFrom('api_requests')
      .select('endpoint')
      .where('request_id', '=', requestId)
      .execute();
    expect(message).toEqual([{ id: sent.body.message_id ?? sent.body.id }]);
    expect(request).toEqual([{ endpoint: '/api/messages/send-text' }]);
  });

  test.each([
    ['an unknown route', 'GET', '/api/nothing', 404],
    ['a missing key', 'GET', '/api/phone-numbers', 401],
    ['a body that is no JSON', 'POST', '/api/auth/login', 400],
    ['a URL that is none', 'GET', '/api/%zz', 400],
  ] as const)('is in the problem answer to %s', async (_what, method, url, status) => {
    const payload = method === 'POST' ? { payload: '{', headers: { 'content-type': 'application/json' } } : {};
    const answer = await gateway.app.inject({ method, url, ...payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().request_id).toBe(answer.headers['x-request-id']);
    expect(answer.json().request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is in the lines that others write while they work for a request', async () => {
    const answer = await fetch(`${gateway.url}/hooks/evolution/nobody`, {
      method: 'POST',
      headers: { authorization: 'Bearer wrong', 'x-request-id': 'request-of-a-test-2' },
    });
    expect(answer.status).toBe(401);
    await vi.waitFor(() => {
      const events = linesOf('request-of-a-test-2').map(({ event }) => event);
      expect(events.sort()).toEqual(['inbound_secret_refused', 'request']);
    });
  });

  test('stands once in a line', () => {
    const twice = gateway.logs.filter((line) => line.split('"request_id":').length > 2);
    expect(twice).toEqual([]);
    expect(gateway.logs.filter((line) => line.includes('"request_id":')).length).toBeGreaterThan(50);
  });

  test('is in no line about work that goes on by itself, whoever set it going', async () => {
    await user.api('POST', '/api/webhooks', { url: `${gateway.url}/nothing`, events: ['message.sent'] });
    await send({});
    const attempts = () =>
      gateway.logs.map((line) => JSON.parse(line)).filter(({ event }) => event === 'delivery_attempt');
    await vi.waitFor(() => expect(attempts()).not.toEqual([]), { timeout: 10_000, interval: 20 });
    expect(attempts().filter((line) => line.request_id !== undefined)).toEqual([]);
  });
});
