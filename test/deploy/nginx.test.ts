import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNginx, startNginx } from './nginx-process.ts';

describe('nginx.conf, read', () => {
  const conf = readFileSync('nginx/nginx.conf', 'utf8');

  test('asks the name server again, so that a restarted or an added gateway is found', () => {
    expect(conf).toMatch(/^ {4}resolver 127\.0\.0\.11 valid=\ds/m);
    expect(conf.match(/^ {8}server saas-api:3000 resolve\b/gm)).toHaveLength(2);
  });

  test('leads the polls of one live connection to one gateway', () => {
    const gateway = readFileSync('nginx/gateway.conf', 'utf8');
    expect(gateway).toMatch(/location \/socket\.io\/ \{\s+proxy_pass http:\/\/gateway_of_address;/);
    expect(conf).toMatch(/upstream gateway_of_address \{[^}]*hash \$remote_addr consistent;/);
  });

  test('holds an HTTPS server ready, as a comment', () => {
    expect(conf).toMatch(/^ {4}# {5}listen 443 ssl/m);
    expect(conf).not.toMatch(/^\s*listen 443/m);
  });
});

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; bodyBytes: number };
type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

describe.skipIf(!hasNginx)('nginx in front of a gateway (skipped without it: apt-get install nginx-light)', () => {
  let upstream: Server;
  let nginx: Awaited<ReturnType<typeof startNginx>> | undefined;
  let connections = 0;

  beforeAll(async () => {
    upstream = createServer(async (incoming, response) => {
      let bodyBytes = 0;
      for await (const chunk of incoming) bodyBytes += chunk.length;
      const seen = { method: incoming.method, url: incoming.url, headers: incoming.headers, bodyBytes };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...seen, padding: 'x'.repeat(2_000) }));
    });
    upstream.on('connection', () => {
      connections += 1;
    });
    upstream.on('upgrade', (incoming, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.end(`upgraded ${incoming.url}`);
    });
    await new Promise<void>((listening) => upstream.listen(0, '127.0.0.1', listening));
    nginx = await startNginx((upstream.address() as AddressInfo).port);
  });

  afterAll(async () => {
    await nginx?.close();
    upstream.closeAllConnections();
    upstream.close();
  });

  test('the access log has the paths of calls, but of a share link not its secret, however it is written', async () => {
    const spellings = [
      '/share/efs_Secret',
      '//share/efs_Secret',
      '/a/../share/efs_Secret/state',
      '/%73hare%2Fefs_Secret',
      '/session/share/efs_Secret',
    ];
    for (const path of spellings) expect((await call('GET', path)).status).toBe(200);
    await call('GET', '/api/a-path-to-log');
    await expect.poll(() => nginx?.accessLog()).toContain('"path":"/api/a-path-to-log"');
    expect(nginx?.accessLog().match(/"path":"\/share\/\.\.\."/g)).toHaveLength(spellings.length);
    expect(nginx?.accessLog()).not.toContain('Secret');
  });

  test.each([
    '/hooks',
    '/hooks/',
    '/hooks/evolution/abc',
    '//hooks/evolution/abc',
    '/./hooks/evolution/abc',
    '/api/../hooks/evolution/abc',
    '/api/..%2fhooks/evolution/abc',
    '/%68ooks/evolution/abc',
    '/hooks%2Fevolution/abc',
    '/hooks;a=b/evolution/abc',
    '/HOOKS/evolution/abc',
    '/hooks/evolution/abc?a=b',
    '/session/hooks/evolution/abc',
    '/session//hooks/evolution/abc',
    '/session/%2fhooks/evolution/abc',
    '/session/a/../%68ooks/evolution/abc',
    '/SESSION/hooks/evolution/abc',
  ])('POST %s from outside is a missing route', async (path) => {
    const answer = await call('POST', path, {}, '{}');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 404, success: false, code: 'not_found' });
  });

  test('other paths go through as they are written, with their query', async () => {
    expect((await seenBy('GET', '/api/phone-numbers?limit=5')).url).toBe('/api/phone-numbers?limit=5');
    expect((await seenBy('GET', '/hooksmith')).url).toBe('/hooksmith');
    expect((await seenBy('GET', '/api/%2568ooks/a%2Fb')).url).toBe('/api/%2568ooks/a%2Fb');
  });

  test('below /session/ is the same API, with its query and what is encoded in it', async () => {
    expect((await seenBy('POST', '/session/api/v1/auth/login?a=b%20c')).url).toBe('/api/v1/auth/login?a=b%20c');
    expect((await seenBy('GET', '/session/api/v1/sessions/a%20b%25c')).url).toBe('/api/v1/sessions/a%20b%25c');
    expect((await seenBy('GET', '/session/%2568ooks/x')).url).toBe('/%2568ooks/x');
    expect((await seenBy('GET', '/session/session/hooks/x')).url).toBe('/session/hooks/x');
    expect((await seenBy('GET', '/sessions')).url).toBe('/sessions');
  });

  test('the caller cannot choose the address that the gateway believes', async () => {
    const seen = await seenBy('GET', '/x', {
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    });
    expect(seen.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(JSON.stringify(seen.headers)).not.toContain('6.6.6.6');
  });

  test('a harmless request id of the caller is kept, any other replaced', async () => {
    const kept = await seenBy('GET', '/x', { 'x-request-id': 'order-4711_a.b' });
    expect(kept.headers['x-request-id']).toBe('order-4711_a.b');
    for (const id of ['short', 'with space inside', '"quoted-value"']) {
      expect((await seenBy('GET', '/x', { 'x-request-id': id })).headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test('connections to the gateway are used again', async () => {
    await seenBy('GET', '/x');
    const before = connections;
    for (let count = 0; count < 10; count += 1) await seenBy('GET', '/x');
    expect(connections - before).toBeLessThanOrEqual(2);
  });

  test('a body of 31 MiB passes, one of 33 MiB is refused as a problem', async () => {
    expect((await seenBy('POST', '/x', {}, Buffer.alloc(31 * 1_048_576))).bodyBytes).toBe(31 * 1_048_576);
    const refused = await call('POST', '/x', { 'content-length': String(33 * 1_048_576) });
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  test('JSON is compressed for those who ask, and no answer names the version of nginx', async () => {
    const { headers } = await call('GET', '/x', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers.server).toBe('nginx');
  });

  test.each(['/socket.io/?transport=websocket', '/elsewhere'])(
    'an upgrade to WebSocket at %s goes through',
    async (path) => {
      const outgoing = request(urlOf(path), { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
      const said = new Promise<string>((resolve, reject) => {
        outgoing.on('error', reject);
        outgoing.on('upgrade', async (_response, socket, head) => {
          let text = head.toString();
          for await (const chunk of socket) text += chunk;
          resolve(text);
        });
      });
      outgoing.end();
      expect(await said).toBe(`upgraded ${path}`);
    },
  );

  function urlOf(path: string): URL {
    if (nginx === undefined) throw new Error('nginx did not start');
    return new URL(path, nginx.url);
  }

  async function seenBy(...given: Parameters<typeof call>): Promise<Seen> {
    const answer = await call(...given);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body);
  }

  // node:http, because fetch would tidy the path up.
  function call(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Buffer,
  ): Promise<Answer> {
    const { hostname, port } = urlOf('/');
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        outgoing.destroy();
      });
      outgoing.on('error', reject);
      if (body === undefined && headers['content-length'] !== undefined) outgoing.flushHeaders();
      else outgoing.end(body);
    });
  }
});
