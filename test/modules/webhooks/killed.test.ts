import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { eventually, only, startReceiver, type TestReceiver } from './support.ts';

let database: TestDatabase;
let receiver: TestReceiver;
let dataDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  receiver = await startReceiver();
  dataDir = await mkdtemp(join(tmpdir(), 'evofleet-killed-'));
});
afterAll(async () => {
  await Promise.all(children.map(kill));
  await database.close();
  await receiver[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

test('a gateway killed during a call calls again after its restart, with the same id and body', {
  timeout: 60_000,
}, async () => {
  const first = await startGatewayProcess();
  const user = await first.post('/api/auth/register', {
    email: 'killed@example.com',
    password: 'correct horse battery 1',
    plan_type: 'starter',
  });
  const key = { 'x-api-key': user.user.api_key as string };
  const made = await first.post('/api/webhooks', { url: receiver.url, events: ['number.created'] }, key);
  expect(made.secret).toMatch(/^whsec_/);
  receiver.answer((response, _call, nth) => {
    if (nth > 1) response.end();
    else void kill(first.child).then(() => response.end());
  });
  await first.post('/api/phone-numbers/create', {}, key).catch(() => undefined);
  await eventually(() => receiver.calls, 15_000).toHaveLength(1);
  await kill(first.child);
  const { db } = database;
  const read = () => db.selectFrom('deliveries').selectAll().where('event_type', '=', 'number.created').execute();
  expect(only(await read())).toMatchObject({ status: 'pending', attempt: 1, lease_until: expect.any(Date) });
  expect(await db.selectFrom('webhook_logs').select('id').execute()).toEqual([]);

  await sql`update deliveries set lease_until = app_now(), due_at = app_now()`.execute(db);
  await startGatewayProcess();
  await eventually(async () => only(await read()).status, 15_000).toBe('delivered');
  const [before, after] = receiver.calls;
  expect(receiver.calls).toHaveLength(2);
  expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
  expect(after?.raw).toBe(before?.raw);
  expect((await db.selectFrom('webhook_logs').select('attempt').execute()).map((row) => row.attempt)).toEqual([2]);
});

async function startGatewayProcess() {
  const port = await freePort();
  const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      PORT: String(port),
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      EGRESS_ALLOW_CIDRS: '127.0.0.1/32',
    },
    stdio: 'ignore',
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(isUp, 20_000).toBe(true);
  return {
    child,
    async post(
      path: string,
      body: unknown,
      headers: Record<string, string> = {},
    ): Promise<ReturnType<typeof JSON.parse>> {
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return answer.json();
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
