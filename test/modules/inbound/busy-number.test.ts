import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type InboundTest, readStoredCalls, recordedCall, startInbound } from './support.ts';

let t: InboundTest;

beforeAll(async () => {
  t = await startInbound();
});
afterAll(() => t.close());

test('a call that comes while its number is being worked on is applied right after, not at the next look', async () => {
  const number = await t.makeNumber();
  const call = recordedCall('h43-WA-connection.update-open', number);
  const holder = await t.database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from phone_numbers where id = $1 for update', [number.id]);
  expect(await t.post(number, call)).toBe(200);
  await t.database.untilSomeoneWaits();
  expect(await t.post(number, { ...call, date_time: new Date().toISOString() })).toBe(200);
  // A claim that leaves the busy number out comes between: this number's call is applied after it.
  const other = await t.makeNumber();
  expect(await t.post(other, recordedCall('h43-WA-connection.update-open', other))).toBe(200);
  await vi.waitFor(async () => expect((await readStoredCalls(t.database, other))[0]?.state).toBe('applied'));
  await holder.query('rollback');
  holder.release();
  await vi.waitFor(
    async () => {
      const states = (await readStoredCalls(t.database, number)).map(({ state }) => state);
      expect(states).not.toContain('due');
    },
    { timeout: 2_000, interval: 10 },
  );
});
