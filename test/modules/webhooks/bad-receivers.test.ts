import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Receiver, rawReceiver } from '../../platform/egress/support/receivers.ts';
import {
  type DeliveryRow,
  type DeliveryTest,
  eventually,
  type LogRow,
  startDelivery,
  startReceiver,
} from './support.ts';

type Seen = { log: LogRow; delivery: DeliveryRow; dueInSeconds: number; connections: number };
type BadReceiver = { answer(socket: Socket, port: number): void; holds(seen: Seen): void };

const failed = ({ log, delivery }: Seen) => {
  expect(log.error).toEqual(expect.any(String));
  expect(delivery).toMatchObject({ status: 'pending', step: 1 });
};
const failedAfter15s = (seen: Seen) => {
  failed(seen);
  expect(seen.log.response_time_ms).toBeGreaterThan(13_000);
  // A busy machine may be late; a drip goes on for ever.
  expect(seen.log.response_time_ms).toBeLessThan(20_000);
};
const dueIn = (min: number, max: number) => (seen: Seen) => {
  failed(seen);
  expect(seen.dueInSeconds).toBeGreaterThan(min);
  expect(seen.dueInSeconds).toBeLessThanOrEqual(max);
};
const ignored = dueIn(-15, 6.1);

function drip(socket: Socket, head: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write('x'), 500);
  socket.on('close', () => clearInterval(timer));
}

const answering = (head: string) => (socket: Socket) =>
  void socket.end(`${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
const redirecting = (status: number): BadReceiver => ({
  answer: (socket, port) =>
    answering(`HTTP/1.1 ${status} Moved\r\nlocation: http://127.0.0.1:${port}/elsewhere`)(socket),
  holds(seen) {
    failed(seen);
    expect(seen).toMatchObject({ log: { status_code: status }, connections: 1 });
  },
});
const retryAfter = (value: string, holds: BadReceiver['holds']): BadReceiver => ({
  answer: answering(`HTTP/1.1 429 Too Many Requests\r\nretry-after: ${value}`),
  holds,
});

const receivers: Record<string, BadReceiver[]> = {
  'receiver drips headers': [
    { answer: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-drip: '), holds: failedAfter15s },
  ],
  'receiver drips body': [
    {
      answer: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n'),
      holds: failedAfter15s,
    },
  ],
  'receiver 301/302/307/308': [redirecting(301), redirecting(302), redirecting(307), redirecting(308)],
  'receiver 429 Retry-After: 99999999999': [retryAfter('99999999999', dueIn(35_900, 36_001))],
  'receiver Retry-After: -1 / abc / date in the past': [
    retryAfter('-1', ignored),
    retryAfter('abc', ignored),
    retryAfter('Wed, 21 Oct 2015 07:28:00 GMT', ignored),
  ],
  'receiver invalid HTTP': [
    { answer: (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'), holds: failed },
    { answer: (socket) => void socket.end('HTTP/9.9 abc\r\n\r\n'), holds: failed },
    {
      answer: (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'),
      holds: failed,
    },
  ],
  'receiver Set-Cookie, 10 MB headers': [
    {
      answer: answering('HTTP/1.1 500 Oh\r\nset-cookie: session=1'),
      holds(seen) {
        failed(seen);
        expect(seen.log.status_code).toBe(500);
      },
    },
    {
      answer: (socket) => void socket.end(`HTTP/1.1 200 OK\r\nx-large: ${'a'.repeat(10_000_000)}\r\n\r\n`),
      holds: failed,
    },
  ],
};

const corpus: { name: string; method: string }[] = JSON.parse(
  await readFile(new URL('../../fixtures/bad-input.json', import.meta.url), 'utf8'),
);
const asked = corpus.filter(({ method }) => method === 'RECEIVER').map(({ name }) => name);

const tried = Object.entries(receivers).flatMap(([name, each]) =>
  each.map((bad, nth) => ({ title: each.length > 1 ? `${name}, ${nth + 1}` : name, bad })),
);

let house: DeliveryTest;
const open: Receiver[] = [];
/** All at once, since two of them take their 15 s. */
let seen: Map<string, Promise<Seen>>;

beforeAll(async () => {
  house = await startDelivery();
  seen = new Map(tried.map(({ title, bad }) => [title, deliverTo(bad)]));
});
afterAll(async () => {
  await Promise.allSettled(seen.values());
  await house.close();
  await Promise.all(open.map((receiver) => receiver[Symbol.asyncDispose]()));
});

test('every bad receiver of the corpus is tried', () => {
  expect(Object.keys(receivers).sort()).toEqual([...asked].sort());
});

test.each(tried)('$title', async ({ title, bad }) => {
  const what = await seen.get(title);
  if (what === undefined) throw new Error('not tried');
  bad.holds(what);
});

test('a cookie that a receiver sets comes back to nobody', async () => {
  const cookies: unknown[] = [];
  await using receiver = await startReceiver();
  receiver.answer((response, { headers }) => {
    cookies.push(headers.cookie);
    response.writeHead(500, { 'set-cookie': 'session=1' }).end();
  });
  const userId = await house.addUser();
  await house.addEndpoint(userId, receiver.url);
  await house.tell(userId, {});
  await eventually(async () => (await house.deliveries(userId))[0]?.step).toBe(1);
  await house.hurry();
  await eventually(() => cookies.length).toBe(2);
  expect(cookies).toEqual([undefined, undefined]);
});

async function deliverTo(bad: BadReceiver): Promise<Seen> {
  let port = 0;
  const receiver = await rawReceiver((socket) => {
    socket.on('error', () => {});
    bad.answer(socket, port);
  });
  open.push(receiver);
  port = receiver.port;
  const userId = await house.addUser();
  await house.addEndpoint(userId, `http://127.0.0.1:${port}/hook`);
  await house.tell(userId, {});
  return vi.waitFor(
    async () => {
      const [log] = await house.logs(userId);
      const [delivery] = await house.deliveries(userId);
      if (log === undefined || delivery?.step !== 1) throw new Error('no attempt was recorded');
      const dueInSeconds = (delivery.due_at.getTime() - Date.now()) / 1_000;
      return { log, delivery, dueInSeconds, connections: receiver.connections() };
    },
    { timeout: 40_000, interval: 50 },
  );
}
