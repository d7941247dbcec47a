import { describe, expect, test } from 'vitest';
import { EvolutionError } from '../../../src/evolution/errors.ts';
import { createMeter, missing, NoGoodAnswers } from '../../../src/modules/fleet/reconcile/meter.ts';
import { nextAfter, spreadQuestions } from '../../../src/modules/fleet/reconcile/spread.ts';

const budgetMs = 1_500;
const costsMs = { state: 1, webhook: 3, settings: 3, latest: 6, foreign: 30 };
const spread = (numbers: number, more: Partial<Parameters<typeof spreadQuestions>[0]> = {}) =>
  spreadQuestions({ numbers, candidates: {}, budgetMs, costsMs, statesAtOnce: false, ...more });

describe('what one pass asks', () => {
  test('everything of a few numbers that is due in it', () => {
    expect(spread(40)).toEqual({ state: 40, webhook: 40, settings: 20, latest: 4, foreign: 1 });
  });

  test('less of each where there are more numbers than the budget allows, never more than it', () => {
    for (const numbers of [1, 40, 200, 500, 1_000, 5_000, 100_000]) {
      const asked = spread(numbers);
      const takesMs = Object.entries(asked).reduce(
        (sum, [question, count]) => sum + count * costsMs[question as keyof typeof costsMs],
        0,
      );
      // Each question is about one more number at most than fits.
      const slackMs = 3 + 3 + 6 + 30;
      expect(takesMs).toBeLessThanOrEqual(budgetMs + slackMs);
    }
  });

  test('every question goes on, however many numbers there are and however dear one is', () => {
    const asked = spread(100_000, { costsMs: { ...costsMs, foreign: 10_000 } });
    expect(Math.min(...Object.values(asked))).toBeGreaterThanOrEqual(1);
  });

  test('more of the others where one answer gives all states', () => {
    expect(spread(1_000, { statesAtOnce: true }).webhook).toBeGreaterThan(spread(1_000).webhook);
  });

  test('and no number is left out: the next pass goes on where the last one ended', () => {
    const numbers = [1, 2, 5, 8, 9].map((id) => ({ id }));
    const ids = (lastId: number, count: number) => nextAfter(numbers, lastId, count).map(({ id }) => id);
    expect(ids(0, 2)).toEqual([1, 2]);
    expect(ids(2, 2)).toEqual([5, 8]);
    expect(ids(8, 3)).toEqual([9, 1, 2]);
    expect(ids(7, 9)).toEqual([8, 9, 1, 2, 5]);
  });
});

describe('what a question costs', () => {
  let now = 0;
  const clock = { monotonicMs: () => now };
  const taking = (ms: number) => async () => {
    now += ms;
    return 'answer';
  };
  const meterOf = (quickestMs?: number) => createMeter({ clock, quickestMs, check() {} });

  test('the way there and back, which every answer takes, is not the backend working', async () => {
    const meter = meterOf();
    await meter.ask('state', taking(40));
    await meter.ask('webhook', taking(43));
    expect(meter.busyMs()).toBeLessThan(5);
    expect(meter.wayMs()).toBeGreaterThan(39);
  });

  test('a backend that becomes slower is asked less', async () => {
    const meter = meterOf(1);
    await meter.ask('webhook', taking(21));
    const costs = meter.costsMs({ webhook: 3 });
    expect(costs.webhook).toBeGreaterThan(3);
    expect(spread(1_000, { costsMs: { ...costsMs, ...costs } }).webhook).toBeLessThan(spread(1_000).webhook);
  });
});

describe('a backend whose answers are none', () => {
  const meterOf = () => createMeter({ clock: { monotonicMs: () => 0 }, check() {} });
  const failing = (kind: ConstructorParameters<typeof EvolutionError>[0]) => async () => {
    throw new EvolutionError(kind, 'in a test');
  };

  test('is given up after five failures in a row, and asked nothing more', async () => {
    const meter = meterOf();
    for (let count = 0; count < 4; count++) expect(await meter.ask('state', failing('timeout'))).toBeUndefined();
    await expect(meter.ask('state', failing('timeout'))).rejects.toThrow(NoGoodAnswers);
    let asked = 0;
    await expect(meter.ask('state', async () => void asked++)).rejects.toThrow(NoGoodAnswers);
    expect(asked).toBe(0);
  });

  test('is given up when more than a tenth of its answers cannot be read', async () => {
    const meter = meterOf();
    for (let count = 0; count < 40; count++) await meter.ask('state', async () => 'open');
    for (let count = 0; count < 3; count++) expect(await meter.ask('state', failing('unreadable'))).toBeUndefined();
    const ask = async () => {
      for (;;) await meter.ask('state', failing('unreadable'));
    };
    await expect(ask()).rejects.toThrow(NoGoodAnswers);
    expect(meter.unreadable().length).toBeLessThan(7);
  });

  test('an instance that it does not have is an answer', async () => {
    const meter = meterOf();
    for (let count = 0; count < 9; count++) expect(await meter.ask('state', failing('not_found'))).toBe(missing);
  });
});
