import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIds } from '../../src/platform/ids.ts';

const ids = createIds();

test('a uuidv7 has version and variant, says its millisecond, and never comes twice', () => {
  const before = Date.now();
  const made = Array.from({ length: 50_000 }, () => ids.uuidv7());
  const after = Date.now();
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(made.length);
  for (const id of [made[0], made.at(-1)]) {
    const time = Number.parseInt((id ?? '').replace('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  }
});

test('every random part of a uuidv7 takes all its values', () => {
  let now = 1_700_000_000_000;
  const stepping = createIds(() => now++);
  const made = Array.from({ length: 5_000 }, () => stepping.uuidv7());
  for (const place of [16, 17, 20, 21, 22, 24, 35]) expect(new Set(made.map((id) => id[place])).size).toBe(16);
  expect(new Set(made.map((id) => id[15]))).toEqual(new Set([...'01234567']));
  expect(new Set(made.map((id) => id[19]))).toEqual(new Set(['8', '9', 'a', 'b']));
});

test('uuidv7s of one process sort in the order they were made in, whatever the clock does', () => {
  const jump = fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 }), fc.integer({ min: 0, max: 1 }));
  fc.assert(
    fc.property(fc.array(jump, { minLength: 2, maxLength: 200 }), (jumps) => {
      let now = 1_700_000_000_000;
      const jumping = createIds(() => now);
      const made = jumps.map((by) => {
        now += by;
        return jumping.uuidv7();
      });
      expect(made).toEqual([...new Set(made)].sort());
    }),
  );
  const made = Array.from({ length: 50_000 }, () => ids.uuidv7());
  expect(made).toEqual([...made].sort());
});

test('a uuidv7 says its millisecond again as soon as a clock that went back has caught up', () => {
  let now = 1_700_000_000_000;
  const jumping = createIds(() => now);
  const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
  expect(timeOf(jumping.uuidv7())).toBe(now);
  now -= 5_000;
  expect(timeOf(jumping.uuidv7())).toBe(now + 5_000);
  now += 5_001;
  expect(timeOf(jumping.uuidv7())).toBe(now);
});

test('base62 and base36 have the asked length and alphabet', () => {
  expect(ids.base62(500)).toMatch(/^[0-9A-Za-z]{500}$/);
  expect(ids.base36(500)).toMatch(/^[0-9a-z]{500}$/);
});
