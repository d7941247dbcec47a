import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMediaBudget } from '../../../src/modules/messages/media/media-budget.ts';

const mebibyte = 1_048_576;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is held never passes 96 MiB, nor 48 MiB for one owner, and everybody gets a turn', async () => {
  const holders = fc.array(
    fc.record({
      owner: fc.nat({ max: 3 }),
      sizes: fc.array(fc.integer({ min: 0, max: 16 }), { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(holders, async (all) => {
      const budget = createMediaBudget();
      const byOwner = new Map<number, number>();
      let ended = 0;
      const work = all.map(async ({ owner, sizes }) => {
        const place = budget.place(owner);
        let own = 0;
        for (const size of sizes) {
          await place.hold(size * mebibyte);
          byOwner.set(owner, (byOwner.get(owner) ?? 0) + size - own);
          own = size;
          expect(budget.held()).toBeLessThanOrEqual(96 * mebibyte);
          expect(byOwner.get(owner)).toBeLessThanOrEqual(48);
          await vi.advanceTimersByTimeAsync(1);
        }
        byOwner.set(owner, (byOwner.get(owner) ?? 0) - own);
        place.release();
        place.release();
        ended++;
      });
      const settled = await Promise.allSettled([...work, vi.advanceTimersByTimeAsync(11_000)]);
      const failed = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      for (const error of failed) expect(error).toMatchObject({ code: 'overloaded' });
      expect(ended + failed.length).toBe(all.length);
    }),
    { numRuns: 50 },
  );
});

test('who finds no room within 10 s is told to come again, and takes nothing', async () => {
  const budget = createMediaBudget();
  const places = [1, 1, 1].map((owner) => budget.place(owner));
  await Promise.all(places.map((place) => place.hold(16 * mebibyte)));
  const waiting = expect(budget.place(1).hold(16 * mebibyte)).rejects.toMatchObject({
    code: 'overloaded',
    kind: 'unavailable',
    retryAfterSeconds: 2,
  });
  await budget.place(2).hold(16 * mebibyte);
  await vi.advanceTimersByTimeAsync(10_001);
  await waiting;
  expect(budget.held()).toBe(64 * mebibyte);
});

test('who comes later passes nobody that waits for room, however little it wants', async () => {
  const budget = createMediaBudget();
  const holders = [1, 2, 3].map((owner) => budget.place(owner));
  await Promise.all(holders.map((holder, index) => holder.hold(([48, 32, 8][index] ?? 0) * mebibyte)));
  const started: string[] = [];
  const large = budget.place(4);
  const waiting = [
    large.hold(16 * mebibyte).then(() => started.push('large')),
    budget
      .place(5)
      .hold(mebibyte)
      .then(() => started.push('small')),
  ];
  await vi.advanceTimersByTimeAsync(1);
  expect(started).toEqual([]);
  holders[2]?.release();
  await Promise.all(waiting.slice(0, 1));
  expect(started).toEqual(['large']);
  expect(budget.held()).toBe(96 * mebibyte);
  large.release();
  await Promise.all(waiting);
  expect(started).toEqual(['large', 'small']);
});

test('who waits behind its own share holds up its own, and nobody else', async () => {
  const budget = createMediaBudget();
  const first = budget.place(1);
  await first.hold(48 * mebibyte);
  const started: string[] = [];
  const own = ['first', 'second'].map((name, index) =>
    budget
      .place(1)
      .hold((16 - index) * mebibyte)
      .then(() => started.push(name)),
  );
  await budget.place(2).hold(16 * mebibyte);
  expect(started).toEqual([]);
  first.release();
  await Promise.all(own);
  expect(started).toEqual(['first', 'second']);
});

test('when one gives up waiting, those behind it start', async () => {
  const budget = createMediaBudget();
  for (const owner of [1, 2]) await budget.place(owner).hold((50 - 4 * owner) * mebibyte);
  const givesUp = expect(budget.place(3).hold(16 * mebibyte)).rejects.toMatchObject({ code: 'overloaded' });
  await vi.advanceTimersByTimeAsync(5_000);
  const behind = budget.place(4).hold(4 * mebibyte);
  await vi.advanceTimersByTimeAsync(5_001);
  await givesUp;
  await behind;
  expect(budget.held()).toBe(92 * mebibyte);
});

test('a line of 256 refuses at once', async () => {
  const budget = createMediaBudget();
  for (const owner of [1, 2]) await budget.place(owner).hold(48 * mebibyte);
  const waiting = Array.from({ length: 256 }, (_, index) =>
    budget
      .place(index)
      .hold(mebibyte)
      .catch(() => 'refused'),
  );
  await expect(budget.place(9).hold(mebibyte)).rejects.toMatchObject({ code: 'overloaded' });
  await vi.advanceTimersByTimeAsync(10_001);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['refused']));
});
