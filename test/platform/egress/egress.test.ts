import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createEgress } from '../../../src/platform/egress/index.ts';
import { failureOf, urlOf } from './support/failure-of.ts';
import { connectionsAreFree, hasIpv6, httpReceiver, rawReceiver, until } from './support/receivers.ts';

const allowCidrs = ['127.0.0.0/8', '::1/128'];
const limits = { maxBytes: 1_024, deadlineMs: 5_000 };
const okHead = 'HTTP/1.1 200 OK\r\n';

describe('one exchange', () => {
  test('sends method, headers and body as given and asks for an uncompressed answer', async () => {
    await using receiver = await httpReceiver(async (request, response) => {
      const chunks = await request.toArray();
      const seen = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      response.setHeader('x-twice', ['a', 'b']).end(JSON.stringify(seen));
    });
    await using egress = createEgress({ allowCidrs });
    const url = `http://127.0.0.1:${receiver.port}/hook?x=%20#part`;

    const answer = await egress.fetchBytes({
      url,
      method: 'POST',
      headers: { 'X-Signature': 'abc' },
      body: '{"ä":1}',
      ...limits,
    });

    expect(answer).toMatchObject({ status: 200, truncated: false, headers: { 'x-twice': ['a', 'b'] } });
    const seen = JSON.parse(answer.body.toString());
    expect(seen).toMatchObject({ method: 'POST', url: '/hook?x=%20', body: '{"ä":1}' });
    expect(seen.headers).toMatchObject({
      host: `127.0.0.1:${receiver.port}`,
      'x-signature': 'abc',
      'accept-encoding': 'identity',
      'content-length': '8',
    });
  });

  test.skipIf(!hasIpv6())('reaches an IPv6 literal under its bracketed name', async () => {
    await using receiver = await httpReceiver((request, response) => response.end(request.headers.host), '::1');
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: `http://[0:0::1]:${receiver.port}/`, ...limits });
    expect(answer.body.toString()).toBe(`[::1]:${receiver.port}`);
  });

  test.each([301, 302, 303, 307, 308])('returns a %i as it is and makes no second request', async (status) => {
    const urls: unknown[] = [];
    await using receiver = await httpReceiver((request, response) => {
      urls.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end('moved');
    });
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), ...limits });
    expect(answer).toMatchObject({ status, headers: { location: '/elsewhere' } });
    expect(urls).toEqual(['/']);
  });

  test('passes over informational answers and header names that objects have themselves', async () => {
    const answerBytes = `${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\ncontent-encoding: gzip\r\n\r\n'.repeat(50)}${okHead}__proto__: x\r\nconstructor: y\r\ncontent-length: 2\r\n\r\nok`;
    await using receiver = await rawReceiver((socket) => socket.write(answerBytes));
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), ...limits });
    expect(answer.status).toBe(200);
    expect(Object.entries(answer.headers)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    );
  });

  test('keeps a connection for the next exchange with the same origin', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end('ok'));
    await using egress = createEgress({ allowCidrs });
    for (let i = 0; i < 3; i++) {
      await egress.fetchBytes({ url: urlOf(receiver), ...limits });
      await connectionsAreFree();
    }
    expect(receiver.connections()).toBe(1);
  });
});

describe('a compressed answer', () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  const listener: Parameters<typeof httpReceiver>[0] = (_request, response) => {
    response.setHeader('content-encoding', 'gzip').end(bomb);
  };

  test('is refused', async () => {
    await using receiver = await httpReceiver(listener);
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver), { maxBytes: 100_000 })).toMatchObject({ kind: 'protocol' });
  });

  test('or handed over as it came, when asked to', async () => {
    await using receiver = await httpReceiver(listener);
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), ...limits, maxBytes: 100_000, onEncoded: 'raw' });
    expect(answer.body.equals(bomb)).toBe(true);
  });
});

describe('a broken answer', () => {
  test.each([
    ['reset', 'closed before the headers', ''],
    ['reset', 'closed within the headers', okHead],
    ['reset', 'shorter than it said', `${okHead}content-length: 100\r\n\r\nabc`],
    ['reset', 'closed within a chunk', `${okHead}transfer-encoding: chunked\r\n\r\n5\r\nab`],
    [
      'reset',
      'another protocol nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    ],
    ['protocol', 'not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['protocol', 'a chunk of no size', `${okHead}transfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n`],
    ['reset', 'of two lengths', `${okHead}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`],
  ])('fails as %s: %s', async (kind, _name, bytes) => {
    await using receiver = await rawReceiver((socket) => socket.end(bytes));
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind });
  });

  test('leaves none of its bytes in what a log would show', async () => {
    await using receiver = await rawReceiver((socket) => socket.end('SSH-2.0-secret\r\n'));
    await using egress = createEgress({ allowCidrs });
    expect(inspect(await failureOf(egress, urlOf(receiver)), { depth: 10 })).not.toContain('secret');
  });

  test('fails as reset when the host resets the connection', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(okHead, () => socket.resetAndDestroy()));
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind: 'reset' });
  });
});

describe('a request that cannot be sent as given', () => {
  test.each([
    ['a header of the connection', { headers: { Host: 'other' } }],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nx-c: d' } }],
    ['a header name with a space', { headers: { 'x a': 'b' } }],
    ['a negative byte limit', { maxBytes: -1 }],
    ['no deadline', { deadlineMs: Number.POSITIVE_INFINITY }],
  ])('is the mistake of our own code: %s', async (_name, wrong) => {
    await using receiver = await httpReceiver((_request, response) => response.end());
    await using egress = createEgress({ allowCidrs });
    await expect(egress.fetchBytes({ url: urlOf(receiver), ...limits, ...wrong })).rejects.toBeInstanceOf(TypeError);
    expect(receiver.connections()).toBe(0);
  });
});

describe('closing', () => {
  test('ends what is under way as reset, and refuses more', async () => {
    await using receiver = await rawReceiver(() => {});
    const egress = createEgress({ allowCidrs });
    const underWay = failureOf(egress, urlOf(receiver));
    await until(() => receiver.connections() === 1);
    await egress.close();
    expect(await underWay).toMatchObject({ kind: 'reset' });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind: 'reset' });
    expect(receiver.connections()).toBe(1);
  });

  test('ends a name look-up that is under way', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const lookup = (_hostname: string, signal: AbortSignal) => {
      asked.resolve(signal);
      return new Promise<never>(() => {});
    };
    const egress = createEgress({ allowCidrs, lookup });
    const underWay = failureOf(egress, 'http://slow.example.com/');
    const signal = await asked.promise;
    await egress.close();
    expect(await underWay).toMatchObject({ kind: 'reset' });
    expect(signal.aborted).toBe(true);
  });
});
