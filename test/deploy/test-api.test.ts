import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';

const script = 'scripts/test-api.sh';

describe(script, () => {
  test('is bash that parses', () => {
    expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('fails and says so when nothing answers', () => {
    const { status, stdout, stderr } = spawnSync(script, ['--base-url', 'http://127.0.0.1:9'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('FAILED  1 register');
    expect(stderr).toContain('no answer from http://127.0.0.1:9');
    expect(stdout).toContain('0 passed, 1 failed');
  });

  test('fails with the answer when a promised field is missing', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end('{"success": true, "message": "User created successfully", "user": {"id": 7}}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const { status, stderr } = await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      expect(status).toBe(1);
      expect(stderr).toContain('expected "email"');
      expect(stderr).toContain('"user": {"id": 7}');
    } finally {
      server.close();
    }
  });

  test('refuses an option that it does not know', () => {
    expect(spawnSync(script, ['--fast'], { encoding: 'utf8' })).toMatchObject({ status: 2 });
  });

  test('walks all twelve calls of a gateway', async () => {
    const gateway = await startGateway({ knobs: { scanAfterMs: 300 } });
    try {
      const { status, stdout, stderr } = await run(gateway.url);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('12 passed, 0 failed');
    } finally {
      await gateway.close();
    }
  });

  test('without a phone, sees the sends refused and the rest work', async () => {
    const gateway = await startGateway({ knobs: { scanAfterMs: 'never' } });
    try {
      const waited = await run(gateway.url, '--wait', '1');
      expect(waited.status).toBe(1);
      expect(waited.stderr).toContain('not connected after 1 s');
      const { status, stdout } = await run(gateway.url, '--without-phone');
      expect(status).toBe(0);
      expect(stdout).toContain('12 passed, 0 failed');
    } finally {
      await gateway.close();
    }
  });
});

async function run(
  baseUrl: string,
  ...options: string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(script, ['--base-url', baseUrl, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
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
