import { describe, expect, test } from 'vitest';
import { createEgress } from '../../../src/platform/egress/index.ts';
import { failureOf, urlOf } from './support/failure-of.ts';
import { httpReceiver, rawReceiver, until } from './support/receivers.ts';

const allowCidrs = ['127.0.0.0/8', '::1/128'];
const limits = { maxBytes: 1_024, deadlineMs: 5_000 };
const okHead = 'HTTP/1.1 200 OK\r\n';

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
