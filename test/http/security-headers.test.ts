import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { registerSecurityHeaders } from '../../src/http/security-headers.ts';

async function promiseOf(isHttps: boolean): Promise<unknown> {
  const app = Fastify();
  registerSecurityHeaders(app, { isHttps });
  app.get('/', async () => 'answer');
  return (await app.inject('/')).headers['strict-transport-security'];
}

test('over HTTPS browsers are held to it for this host alone, never for its subdomains', async () => {
  expect(await promiseOf(true)).toBe('max-age=31536000');
  expect(await promiseOf(false)).toBeUndefined();
});

test('nginx adds no second promise to the one of the gateway', async () => {
  for (const file of ['nginx.conf', 'gateway.conf']) {
    const text = await readFile(new URL(`../../nginx/${file}`, import.meta.url), 'utf8');
    expect(text).not.toMatch(/add_header\s+strict-transport-security/i);
  }
});
