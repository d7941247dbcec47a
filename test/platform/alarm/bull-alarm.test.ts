import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import { createBullAlarm } from '../../../src/platform/alarm/bull-alarm.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { alarmContract } from './contract.ts';
import { quiet, reaches } from './hearing.ts';
import { collectLogs } from './logs.ts';

describeWithRedis('with Redis', () => {
  let redis: TestRedis;
  let prefix = '';
  let logs = collectLogs();
  const alarms: Alarm[] = [];

  beforeAll(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error('no Redis');
    redis = started;
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    prefix = `test-${randomUUID()}`;
    logs = collectLogs();
  });
  afterEach(async () => {
    await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
  });

  /** As another process: processes share nothing but Redis. */
  function open(logger: Logger = logs.logger): Alarm {
    const alarm = createBullAlarm({ redisUrl: redis.url, prefix, logger });
    alarms.push(alarm);
    return alarm;
  }

  alarmContract('bull alarm', open);

  /** Two processes, of which the second listens and has been heard. */
  async function openPair(): Promise<{ ringer: Alarm; wake: ReturnType<typeof vi.fn> }> {
    const ringer = open();
    const listener = open();
    const wake = vi.fn();
    listener.onRing('lane', wake);
    await reaches(ringer, wake);
    return { ringer, wake };
  }

  test('a ring wakes another process within 200 ms', async () => {
    const { ringer, wake } = await openPair();
    const took: number[] = [];
    for (let round = 0; round < 5; round++) {
      wake.mockClear();
      const rungAt = performance.now();
      ringer.ring('lane');
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { interval: 2, timeout: 5_000 });
      took.push(performance.now() - rungAt);
      await quiet(wake);
    }
    // The quickest: what else the machine does only ever adds.
    expect(Math.min(...took)).toBeLessThan(200);
  });

  test('1,000 rings in 10 ms cause few wake-ups, and the last wake-up begins after the last ring', async () => {
    const { ringer, wake } = await openPair();
    await quiet(wake);
    wake.mockClear();
    let lastWakeAt = 0;
    wake.mockImplementation(() => {
      lastWakeAt = performance.now();
    });
    let lastRingAt = 0;
    for (let round = 0; round < 10; round++) {
      for (let ring = 0; ring < 100; ring++) ringer.ring('lane');
      lastRingAt = performance.now();
      await new Promise((done) => setTimeout(done, 1));
    }
    await vi.waitFor(() => expect(lastWakeAt).toBeGreaterThan(lastRingAt));
    await quiet(wake);
    expect(wake.mock.calls.length).toBeLessThanOrEqual(6);
  });

  test('rings at any distance are never swallowed: each is followed by a wake-up', async () => {
    const { ringer, wake } = await openPair();
    let lastWakeAt = 0;
    wake.mockImplementation(() => {
      lastWakeAt = performance.now();
    });
    for (let round = 0; round < 40; round++) {
      const rungAt = performance.now();
      ringer.ring('lane');
      if (round % 4 === 3) await vi.waitFor(() => expect(lastWakeAt).toBeGreaterThan(rungAt), { interval: 2 });
      else await new Promise((done) => setTimeout(done, (round * 7) % 31));
    }
  });

  test('two processes that ring in turn wake the third after the last ring', async () => {
    const { ringer, wake } = await openPair();
    const other = open();
    await reaches(other, wake);
    let lastWakeAt = 0;
    wake.mockImplementation(() => {
      lastWakeAt = performance.now();
    });
    for (let round = 0; round < 20; round++) {
      ringer.ring('lane');
      await new Promise((done) => setTimeout(done, (round * 5) % 23));
      const rungAt = performance.now();
      other.ring('lane');
      await vi.waitFor(() => expect(lastWakeAt).toBeGreaterThan(rungAt), { interval: 2 });
    }
  });

  test('a periodic task of two processes runs once per interval', async () => {
    const runs: number[] = [];
    const task = async () => {
      runs.push(performance.now());
    };
    open().every('tick', 250, task);
    open().every('tick', 250, task);
    await vi.waitFor(() => expect(runs.length).toBeGreaterThanOrEqual(4), { timeout: 10_000 });
    const from = runs.length;
    const startedAt = performance.now();
    await vi.waitFor(() => expect(runs.length).toBeGreaterThanOrEqual(from + 12), { timeout: 15_000 });
    const intervals = (performance.now() - startedAt) / 250;
    expect(runs.length - from).toBeLessThanOrEqual(intervals + 1.5);
  });

  test('jobs carry the name alone, and nothing stays in Redis of those that are done', async () => {
    const { ringer, wake } = await openPair();
    open().every('tick', 100, async () => {});
    for (let round = 0; round < 5; round++) {
      wake.mockClear();
      ringer.ring('lane');
      await vi.waitFor(() => expect(wake).toHaveBeenCalled());
    }
    const inside = redis.connect();
    try {
      await vi.waitFor(async () => {
        const jobs = await inside.keys(`${prefix}:ring-lane:[0-9]*`);
        expect(jobs).toEqual([]);
        expect(await inside.zcard(`${prefix}:ring-lane:completed`)).toBe(0);
        expect(await inside.zcard(`${prefix}:every-tick:completed`)).toBe(0);
      });
      const [scheduled] = await inside.keys(`${prefix}:every-tick:repeat:tick:*`);
      expect(await inside.hget(scheduled ?? '', 'data')).toBe('{}');
    } finally {
      inside.disconnect();
    }
  });
});
