import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { type Client, closeClients, connect, eventually, logIn, refusalOf, tell, ticketOf } from './support.ts';

let gateway: TestGateway;
let user: TestUser;

beforeEach(async () => {
  gateway = await startGateway({ overrides: { realtime: { times: { stalledMaxMs: 500 } } } });
  user = await gateway.signUp();
});
afterEach(async () => {
  closeClients();
  await gateway.close();
});

const query = (text: string, values: unknown[]) => gateway.database.pool.query(text, values);

/** Expects that the client is cut within 5 s of now, and hears nothing of what happens after that. */
async function expectCut(client: Client): Promise<void> {
  const startedAt = performance.now();
  await eventually(() => expect(client.socket.connected).toBe(false));
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(client.said('ended')).toMatchObject([{ code: 'unauthenticated' }]);
}

describe('a connection ends within 5 s when', () => {
  test('its session is logged out; others of the user go on', async () => {
    const token = await logIn(gateway, user);
    const client = await connect(gateway.url, { token });
    const other = await connect(gateway.url, { token: await logIn(gateway, user) });
    await gateway.anonymous('POST', '/api/auth/logout', undefined, { authorization: `Bearer ${token}` });
    await expectCut(client);
    expect((await refusalOf(gateway.url, { token })).code).toBe('unauthenticated');
    await tell(gateway, user.id, { payload: { mark: 1 } });
    await eventually(() => expect(other.events).toHaveLength(1));
    expect(client.events).toEqual([]);
  });

  test('the API key that asked for its ticket is rotated', async () => {
    const client = await connect(gateway.url, { ticket: await ticketOf(user) });
    const unused = await ticketOf(user);
    await user.api('POST', '/api/user/api-key/rotate', { overlap_hours: 0 });
    await expectCut(client);
    expect((await refusalOf(gateway.url, { ticket: unused })).code).toBe('unauthenticated');
  });

  test('its user is suspended, and none comes in after that', async () => {
    const token = await logIn(gateway, user);
    const clients = [
      await connect(gateway.url, { token }),
      await connect(gateway.url, { ticket: await ticketOf(user) }, { transports: ['polling'] }),
    ];
    const unused = await ticketOf(user);
    await query("update users set status = 'suspended' where id = $1", [user.id]);
    for (const client of clients) await expectCut(client);
    for (const auth of [{ token }, { ticket: unused }]) {
      expect((await refusalOf(gateway.url, auth)).code).toMatch(/^(unauthenticated|user_suspended)$/);
    }
  });

  test('its user changes the password elsewhere', async () => {
    const client = await connect(gateway.url, { token: await logIn(gateway, user) });
    const elsewhere = await logIn(gateway, user);
    const changed = await gateway.anonymous(
      'POST',
      '/api/user/password',
      { current_password: 'correct horse battery 1', new_password: 'correct horse battery 2' },
      { authorization: `Bearer ${elsewhere}` },
    );
    expect(changed.status).toBe(200);
    await expectCut(client);
  });
});

/** A WebSocket client by hand that takes nothing once it is ready. */
async function connectStuck(): Promise<Socket> {
  const ticket = await ticketOf(user);
  const { hostname, port } = new URL(gateway.url);
  const tcp = connectTcp({ host: hostname, port: Number(port) });
  await once(tcp, 'connect');
  tcp.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  let seen = '';
  const isReady = Promise.withResolvers<void>();
  tcp.on('data', (bytes) => {
    if (seen === '') tcp.write(frame(`40${JSON.stringify({ ticket })}`));
    seen += bytes.toString('latin1');
    if (seen.includes('"ready"')) isReady.resolve();
  });
  tcp.on('error', () => {});
  await isReady.promise;
  return tcp.pause();
}

test('a client that takes nothing does not hold up the end of its gateway', async () => {
  const tcp = await connectStuck();
  const text = 'a'.repeat(500_000);
  for (let nth = 1; nth <= 20; nth++) await tell(gateway, user.id, { payload: { nth, text } });
  const startedAt = performance.now();
  await gateway.app.close();
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  tcp.destroy();
});

test('a client that takes nothing is dropped; nothing is kept for it but its rows, and it resumes from them', async () => {
  const tcp = await connectStuck();
  const fast = await connect(gateway.url, { ticket: await ticketOf(user) });
  const text = 'a'.repeat(200_000);
  for (let nth = 1; nth <= 150; nth++) await tell(gateway, user.id, { payload: { nth, text } });
  await eventually(() => expect(fast.events).toHaveLength(150), 20_000);
  await eventually(() => expect(gateway.logs.join('')).toContain('"event":"realtime_slow_client"'));
  expect(fast.socket.connected).toBe(true);
  tcp.destroy();
  const back = await connect(gateway.url, { ticket: await ticketOf(user), since: 0 });
  await eventually(() => expect(back.events).toHaveLength(150), 20_000);
});

test('while the database is away nobody hears anything, and what happened meanwhile comes after it', async () => {
  const client = await connect(gateway.url, { ticket: await ticketOf(user) });
  await query('alter table event_cursors rename to away', []);
  await eventually(() => expect(gateway.logs.join('')).toContain('"event":"realtime_look_failed"'));
  await query('alter table away rename to event_cursors', []);
  await tell(gateway, user.id, {}, {});
  await eventually(() => expect(client.sequences()).toEqual([1, 2]));
  expect(gateway.logs.filter((line) => line.includes('"realtime_look_failed"'))).toHaveLength(1);
});

test.each(['websocket', 'polling'])(
  'a gateway that closes lets its %s clients go at once, to come back elsewhere',
  async (transport) => {
    const reasons: string[] = [];
    const client = await connect(gateway.url, { ticket: await ticketOf(user) }, { transports: [transport] });
    client.socket.on('disconnect', (reason) => reasons.push(reason));
    const startedAt = performance.now();
    await gateway.app.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await eventually(() => expect(reasons).toHaveLength(1));
    // After "io server disconnect" a client would stay away.
    expect(reasons[0]).toMatch(/^transport (close|error)$/);
  },
);

test('a client that leaves its namespace leaves altogether', async () => {
  const { url } = gateway;
  const ticket = await ticketOf(user);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const said: string[] = [];
  socket.onmessage = ({ data }) => {
    said.push(String(data));
    if (String(data).startsWith('0')) socket.send(`40${JSON.stringify({ ticket })}`);
    if (String(data).startsWith('42["ready"')) socket.send('41');
  };
  const startedAt = performance.now();
  await eventually(() => expect(socket.readyState).toBe(WebSocket.CLOSED));
  // Sooner than those who never said who they are.
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  expect(said.some((each) => each.startsWith('42["ready"'))).toBe(true);
});

/** A masked text frame of less than 126 or 65,536 bytes. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const length =
    body.length < 126
      ? Buffer.from([0x80 | body.length])
      : Buffer.from([0x80 | 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), body]);
}
