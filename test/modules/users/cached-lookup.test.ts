import { expect, test, vi } from 'vitest';
import { createCachedLookup } from '../../../src/modules/users/cached-lookup.ts';

type Value = { name: string };

function setUp(options: { entriesMax?: number } = {}) {
  let nowMs = 0;
  const answers = new Map<string, () => Promise<Value | null>>();
  const load = vi.fn((key: string) => answers.get(key)?.() ?? Promise.resolve(null));
  const lookup = createCachedLookup<Value>({
    clock: { now: () => new Date(nowMs), monotonicMs: () => nowMs },
    load,
    ...options,
  });
  return {
    lookup,
    load,
    give: (key: string, value: Value | null) => answers.set(key, () => Promise.resolve(value)),
    answerWith: (key: string, answer: () => Promise<Value | null>) => answers.set(key, answer),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

const refused = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));

test('an answer up to 2 s old is given again without a load, as the very same promise', async () => {
  const { lookup, load, give, advance } = setUp();
  give('a', { name: 'first' });
  await lookup.get('a');
  advance(2_000);
  expect(lookup.get('a')).toBe(lookup.get('a'));
  expect(load).toHaveBeenCalledTimes(1);
});

test('between 2 s and 3 s the old answer is given while one load renews it', async () => {
  const { lookup, load, give, advance } = setUp();
  give('a', { name: 'first' });
  await lookup.get('a');
  give('a', { name: 'second' });
  advance(2_500);
  expect(await Promise.all([lookup.get('a'), lookup.get('a')])).toEqual([{ name: 'first' }, { name: 'first' }]);
  expect(load).toHaveBeenCalledTimes(2);
  expect(await lookup.get('a')).toEqual({ name: 'second' });
});

test('after 3 s callers wait for the load', async () => {
  const { lookup, give, advance } = setUp();
  give('a', { name: 'first' });
  await lookup.get('a');
  give('a', null);
  advance(3_001);
  expect(await lookup.get('a')).toBeNull();
});

test('the age of an answer counts from when the question was asked', async () => {
  const { lookup, load, answerWith, advance } = setUp();
  answerWith('a', async () => {
    advance(2_900);
    return { name: 'slow' };
  });
  await lookup.get('a');
  advance(200);
  await lookup.get('a');
  expect(load).toHaveBeenCalledTimes(2);
});

test('a load that began before a change serves no one who asks after it', async () => {
  const { lookup, load, answerWith, give } = setUp();
  let answer = (_value: Value) => {};
  answerWith('a', () => new Promise((resolve) => (answer = resolve)));
  const before = lookup.get('a');
  lookup.forget(() => true);
  give('a', { name: 'after the change' });
  const after = lookup.get('a');
  answer({ name: 'before the change' });
  expect(await before).toEqual({ name: 'before the change' });
  expect(await after).toEqual({ name: 'after the change' });
  expect(await lookup.get('a')).toEqual({ name: 'after the change' });
  expect(load).toHaveBeenCalledTimes(2);
});

test('forgets only what matches', async () => {
  const { lookup, load, give } = setUp();
  give('a', { name: 'a' });
  give('b', { name: 'b' });
  await Promise.all([lookup.get('a'), lookup.get('b')]);
  lookup.forget((value) => value.name === 'a');
  await Promise.all([lookup.get('a'), lookup.get('b')]);
  expect(load).toHaveBeenCalledTimes(3);
});

test('unknown keys push no known one out, and either sort is bounded', async () => {
  const { lookup, load, give } = setUp({ entriesMax: 3 });
  give('good', { name: 'good' });
  await lookup.get('good');
  for (let n = 0; n < 100; n++) await lookup.get(`guess ${n}`);
  load.mockClear();
  await lookup.get('good');
  await lookup.get('guess 99');
  expect(load).not.toHaveBeenCalled();
  await lookup.get('guess 1');
  expect(load).toHaveBeenCalledTimes(1);
});

test('in trouble an answer serves until it is 5 s old, and the database is asked at most every 250 ms', async () => {
  const { lookup, load, give, answerWith, advance } = setUp();
  give('a', { name: 'first' });
  await lookup.get('a');
  answerWith('a', refused);
  advance(3_500);
  expect(await lookup.get('a')).toEqual({ name: 'first' });
  for (let n = 0; n < 50; n++) await lookup.get('a');
  expect(load).toHaveBeenCalledTimes(2);
  advance(1_501);
  await expect(lookup.get('a')).rejects.toMatchObject({ code: 'database_unavailable' });
  await expect(lookup.get('a')).rejects.toMatchObject({ code: 'database_unavailable' });
  expect(load).toHaveBeenCalledTimes(3);
  give('a', { name: 'second' });
  advance(250);
  expect(await lookup.get('a')).toEqual({ name: 'second' });
});

test('an error that is not the database being away reaches the caller as it is', async () => {
  const { lookup, answerWith } = setUp();
  answerWith('a', () => Promise.reject(new TypeError('a slip of ours')));
  await expect(lookup.get('a')).rejects.toThrow('a slip of ours');
});
