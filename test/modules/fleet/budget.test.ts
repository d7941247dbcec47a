import { describe, expect, test } from 'vitest';
import type { FleetReads } from '../../../src/evolution/client.ts';
import { EvolutionError } from '../../../src/evolution/errors.ts';
import { createMeter, missing, NoGoodAnswers } from '../../../src/modules/fleet/reconcile/meter.ts';
import { observe } from '../../../src/modules/fleet/reconcile/observe.ts';
import type { Remembered } from '../../../src/modules/fleet/reconcile/reconciles-system.ts';
import { nextAfter, spreadQuestions } from '../../../src/modules/fleet/reconcile/spread.ts';
import type { DesiredNumber } from '../../../src/modules/phone-numbers/index.ts';

const costsMs = { settings: 3, latest: 6, foreign: 30 };
const spread = (count: number, more: Partial<Parameters<typeof spreadQuestions>[0]> = {}) =>
  spreadQuestions({
    numbers: { settings: count, latest: count, foreign: count },
    budgetMs: 400,
    costsMs,
    ...more,
  });

describe('what one pass asks beside states and webhooks', () => {
  test('everything of a few numbers that is due in it', () => {
    expect(spread(40)).toEqual({ settings: 40, latest: 4, foreign: 1 });
    expect(spread(0)).toEqual({ settings: 0, latest: 0, foreign: 0 });
  });

  test('less of each where there are more numbers than the budget allows', () => {
    for (const numbers of [1, 40, 200, 500, 1_000, 5_000, 100_000]) {
      const asked = spread(numbers);
      const takesMs =
        asked.settings * costsMs.settings + asked.latest * costsMs.latest + asked.foreign * costsMs.foreign;
      expect(takesMs).toBeLessThanOrEqual(400 + costsMs.foreign);
    }
  });

  test('every question goes on, however many numbers there are and however dear one is, or little is left', () => {
    for (const more of [{ costsMs: { ...costsMs, foreign: 10_000 } }, { budgetMs: 0 }, { budgetMs: -50 }]) {
      expect(Math.min(...Object.values(spread(100_000, more)))).toBe(1);
    }
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

describe('how far one pass comes', () => {
  let now = 0;
  const clock = { monotonicMs: () => now, now: () => new Date(now) };
  const numbers = [1, 2, 3, 4, 5, 6].map((id) => ({ id, backendName: `line-${id}` }) as DesiredNumber);
  const taking = async <T>(ms: number, answer: T) => {
    now += ms;
    return answer;
  };

  /** A pass with a budget of 100 ms over a backend that takes 10 ms for a state, and 15 ms for a webhook. */
  function pass(former: Remembered, allStates?: Map<string, 'open'>) {
    const asked: string[] = [];
    const noting = <T>(question: string, ms: number, answer: T) => {
      return (name: string) => {
        asked.push(`${question} of ${name}`);
        return taking(ms, answer);
      };
    };
    const client = {
      allStates: () => taking(0, allStates),
      state: noting('state', 10, 'open'),
      webhook: noting('webhook', 15, null),
      settings: () => taking(5, null),
      attached: () => taking(5, []),
      bots: () => taking(0, undefined),
    } as unknown as FleetReads;
    const deps = {
      clock,
      client,
      isSurprising: () => false,
      mayBeSilent: () => false,
      check() {},
      budgetMs: 100,
      lookAgainAfterMs: 0,
      refusedForMs: 3_600_000,
    };
    const meter = createMeter({ clock, check() {}, quickestMs: 0 });
    return observe(deps, meter, numbers, former).then((observation) => ({ ...observation, asked, meter }));
  }

  test('states and webhooks are asked number by number, and the next pass goes on where time was up', async () => {
    const first = await pass({});
    expect([...first.seen].filter(([, { webhook }]) => webhook !== undefined).map(([id]) => id)).toEqual([1, 2, 3, 4]);
    expect(first.meter.busyMs()).toBeLessThanOrEqual(100 + 15);
    const second = await pass(first.remembered);
    expect(second.asked.slice(0, 3)).toEqual(['state of line-5', 'webhook of line-5', 'state of line-6']);
  });

  test('states that came with one answer are all seen, and leave time for more webhooks', async () => {
    const { asked, seen } = await pass({}, new Map(numbers.map(({ backendName }) => [backendName, 'open' as const])));
    expect([...seen.values()].map(({ state }) => state)).toEqual(numbers.map(() => 'open'));
    expect(asked).toEqual(numbers.map(({ backendName }) => `webhook of ${backendName}`));
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
    await meter.ask('settings', taking(21));
    const costs = meter.costsMs({ settings: 3 });
    expect(costs.settings).toBeGreaterThan(3);
    expect(spread(1_000, { costsMs: { ...costsMs, ...costs } }).settings).toBeLessThan(spread(1_000).settings);
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
