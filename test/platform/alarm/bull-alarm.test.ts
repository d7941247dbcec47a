import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import { createBullAlarm } from '../../../src/platform/alarm/bull-alarm.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { hasRedisServer, redisMissing, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { alarmContract } from './contract.ts';
import { collectLogs } from './logs.ts';

const isMissing = !hasRedisServer();
const title = (text: string) => (isMissing ? `${text} [${redisMissing}]` : text);

describe.skipIf(isMissing)(title('with Redis'), () => {
  let redis: TestRedis;
  let prefix = '';
  let logs = collectLogs();
  const alarms: Alarm[] = [];

  beforeAll(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error(redisMissing);
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
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { interval: 2 });
      took.push(performance.now() - rungAt);
      await quiet(wake);
    }
    expect(took.toSorted((a, b) => a - b)[2]).toBeLessThan(200);
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

  describe('when Redis fails', () => {
    let broken: TestRedis;
    beforeEach(async () => {
      const started = await startTestRedis();
      if (started === null) throw new Error(redisMissing);
      broken = started;
    });
    afterEach(async () => {
      broken.resume();
      await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
      await broken.stop();
    });

    const timesAlone = () => logs.events().filter((event) => event === 'alarm_alone').length;

    function openBroken(): Alarm {
      const alarm = createBullAlarm({ redisUrl: broken.url, prefix, logger: logs.logger });
      alarms.push(alarm);
      return alarm;
    }

    /** A ringer, a listener and a task in both, all of them working. */
    async function openBrokenPair() {
      const ringer = openBroken();
      const listener = openBroken();
      const wake = vi.fn();
      const task = vi.fn(async () => {});
      listener.onRing('lane', wake);
      for (const alarm of [ringer, listener]) alarm.every('tick', 100, task);
      await reaches(ringer, wake);
      await runsAgain(task);
      return { ringer, wake, task };
    }

    test('absent at the start: tasks run on timers, and once it is there rings reach other processes', async () => {
      await broken.kill();
      const ringer = openBroken();
      const listener = openBroken();
      const wake = vi.fn();
      const task = vi.fn(async () => {});
      listener.onRing('lane', wake);
      ringer.every('tick', 50, task);
      ringer.ring('lane');
      await runsAgain(task);
      await vi.waitFor(() => expect(timesAlone()).toBe(2));
      await broken.restart();
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
    });

    test('killed and started again: tasks go on meanwhile, both recover', async () => {
      const { ringer, wake, task } = await openBrokenPair();
      await broken.kill();
      ringer.ring('lane');
      await runsAgain(task, 10);
      expect(timesAlone()).toBe(2);
      wake.mockClear();
      await broken.restart();
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
      await reaches(ringer, wake);
      await runsAgain(task);
    });

    test('wiped: rings go on at once, the schedule is back within 6 s', async () => {
      const { ringer, wake, task } = await openBrokenPair();
      await broken.flush();
      await reaches(ringer, wake);
      task.mockClear();
      await vi.waitFor(() => expect(task.mock.calls.length).toBeGreaterThan(5), { timeout: 8_000 });
    });

    test('full: tasks run on timers, rings arrive when there is memory again', async () => {
      const { ringer, wake, task } = await openBrokenPair();
      await broken.fill(true);
      ringer.ring('lane');
      await runsAgain(task, 30);
      wake.mockClear();
      await broken.fill(false);
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
      await reaches(ringer, wake);
      await runsAgain(task);
      expect(timesAlone()).toBe(2);
    });

    test('hanging: tasks run on timers, a listener of the same process is woken, and all is well afterwards', async () => {
      const { ringer, wake, task } = await openBrokenPair();
      const own = vi.fn();
      ringer.onRing('own', own);
      broken.hang();
      ringer.ring('own');
      await new Promise((done) => setImmediate(done));
      expect(own).toHaveBeenCalledTimes(1);
      ringer.ring('lane');
      task.mockClear();
      await runsAgain(task, 10);
      wake.mockClear();
      broken.resume();
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
      await reaches(ringer, wake);
    });

    test.each([
      ['hanging', () => broken.hang()],
      ['dead', () => broken.kill()],
    ])('disposing ends within 3 s while Redis is %s', async (_state, fail) => {
      await openBrokenPair();
      await fail();
      const startedAt = performance.now();
      await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
      expect(performance.now() - startedAt).toBeLessThan(3_200);
    });

    test('after disposing no connection of ours is left', async () => {
      await openBrokenPair();
      await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
      const inside = broken.connect();
      try {
        await vi.waitFor(async () => {
          const clients = String(await inside.client('LIST'))
            .trim()
            .split('\n');
          expect(clients).toHaveLength(1);
        });
      } finally {
        inside.disconnect();
      }
    });

    test('a hundred thousand rings during an outage leave one ring to send', async () => {
      const { ringer, wake } = await openBrokenPair();
      await broken.kill();
      await vi.waitFor(() => expect(logs.events()).toContain('alarm_alone'), { timeout: 5_000 });
      for (let ring = 0; ring < 100_000; ring++) ringer.ring('lane');
      wake.mockClear();
      await broken.restart();
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
      await quiet(wake);
      expect(wake.mock.calls.length).toBeLessThanOrEqual(3);
    });
  });
});

/** Rings until the wake-up comes: processes need a moment until they hear each other. */
async function reaches(ringer: Alarm, wake: ReturnType<typeof vi.fn>): Promise<void> {
  const before = wake.mock.calls.length;
  await vi.waitFor(
    () => {
      ringer.ring('lane');
      expect(wake.mock.calls.length).toBeGreaterThan(before);
    },
    { timeout: 15_000, interval: 100 },
  );
  await quiet(wake);
}

/** Waits until no wake-up came for a while. */
async function quiet(wake: ReturnType<typeof vi.fn>): Promise<void> {
  for (let seen = -1; seen !== wake.mock.calls.length; ) {
    seen = wake.mock.calls.length;
    await new Promise((done) => setTimeout(done, 150));
  }
}

async function runsAgain(task: ReturnType<typeof vi.fn>, times = 3): Promise<void> {
  const before = task.mock.calls.length;
  await vi.waitFor(() => expect(task.mock.calls.length).toBeGreaterThanOrEqual(before + times), { timeout: 15_000 });
}
