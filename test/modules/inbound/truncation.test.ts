import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHold, readBody } from '../../../src/modules/inbound/read-body.ts';
import {
  eventually,
  type InboundTest,
  listen,
  placeOnBackend,
  readGaps,
  readStoredCalls,
  startInbound,
  type TestNumber,
} from './support.ts';

const MIB = 1_048_576;

let t: InboundTest;
let baseUrl: string;

beforeAll(async () => {
  t = await startInbound();
  baseUrl = await listen(t.app);
});
afterAll(() => t.close());

function largeCall(instance: string, mebibytes: number): string {
  return JSON.stringify({
    event: 'messages.set',
    instance,
    data: 'x'.repeat(mebibytes * MIB),
    server_url: 'http://backend.test',
    apikey: 'its token',
  });
}

function call(number: TestNumber, options: { secret?: string; length?: number } = {}) {
  const made = request(new URL(`/hooks/evolution/${number.secretId}`, baseUrl), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.secret ?? number.secret}`,
      'content-type': 'application/json',
      ...(options.length === undefined ? {} : { 'content-length': options.length }),
    },
  });
  made.on('error', () => {});
  return made;
}

async function statusOf(made: ReturnType<typeof request>): Promise<number | undefined> {
  const [answer] = (await once(made, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('a call above 25 MiB', () => {
  test.each([
    ['whose length is declared', true],
    ['whose length is not', false],
  ])('%s is answered 200, stored as its beginning, and what it told is read back', async (_name, isDeclared) => {
    const number = await t.makeNumber();
    await placeOnBackend(t.database, number);
    const body = largeCall(number.backendName, 26);
    const made = call(number, isDeclared ? { length: Buffer.byteLength(body) } : {});
    made.end(body);
    expect(await statusOf(made)).toBe(200);
    await t.inbound.lane.drained();
    const [stored, ...others] = await readStoredCalls(t.database, number);
    expect(others).toEqual([]);
    expect(stored).toMatchObject({
      truncated: true,
      event: 'messages.set',
      state: 'stored',
      note: 'too large to be kept',
    });
    expect(stored?.body.equals(Buffer.from(body.slice(0, 65_536)))).toBe(true);
    expect(await readGaps(t.database, number)).toMatchObject([{ reason: 'call_truncated', attempt: 0 }]);
  });

  test('about another instance has nothing read back', async () => {
    const number = await t.makeNumber();
    await placeOnBackend(t.database, number);
    expect(await t.post(number, largeCall('ef-another', 26))).toBe(200);
    await t.inbound.lane.drained();
    expect(await readStoredCalls(t.database, number)).toMatchObject([{ truncated: true, state: 'orphan' }]);
    expect(await readGaps(t.database, number)).toEqual([]);
  });

  test('with a wrong secret is answered 401 before its body has come, and leaves no row', async () => {
    const number = await t.makeNumber();
    const made = call(number, { secret: 'wrong', length: 26 * MIB });
    made.write('{"event":');
    expect(await statusOf(made)).toBe(401);
    made.destroy();
    expect(await readStoredCalls(t.database, number)).toEqual([]);
  });

  test('that breaks off leaves no row, and its room is free again', async () => {
    const number = await t.makeNumber();
    const made = call(number, { length: 26 * MIB });
    made.write('x'.repeat(MIB));
    await eventually(() => t.app.server.connections ?? 1).toBeGreaterThan(0);
    made.destroy();
    await eventually(() => t.post(number, { event: 'call', instance: number.backendName })).toBe(200);
    expect(await readStoredCalls(t.database, number)).toMatchObject([{ truncated: false }]);
  });
});

describe('reading a body', () => {
  const limits = { bytesMax: 100, bytesKept: 10 };
  const chunksOf = (count: number, size: number) =>
    Array.from({ length: count }, (_, index) => Buffer.alloc(size, String(index % 10)));

  test.each([
    ['as it came, up to the limit', chunksOf(10, 10), undefined, 100, false],
    ['cut off one byte beyond it', [...chunksOf(10, 10), Buffer.from('x')], undefined, 10, true],
    ['cut off from the start where so much is declared', chunksOf(11, 10), 110, 10, true],
    ['cut off in the middle of a chunk', chunksOf(1, 500), 500, 10, true],
    ['that is empty', [], undefined, 0, false],
  ])('%s', async (_name, chunks, declared, length, isTruncated) => {
    const read = await readBody(Readable.from(chunks), limits, declared, () => {});
    expect(read).toEqual({ bytes: Buffer.concat(chunks).subarray(0, length), isTruncated });
  });

  test('never holds more than the limit, however long it is', async () => {
    let most = 0;
    await readBody(Readable.from(chunksOf(1_000, 7)), limits, undefined, (bytes) => {
      most = Math.max(most, bytes);
    });
    expect(most).toBeLessThanOrEqual(limits.bytesMax + 7);
  });

  test('takes room in steps where no length is declared, and gives all of it back', () => {
    let taken = 0;
    const take = (bytes: number) => {
      taken += bytes;
      return () => {
        taken -= bytes;
      };
    };
    const held = createHold(take, undefined, { bytesMax: 25 * MIB, bytesKept: 65_536 });
    expect(taken).toBe(MIB);
    held.hold(3 * MIB - 1);
    expect(taken).toBe(3 * MIB);
    held.release();
    expect(taken).toBe(0);
    createHold(take, 26 * MIB, { bytesMax: 25 * MIB, bytesKept: 65_536 });
    expect(taken).toBe(65_536);
  });

  test('a body for which there is no room is read away before it is refused', async () => {
    const body = Readable.from(chunksOf(10, 10));
    const full = () => {
      throw new Error('full');
    };
    await expect(readBody(body, limits, undefined, full)).rejects.toThrow('full');
    expect(body.readableEnded).toBe(true);
  });
});
