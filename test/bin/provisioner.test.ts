import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';

let database: TestDatabase;
let dataDir: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  [database, dataDir] = await Promise.all([openTestDatabase(), mkdtemp(join(tmpdir(), 'evofleet-provisioner-'))]);
});
afterAll(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('ROLE=provisioner serves nobody but who watches over it, says that the engine is away, and stops when told', async () => {
  child = spawn(process.execPath, ['src/bin/gateway.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: process.env.HOME,
      ROLE: 'provisioner',
      PROVISIONER: 'docker',
      DOCKER_HOST: `unix://${dataDir}/no.sock`,
      PORT: '0',
      METRICS_PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      output += text;
    });
  const port = await vi.waitFor(
    () => {
      const found = /"event":"started".*?"port":(\d+)/.exec(output)?.[1];
      if (found === undefined) throw new Error(`not started: ${output}`);
      return found;
    },
    { timeout: 15_000, interval: 30 },
  );
  const ask = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await ask('/health')).status).toBe(200);
  expect(await (await ask('/ready')).json()).toMatchObject({ ready: true, degraded: ['engine', 'backends'] });
  for (const path of ['/', '/api/admin/backends', '/api/phone-numbers', '/hooks/evolution/unknown', '/api-docs/json']) {
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
  }
  await vi.waitFor(() => expect(output).toContain('"event":"engine_away"'), { timeout: 10_000 });
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  const { rows } = await database.pool.query("select until <= now() as free from leases where name = 'provisioner'");
  expect(rows).toEqual([{ free: true }]);
});
