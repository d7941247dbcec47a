import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createEgress, type Egress, EgressError } from '../../../src/platform/egress/index.ts';
import { connectionsAreFree, httpReceiver, rawReceiver, until } from './support/receivers.ts';

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

  test('reaches an IPv6 literal under its bracketed name', async () => {
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

describe('the deadline ends', () => {
  const chunked = `${okHead}transfer-encoding: chunked\r\n\r\n`;
  test.each([
    ['a host that never answers', '', ''],
    ['headers that come drop by drop', okHead, 'x-a: b\r\n'],
    ['a body that comes drop by drop', chunked, '1\r\na\r\n'],
    ['informational answers without end', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('%s, and the connection with it', async (_name, start, drop) => {
    let isClosed = false;
    await using receiver = await rawReceiver((socket) => {
      socket.write(start);
      const drip = setInterval(() => socket.write(drop), 20);
      socket.on('close', () => {
        clearInterval(drip);
        isClosed = true;
      });
    });
    await using egress = createEgress({ allowCidrs });
    const startedAt = performance.now();
    expect(await failureOf(egress, urlOf(receiver), { deadlineMs: 250 })).toMatchObject({ kind: 'timeout' });
    expect(performance.now() - startedAt).toBeGreaterThan(240);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await until(() => isClosed);
  });

  test('the wait for a free connection, too, and the request is never sent afterwards', async () => {
    const seen: string[] = [];
    await using receiver = await httpReceiver((request, response) => {
      seen.push(request.url ?? '');
      setTimeout(() => response.end('ok'), 300);
    });
    await using egress = createEgress({ allowCidrs });
    const busy = Array.from({ length: 64 }, () => egress.fetchBytes({ url: urlOf(receiver), ...limits }));
    const late = failureOf(egress, `${urlOf(receiver)}late`, { deadlineMs: 50 });
    expect(await late).toMatchObject({ kind: 'timeout' });
    await Promise.all(busy);
    await egress.fetchBytes({ url: `${urlOf(receiver)}after`, ...limits });
    expect(seen).toContain('/after');
    expect(seen).not.toContain('/late');
  });
});

describe('the byte limit', () => {
  test('takes an answer of exactly that size', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end('x'.repeat(limits.maxBytes)));
    await using egress = createEgress({ allowCidrs });
    for (const onExcess of ['error', 'truncate'] as const) {
      const answer = await egress.fetchBytes({ url: urlOf(receiver), ...limits, onExcess });
      expect(answer.body.length).toBe(limits.maxBytes);
      expect(answer.truncated).toBe(false);
    }
  });

  test('ends an endless answer as too large', async () => {
    await using receiver = await endlessReceiver();
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind: 'too_large' });
    await until(() => receiver.isClosed());
  });

  test('or cuts it off there and ends the connection, when asked to', async () => {
    await using receiver = await endlessReceiver();
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), ...limits, onExcess: 'truncate' });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body.equals(Buffer.alloc(limits.maxBytes, 'x'))).toBe(true);
    await until(() => receiver.isClosed());
  });

  test('believes a content-length that is too large before any body comes', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(`${okHead}content-length: 5000000000\r\n\r\n`));
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind: 'too_large' });
  });

  test('lets HEAD tell a size without a body', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(`${okHead}content-length: 5000000000\r\n\r\n`));
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), method: 'HEAD', ...limits });
    expect(answer.headers['content-length']).toBe('5000000000');
  });

  test('costs about the bytes themselves when they come one by one', async () => {
    const count = 200_000;
    await using receiver = await rawReceiver((socket) => {
      socket.end(`${okHead}transfer-encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(count)}0\r\n\r\n`);
    });
    await using egress = createEgress({ allowCidrs });
    const answer = await egress.fetchBytes({ url: urlOf(receiver), maxBytes: count, deadlineMs: 10_000 });
    expect(answer.body.equals(Buffer.alloc(count, 'a'))).toBe(true);
    expect(answer.body.buffer.byteLength).toBeLessThanOrEqual(2 * count);
  });

  test.each([
    ['one huge header', `x-a: ${'a'.repeat(10_000_000)}\r\n`],
    ['many small ones', 'x-a: b\r\n'.repeat(100_000)],
  ])('holds for headers: %s', async (_name, headers) => {
    await using receiver = await rawReceiver((socket) => socket.end(`${okHead}${headers}content-length: 0\r\n\r\n`));
    await using egress = createEgress({ allowCidrs });
    expect(await failureOf(egress, urlOf(receiver))).toMatchObject({ kind: 'too_large' });
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

function urlOf({ port }: { port: number }): string {
  return `http://127.0.0.1:${port}/`;
}

async function failureOf(
  egress: Egress,
  url: string,
  over: { maxBytes?: number; deadlineMs?: number } = {},
): Promise<EgressError> {
  const failure = await egress.fetchBytes({ url, ...limits, ...over }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof EgressError)) throw failure ?? new Error('the request did not fail');
  expect(failure.message).not.toMatch(/127|undici|UND_|E[A-Z]{5}|HPE/);
  return failure;
}

async function endlessReceiver() {
  let isClosed = false;
  const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`;
  const receiver = await rawReceiver((socket) => {
    socket.on('close', () => {
      isClosed = true;
    });
    socket.write(`${okHead}transfer-encoding: chunked\r\n\r\n`);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  return { ...receiver, isClosed: () => isClosed };
}
