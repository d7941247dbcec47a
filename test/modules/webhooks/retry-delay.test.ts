import { describe, expect, test } from 'vitest';
import { parseRetryAfter, retryDelayMs } from '../../../src/modules/webhooks/retry-delay.ts';

const waits = (schedule: 'standard' | 'short', random: number) =>
  Array.from({ length: 9 }, (_, index) => retryDelayMs(schedule, index + 1, undefined, random)).map((ms) =>
    ms === undefined ? undefined : Math.round(ms),
  );

describe('waits between attempts', () => {
  test('of standard are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and then it is over', () => {
    const seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    expect(waits('standard', 0.5)).toEqual([...seconds.map((each) => each * 1_000), undefined, undefined]);
  });

  test('of standard are spread by 20 % to either side', () => {
    expect(waits('standard', 0).slice(0, 2)).toEqual([4_000, 240_000]);
    expect(waits('standard', 0.999_999).slice(0, 2)).toEqual([6_000, 360_000]);
  });

  test('of short are 1 s, 3 s, 7 s without a spread', () => {
    for (const random of [0, 0.3, 0.999])
      expect(waits('short', random).slice(0, 4)).toEqual([1_000, 3_000, 7_000, undefined]);
  });

  test('are lengthened by Retry-After, 60 s at most for short and 10 h for standard', () => {
    expect(retryDelayMs('short', 1, 5_000, 0)).toBe(5_000);
    expect(retryDelayMs('short', 1, 86_400_000, 0)).toBe(60_000);
    expect(retryDelayMs('standard', 1, 86_400_000, 0.5)).toBe(36_000_000);
    expect(retryDelayMs('standard', 2, 1_000, 0.5)).toBe(300_000);
    expect(retryDelayMs('short', 4, 5_000, 0)).toBeUndefined();
  });
});

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is read as %j', (header, ms) => {
  expect(parseRetryAfter(header, new Date('2026-11-20T12:00:00Z'))).toEqual(ms);
});
