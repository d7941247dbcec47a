import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { claimSoleProcess, type SoleProcess, SoleProcessRefused } from '../../../src/platform/lease/sole-process.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { collectLogs } from '../alarm/logs.ts';

let database: TestDatabase;
let name = '';
let logs = collectLogs();
const held: SoleProcess[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  name = `sole-${randomUUID()}`;
  logs = collectLogs();
});
afterEach(async () => {
  await Promise.all(held.splice(0).map((process) => process[Symbol.asyncDispose]()));
});

async function claim(holder: string, options: { url?: string; ttlMs?: number; onLost?(reason: Error): void } = {}) {
  const process = await claimSoleProcess({
    url: database.url,
    name,
    holder,
    logger: logs.logger,
    onLost: () => {},
    ...options,
  });
  held.push(process);
  return process;
}

type Row = { holder: string; epoch: number; left: number; pid: number | null };

async function row(): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select holder, epoch, connection_pid as pid, extract(epoch from until - app_now())::float8 as left
    from leases where name = ${name}`.execute(database.db);
  return rows[0];
}

const cutConnection = () =>
  sql`select pg_terminate_backend(connection_pid) from leases where name = ${name}`.execute(database.db);

test('a second process is refused with an error that names the first and since when', async () => {
  await claim('first on host');
  const refused = await claim('second').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SoleProcessRefused);
  if (!(refused instanceof SoleProcessRefused)) return;
  expect(refused.message).toMatch(/first on host, connected since \d{4}-\d\d-\d\dT/);
  expect(Math.abs(Date.now() - Number(refused.since))).toBeLessThan(60_000);
});

test('of several that start at once exactly one runs', async () => {
  const claims = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => claim(`start ${n}`)));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('after an orderly end the next process starts at once', async () => {
  const first = await claim('first');
  await first[Symbol.asyncDispose]();
  await claim('second');
  expect(await row()).toMatchObject({ holder: 'second', epoch: 2 });
});

test('after kill -9 the next process starts at once, long before the lease ends', async () => {
  const program = fileURLToPath(new URL('hold-sole-process.ts', import.meta.url));
  const killed = spawn(process.execPath, [program, database.url, name, 'killed'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(killed.stdout, 'data');
  expect((await row())?.left).toBeGreaterThan(500);
  await expect(claim('too early')).rejects.toThrow('killed');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await claim('next');
  expect(await row()).toMatchObject({ holder: 'next', epoch: 2 });
});

test('a holder whose connection stays open keeps out others until the lease ends, and then is told', async () => {
  const onLost = vi.fn();
  await claim('stuck', { ttlMs: 1_200, onLost });
  await sql`update leases set until = app_now() - interval '1 s' where name = ${name}`.execute(database.db);
  await claim('next');
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1));
  expect(onLost.mock.calls[0]?.[0].message).toContain('next');
  expect(logs.events()).toContain('sole_process_lost');
  expect(await row()).toMatchObject({ holder: 'next' });
});

test('a lost lease is not given back by the process that lost it', async () => {
  const onLost = vi.fn();
  const first = await claim('stuck', { ttlMs: 300, onLost });
  await sql`update leases set until = app_now() - interval '1 s', connection_pid = 0 where name = ${name}`.execute(
    database.db,
  );
  await claim('next');
  await vi.waitFor(() => expect(onLost).toHaveBeenCalled());
  await first[Symbol.asyncDispose]();
  await expect(claim('third')).rejects.toThrow('next');
});

test('it is renewed every third of its time', async () => {
  await claim('first', { ttlMs: 1_500 });
  const before = await row();
  for (let look = 0; look < 20; look++) {
    await new Promise((done) => setTimeout(done, 100));
    expect((await row())?.left).toBeGreaterThan(0.1);
  }
  expect(await row()).toMatchObject({ holder: 'first', epoch: before?.epoch });
});

test('a connection that breaks is made anew at once and others stay out', async () => {
  const onLost = vi.fn();
  await claim('first', { onLost });
  const before = await row();
  await cutConnection();
  await vi.waitFor(async () => {
    const now = await row();
    expect(now?.pid).not.toBe(before?.pid);
    expect(now?.epoch).toBe(before?.epoch);
  });
  await expect(claim('second')).rejects.toThrow('first');
  expect(onLost).not.toHaveBeenCalled();
});

test('while the database is away it goes on trying, also past the end of the lease, and then holds it again', async () => {
  const gate = await openGate(database.url);
  const onLost = vi.fn();
  await claim('first', { url: gate.url, ttlMs: 300, onLost });
  const before = await row();
  gate.shut();
  await vi.waitFor(async () => expect((await row())?.left).toBeLessThan(0));
  gate.open();
  await vi.waitFor(async () => {
    const now = await row();
    expect(now?.left).toBeGreaterThan(0);
    expect(now?.epoch).toBe(before?.epoch);
  });
  expect(onLost).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(logs.events()).toEqual(['sole_process_alone', 'sole_process_renewed']));
  await Promise.all(held.splice(0).map((process) => process[Symbol.asyncDispose]()));
  await gate.close();
});

test('another process that took over while it was cut off makes it stop', async () => {
  const gate = await openGate(database.url);
  const onLost = vi.fn();
  const first = await claim('first', { url: gate.url, ttlMs: 600, onLost });
  gate.shut();
  await claim('second');
  gate.open();
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), { timeout: 5_000 });
  await first[Symbol.asyncDispose]();
  await gate.close();
});

test('disposing ends in 2.5 s while the database is away', async () => {
  const gate = await openGate(database.url);
  const first = await claim('first', { url: gate.url });
  gate.shut();
  const startedAt = performance.now();
  await first[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  await gate.close();
});

test('a database that cannot be reached at the start is an error', async () => {
  await expect(claim('first', { url: 'postgres://postgres@127.0.0.1:1/none' })).rejects.toThrow();
});

/** A way to Postgres that can be cut off. */
async function openGate(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createServer((client) => {
    if (isShut) {
      client.destroy();
      return;
    }
    const upstream = connectSocket(Number(target.port || 5432), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const own = new URL(url);
  own.port = String(address.port);
  return {
    url: own.href,
    shut() {
      isShut = true;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      isShut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
