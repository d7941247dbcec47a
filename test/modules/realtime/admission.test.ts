import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { closeClients, connect, eventually, logIn, refusalOf, tell, ticketOf } from './support.ts';

let gateway: TestGateway;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({
    env: { SERVER_URL: 'https://gateway.example', CORS_ORIGIN: 'https://app.example' },
    overrides: {
      realtime: { limits: { perUserMax: 3, unknownPerAddressMax: 8 } },
      users: { limits: { guesses: { points: 1_000, seconds: 60 }, registrations: { points: 1_000, seconds: 60 } } },
    },
  });
  user = await gateway.signUp();
});
afterAll(() => gateway.close());
afterEach(closeClients);

describe('who may connect', () => {
  test('an access token opens as many connections as it likes, a ticket one', async () => {
    const token = await logIn(gateway, user);
    await connect(gateway.url, { token });
    await connect(gateway.url, { token });
    closeClients();
    const ticket = await ticketOf(user);
    const both = await Promise.allSettled([connect(gateway.url, { ticket }), connect(gateway.url, { ticket })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await refusalOf(gateway.url, { ticket })).code).toBe('unauthenticated');
  });

  test('a ticket is kept as a hash alone, and is worth nothing after 60 s', async () => {
    const asked = await user.api('POST', '/api/realtime/tickets');
    const { ticket, expires_at: expiresAt } = asked.body;
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_500);
    const { rows } = await gateway.database.pool.query('select * from realtime_tickets');
    expect(JSON.stringify(rows)).not.toContain(ticket);
    await gateway.database.pool.query("update realtime_tickets set expires_at = now() - interval '1 ms'");
    expect((await refusalOf(gateway.url, { ticket })).code).toBe('unauthenticated');
  });

  test('tickets that nobody used are deleted', async () => {
    await ticketOf(user);
    await gateway.database.pool.query("update realtime_tickets set expires_at = now() - interval '1 ms'");
    const kept = await ticketOf(user);
    await gateway.services.realtime.removeOldTickets();
    expect((await gateway.database.pool.query('select 1 from realtime_tickets')).rowCount).toBe(1);
    await connect(gateway.url, { ticket: kept });
  });

  test.each([
    ['in auth', { auth: (key: string) => ({ api_key: key }) }],
    ['as a token', { auth: (key: string) => ({ token: key }) }],
    ['as a ticket', { auth: (key: string) => ({ ticket: key }) }],
  ])('an API key %s is refused, and the refusal says what to do', async (_name, { auth }) => {
    const { code, message } = await refusalOf(gateway.url, auth(user.apiKey));
    expect(code).toBe('unauthenticated');
    expect(message).toContain('API key is not accepted');
    expect(message).toContain('POST /api/realtime/tickets');
  });

  test('an API key in a header is refused as well', async () => {
    const refusal = await refusalOf(
      gateway.url,
      { ticket: await ticketOf(user) },
      { extraHeaders: { 'x-api-key': user.apiKey } },
    );
    expect(refusal.message).toContain('API key is not accepted');
  });

  test.each([
    [{}, 'unauthenticated'],
    [{ token: 'e30.e30.e30' }, 'unauthenticated'],
    [{ ticket: 'ert_nonsense' }, 'unauthenticated'],
    [{ token: { $ne: null } }, 'unauthenticated'],
    [{ token: 'a', ticket: 'b' }, 'unauthenticated'],
    [{ token: 'a', surprise: 1 }, 'invalid_request'],
    [{ token: 'a', since: -1 }, 'invalid_request'],
    [{ token: 'a', since: '1; drop table events' }, 'invalid_request'],
    [{ token: 'a', since: 1e300 }, 'invalid_request'],
    [{ token: 'a', phone_numbers: [] }, 'invalid_request'],
    [{ token: 'a', phone_numbers: ['1'] }, 'invalid_request'],
  ])('%j is refused as %s', async (auth, code) => {
    expect((await refusalOf(gateway.url, auth)).code).toBe(code);
  });

  test('a user has a bounded number of connections', async () => {
    const eager = await gateway.signUp();
    const token = await logIn(gateway, eager);
    const opened = await Promise.allSettled([1, 2, 3, 4, 5].map(() => connect(gateway.url, { token })));
    await eventually(async () => expect((await refusalOf(gateway.url, { token })).code).toBe('connection_limit'));
    expect(opened.some(({ status }) => status === 'fulfilled')).toBe(true);
    closeClients();
    await eventually(async () => void (await connect(gateway.url, { token })));
  });

  test('those who do not say who they are have few connections, and 5 s', async () => {
    const silent = Array.from({ length: 10 }, () => new WebSocket(socketUrl()));
    const opened = silent.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        }),
    );
    expect((await Promise.all(opened)).filter(Boolean)).toHaveLength(8);
    await eventually(() => expect(silent.every(({ readyState }) => readyState === WebSocket.CLOSED)).toBe(true), 9_000);
    await connect(gateway.url, { ticket: await ticketOf(user) });
  });

  test.each([
    ['https://gateway.example', true],
    ['https://app.example', true],
    ['own host', true],
    ['https://evil.example', false],
    ['null', false],
  ])('a page of %s: %s', async (origin, isAllowed) => {
    const headers = { origin: origin === 'own host' ? gateway.url : origin };
    const answer = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`, { headers });
    expect(answer.status).toBe(isAllowed ? 200 : 403);
    const ticket = await ticketOf(user);
    const connected = connect(gateway.url, { ticket }, { extraHeaders: headers });
    await (isAllowed ? expect(connected).resolves.toBeDefined() : expect(connected).rejects.toThrow());
  });
});

describe('HTTP', () => {
  test('answers of polling carry the headers of every answer, and CORS for listed origins alone', async () => {
    const poll = (origin: string) =>
      fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    const { headers } = await poll('https://app.example');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await poll('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each(['/socket%2Eio/?EIO=4&transport=polling', '/socket.io/more', '/socket.io'])(
    '%s is no route',
    async (path) => {
      expect((await fetch(gateway.url + path)).status).toBe(404);
    },
  );

  test('a WebSocket elsewhere under its path is answered 404', async () => {
    const { request } = await import('node:http');
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request(`${gateway.url}/socket.io/more`, { headers })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('upgrade', () => reject(new Error('it was let in')))
        .on('error', reject)
        .end();
    });
    expect(answer).toBe(404);
  });

  test('a request that asks for another protocol is answered as if it had not', async () => {
    const { request } = await import('node:http');
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request(`${gateway.url}/health`, { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' } })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(answer).toBe(200);
  });

  test('a polling client that sends more than 16 KiB is refused', async () => {
    const url = `${gateway.url}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1));
    const answer = await fetch(`${url}&sid=${sid}`, { method: 'POST', body: `4${'a'.repeat(20_000)}` });
    expect(answer.status).toBe(413);
  });
});

describe('a client that says', () => {
  test('anything but resume and subscribe is told so', async () => {
    const client = await connect(gateway.url, { ticket: await ticketOf(user) });
    for (const name of ['event', 'join', '__proto__', 'constructor']) {
      expect(await client.ask(name, { room: 'user:1' })).toMatchObject({ error: { code: 'invalid_request' } });
    }
    for (const said of [null, [], 'x', { since: '1' }, { since: 1, more: 1 }, {}]) {
      expect(await client.ask('resume', said)).toMatchObject({ error: { code: 'invalid_request' } });
    }
    await tell(gateway, user.id, {});
    await eventually(() => expect(client.events).toHaveLength(1));
  });

  test('too much is ended', async () => {
    const client = await connect(gateway.url, { ticket: await ticketOf(user) });
    for (let nth = 0; nth < 30; nth++) client.socket.emit('subscribe', { phone_numbers: null });
    await eventually(() => expect(client.said('ended')).toMatchObject([{ code: 'rate_limited' }]));
    await eventually(() => expect(client.socket.connected).toBe(false));
  });

  test('a frame of more than 16 KiB is cut off', async () => {
    const client = await connect(gateway.url, { ticket: await ticketOf(user) });
    client.socket.emit('subscribe', { phone_numbers: 'a'.repeat(20_000) });
    await eventually(() => expect(client.socket.connected).toBe(false));
  });

  test('another namespace finds none', async () => {
    const { message } = await refusalOf(`${gateway.url}/admin`, { ticket: await ticketOf(user) });
    expect(message).toBe('Invalid namespace');
  });
});

function socketUrl(): string {
  return `${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
}
