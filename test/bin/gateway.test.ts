import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';

type Program = { child: ChildProcess; url: string; output(): string; ended: Promise<number | string> };

const programs: Program[] = [];
/** With its embedded Postgres, for the tests that are content with one that runs already. */
let embedded: Program | undefined;
let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'evofleet-program-'));
  port = await freePort();
});
afterEach(async () => {
  for (const program of programs.splice(0)) if (program !== embedded) await kill(program);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('the embedded start', () => {
  afterAll(async () => {
    if (embedded !== undefined) await kill(embedded);
    embedded = undefined;
  });

  test('answers with a banner that says what runs, where its data is and what to try', async () => {
    const gateway = await running();
    await vi.waitFor(() => expect(gateway.output()).toContain('Ctrl-C'));
    const banner = gateway.output();
    expect(banner).toContain(gateway.url);
    expect(banner).toContain(`embedded Postgres 18 in ${dataDir}`);
    expect(banner).toContain('2 sandbox backends');
    expect(banner).toContain(`${gateway.url}/api-docs`);
    // The call to paste works as it stands.
    const curl = /curl -s .*/.exec(banner)?.[0] ?? '';
    const answer = spawnSync('bash', ['-c', curl], { encoding: 'utf8' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ success: true, user: { plan_type: 'starter' } });
    const health = await (await fetch(`${gateway.url}/health`)).json();
    expect(health).toMatchObject({ ok: true, instances: { total: 2 } });
  });

  test('a second start on the same DATA_DIR is refused with one clear line', async () => {
    await running();
    const second = run({ PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    const lines = second.output().trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/DATA_DIR .* is in use by process \d+/);
  });

  test('kill -9 in the middle leaves no process behind, and the next start has every acknowledged row', async () => {
    const first = await running();
    const acknowledged: string[] = [];
    const signingUp = Promise.all(
      [0, 1].map(async (lane) => {
        for (;;) {
          const email = `kill-${lane}-${randomUUID()}@example.com`;
          const answer = await register(first.url, email).catch(() => undefined);
          if (answer?.status !== 201) return;
          acknowledged.push(email);
        }
      }),
    );
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(8), { timeout: 30_000 });
    first.child.kill('SIGKILL');
    await first.ended;
    await signingUp;
    await vi.waitFor(() => expect(processesOn(dataDir)).toEqual([]), { timeout: 15_000 });

    const second = await running();
    for (const email of acknowledged) expect((await register(second.url, email)).status).toBe(409);
  });

  test('SIGINT to the whole group, as Ctrl-C sends it, ends everything in good order', async () => {
    const gateway = await running();
    process.kill(-(gateway.child.pid ?? 0), 'SIGINT');
    expect(await gateway.ended).toBe(0);
    expect(processesOn(dataDir)).toEqual([]);
  });

  test('all that is wrong with the settings is said at once, and nothing starts', async () => {
    const refused = run({ PORT: 'x', LOG_LEVEL: 'loud', ROLE: 'api' });
    expect(await refused.ended).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'ROLE']) expect(refused.output()).toContain(`  ${name}: `);
    expect(refused.output()).not.toContain(' at ');
  });
});

describe('on a Postgres of its own', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test('without Redis a second process is refused, and after kill -9 the next one takes over at once', async () => {
    const first = await start({ DATABASE_URL: database.url });
    const second = run({ DATABASE_URL: database.url, PORT: String(await freePort()), DATA_DIR: `${dataDir}-2` });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/Another process is running on this database: .* pid \d+/);
    first.child.kill('SIGKILL');
    await first.ended;
    await start({ DATABASE_URL: database.url });
    await rm(`${dataDir}-2`, { recursive: true, force: true });
  });

  test('a process with another ENCRYPTION_KEY is refused, and told which one the database has', async () => {
    const env = { DATABASE_URL: database.url, ENCRYPTION_KEY: 'another key that is long enough 123' };
    const refused = run(env);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/^ENCRYPTION_KEY: this database was set up with the key [0-9a-f]{12}/);
  });

  test('SESSION_AUTH_PORT is one more port of the same API, and refused where it is in use', async () => {
    const second = String(await freePort());
    await start({ DATABASE_URL: database.url, SESSION_AUTH_PORT: second });
    const answer = await fetch(`http://127.0.0.1:${second}/api/v1/plans`);
    expect(await answer.json()).toMatchObject({ success: true, data: { plans: expect.any(Array) } });
    const third = run({ DATABASE_URL: database.url, PORT: String(await freePort()), SESSION_AUTH_PORT: second });
    expect(await third.ended).toBe(1);
    expect(third.output()).toContain(`SESSION_AUTH_PORT: ${second} on 0.0.0.0 is in use`);
  });

  test('ADMIN_EMAIL and ADMIN_PASSWORD make an operator who can log in', async () => {
    const operator = { ADMIN_EMAIL: 'operator@example.com', ADMIN_PASSWORD: 'correct horse battery 1' };
    const gateway = await start({ DATABASE_URL: database.url, ...operator });
    const answer = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: operator.ADMIN_EMAIL, password: operator.ADMIN_PASSWORD }),
    });
    expect(await answer.json()).toMatchObject({ success: true, user: { role: 'operator' } });
  });
});

function run(env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'info',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const program = { child, url: `http://127.0.0.1:${env.PORT ?? port}`, output: () => output, ended };
  programs.push(program);
  return program;
}

async function start(env: Record<string, string> = {}): Promise<Program> {
  const program = run(env);
  await vi.waitFor(
    async () => {
      if (program.child.exitCode !== null) throw new Error(`ended: ${program.output()}`);
      expect((await fetch(`${program.url}/health`)).status).toBe(200);
    },
    { timeout: 40_000, interval: 30 },
  );
  return program;
}

async function running(): Promise<Program> {
  if (embedded === undefined || embedded.child.exitCode !== null || embedded.child.signalCode !== null) {
    embedded = await start();
  }
  return embedded;
}

async function kill({ child, ended }: Program): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

function register(url: string, email: string): Promise<Response> {
  return fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery 1' }),
  });
}

/** Processes with the folder in their command line or as their working folder. */
function processesOn(folder: string): string[] {
  const { stdout } = spawnSync(
    'bash',
    [
      '-c',
      `for p in /proc/[0-9]*; do l=$(readlink $p/cwd; tr '\\0' ' ' < $p/cmdline); echo "$l" | grep -qF '${folder}' && [ "\${p#/proc/}" != "$$" ] && echo "$l"; done; true`,
    ],
    { encoding: 'utf8' },
  );
  return stdout.split('\n').filter((line) => line !== '' && !line.includes('/proc/['));
}
