import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../src/bin/sandbox.ts', import.meta.url));
const children: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
  });
  children.push(child);
  return child;
}

async function firstLine(child: ReturnType<typeof run>): Promise<string> {
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

test.each([
  ['--api-key', 'given', {}, 'given'],
  ['--scan-after-ms', 'never', { EVOLUTION_API_KEY: 'from-env' }, 'from-env'],
  ['--latency-ms', '1', {}, 'sandbox-key'],
])('says its URL in one line and takes its key: %s %s', async (option, value, env, key) => {
  const child = run(['--port', '0', option, value], env);
  const line = await firstLine(child);
  const url = /http:\/\/127\.0\.0\.1:\d+$/.exec(line)?.[0];
  expect(line.split('\n')).toHaveLength(1);
  const reply = await request(`${url}/verify-creds`, { method: 'POST', headers: { apikey: key } });
  expect(reply.statusCode).toBe(200);
  await reply.body.dump();
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with 0', async (signal) => {
  const child = run(['--port', '0']);
  await firstLine(child);
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a port that is no number is refused with 2', async () => {
  expect(await once(run(['--port', 'http']), 'exit')).toEqual([2, null]);
});
