import { expect, test } from 'vitest';
import { createStormFilter } from '../../../src/modules/inbound/storm-filter.ts';

function start() {
  const clock = { now: 0, monotonicMs: () => clock.now };
  const filter = createStormFilter(clock);
  let stored = 0;
  return {
    clock,
    filter,
    stored: () => stored,
    store: async () => {
      stored++;
    },
  };
}

test('a repetition is answered only once the first is stored', async () => {
  const { filter, store, stored } = start();
  const commit = Promise.withResolvers<void>();
  const answers: string[] = [];
  const note = (answer: string) => void answers.push(answer);
  const first = filter.once(1, () => commit.promise).then(note);
  const second = filter.once(1, store).then(note);
  await filter.once(2, store);
  expect(answers).toEqual([]);
  commit.resolve();
  await Promise.all([first, second]);
  expect(answers.toSorted()).toEqual(['repeated', 'stored']);
  expect(stored()).toBe(1);
});

test('where the first cannot be stored its repetitions fail with it, and the next try is stored', async () => {
  const { filter, store, stored } = start();
  const away = new Error('away');
  const tries = [filter.once(1, () => Promise.reject(away)), filter.once(1, store)];
  const ends = await Promise.allSettled(tries);
  expect(ends).toEqual([
    { status: 'rejected', reason: away },
    { status: 'rejected', reason: away },
  ]);
  expect(await filter.once(1, store)).toBe('stored');
  expect(stored()).toBe(1);
});

test('one is stored every 2 s, and at once after another call of the number', async () => {
  const { clock, filter, store, stored } = start();
  expect(await filter.once(1, store)).toBe('stored');
  clock.now = 1_999;
  expect(await filter.once(1, store)).toBe('repeated');
  filter.forget(1);
  expect(await filter.once(1, store)).toBe('stored');
  clock.now = 3_999;
  expect(await filter.once(1, store)).toBe('stored');
  expect(stored()).toBe(3);
});

test('a call that comes while "connecting" is being stored makes the next one news', async () => {
  const { filter, store } = start();
  const commit = Promise.withResolvers<void>();
  const first = filter.once(1, () => commit.promise);
  filter.forget(1);
  expect(await filter.once(1, store)).toBe('stored');
  commit.resolve();
  expect(await first).toBe('stored');
});
