import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fastKnobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';

type Program = { child: ChildProcess; url: string };

const key = 'a-global-key-of-backends';

describeWithRedis('a worker and an api process over Redis', () => {
  const programs: Program[] = [];
  let redis: TestRedis | null;
  let database: TestDatabase;
  let sandbox: Sandbox;
  let dataDir: string;
  let worker: Program;
  let api: Program;

  beforeAll(async () => {
    [redis, database, sandbox, dataDir] = await Promise.all([
      startTestRedis(),
      openTestDatabase(),
      startSandbox({ apiKey: key, knobs: fastKnobs }),
      mkdtemp(join(tmpdir(), 'evofleet-roles-')),
    ]);
    worker = await start('worker');
    api = await start('api');
  });
  afterAll(async () => {
    for (const { child } of programs) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await sandbox.close();
    await database.close();
    await redis?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(role: string): Promise<Program> {
    const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        HOME: process.env.HOME,
        ROLE: role,
        PORT: '0',
        HOST: '127.0.0.1',
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        REDIS_URL: redis?.url ?? '',
        EVOLUTION_SERVERS: sandbox.url,
        EVOLUTION_API_KEY: key,
        HEALTH_CHECK_INTERVAL: '400',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const program = { child, url: '' };
    programs.push(program);
    const port = await vi.waitFor(
      () => {
        const found = /"event":"started".*?"port":(\d+)/.exec(output)?.[1];
        if (found === undefined) throw new Error(`not started: ${output}`);
        return found;
      },
      { timeout: 15_000, interval: 30 },
    );
    program.url = `http://127.0.0.1:${port}`;
    return program;
  }

  const poolOf = async ({ url }: Program) => {
    const health = (await (await fetch(`${url}/health`)).json()) as { instances: unknown };
    return health.instances;
  };
  const statusOf = async ({ url }: Program, path: string, method = 'GET') =>
    (await fetch(url + path, { method })).status;

  test('a backend that goes and comes back is seen by both, although only one of them probes', async () => {
    const both = () => Promise.all([worker, api].map(poolOf));
    const eventually = (healthy: number) =>
      expect.poll(both, { timeout: 8_000, interval: 30 }).toEqual([1, 2].map(() => ({ total: 1, healthy })));
    await eventually(1);
    const { port } = new URL(sandbox.url);
    await sandbox.close();
    await eventually(0);
    sandbox = await startSandbox({ apiKey: key, port: Number(port), knobs: fastKnobs });
    await eventually(1);
  });

  test('a worker has no API, but answers those who watch over it and its backends', async () => {
    const ofTheApi = [
      '/',
      '/reset-password',
      '/api-docs/json',
      '/api/statistics',
      '/api/phone-numbers',
      '/api/user/profile',
    ];
    for (const path of ofTheApi) {
      expect([path, await statusOf(worker, path)]).toEqual([path, 404]);
      expect([path, await statusOf(api, path)]).not.toEqual([path, 404]);
    }
    expect(await statusOf(worker, '/api/auth/register', 'POST')).toBe(404);
    expect(await statusOf(worker, '/health')).toBe(200);
    expect(await statusOf(worker, '/ready')).toBe(200);
    // Known, and refused for want of its secret.
    expect(await statusOf(worker, '/hooks/evolution/unknown', 'POST')).toBe(401);
  });
});
