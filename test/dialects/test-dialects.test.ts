import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const script = 'scripts/test-dialects.sh';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==',
  'base64',
);

describe(script, () => {
  let gateway: TestGateway;
  const pictures = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  });

  beforeAll(async () => {
    await new Promise<void>((listening) => pictures.listen(0, '127.0.0.1', listening));
    gateway = await startGateway({
      knobs: { scanAfterMs: 150 },
      overrides: {
        egress: { allowCidrs: ['127.0.0.1/32'] },
        users: { limits: { registrations: { points: 10_000, seconds: 60 } } },
      },
    });
  });
  afterAll(async () => {
    await gateway.close();
    pictures.close();
  });

  test('is bash that parses, and refuses an option that it does not know', () => {
    expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(spawnSync(script, ['--fast'], { encoding: 'utf8' })).toMatchObject({ status: 2 });
  });

  test('makes every call of the five texts, also where one of their users is there already', async () => {
    const already = { email: 'user@example.com', password: 'another password of somebody' };
    expect((await gateway.anonymous('POST', '/api/auth/register', already)).status).toBe(201);
    const picture = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/image.jpg`;
    const { status, stdout, stderr } = await run('--base-url', gateway.url, '--media-url', picture);
    const wrong = stdout.split('\n').filter((line) => line.includes('FAIL'));
    expect({ status, stderr, wrong }).toEqual({ status: 0, stderr: '', wrong: [] });
    expect(stdout).toContain('51 calls: 51 ok, 0 failed');
    const { rows } = await gateway.database.pool.query('select 1 from phone_numbers where deleted_at is null');
    expect(rows).toEqual([]);
  });

  test('says of each call what is wrong with its answer', async () => {
    const bare = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status": "ill"}');
    });
    await new Promise<void>((listening) => bare.listen(0, '127.0.0.1', listening));
    const { port } = bare.address() as AddressInfo;
    const { status, stdout } = await run('--base-url', `http://127.0.0.1:${port}`, '--wait', '0');
    bare.close();
    expect(status).toBe(1);
    expect(stdout).toContain('  FAIL  200  GET    /health: expected "status" to be like healthy, found "ill"');
    expect(stdout).toContain('  FAIL  200  POST   /api/v1/auth/register: expected HTTP 201');
    expect(stdout).toContain('  FAIL  200  GET    /status: expected a field "gateway"');
  });
});

async function run(...options: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(script, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}
