import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import { createBullAlarm } from '../../../src/platform/alarm/bull-alarm.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { quiet, reaches, runsAgain } from './hearing.ts';
import { collectLogs } from './logs.ts';

describeWithRedis('when Redis fails', () => {
  let broken: TestRedis;
  let prefix = '';
  let logs = collectLogs();
  const alarms: Alarm[] = [];
  beforeEach(async () => {
    const started = await startTestRedis();
    if (started === null) throw new Error('no Redis');
    broken = started;
    prefix = `test-${randomUUID()}`;
    logs = collectLogs();
  });
  afterEach(async () => {
    broken.resume();
    await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
    await broken.stop();
  });

  const timesAlone = () => logs.events().filter((event) => event === 'alarm_alone').length;

  function open(): Alarm {
    const alarm = createBullAlarm({ redisUrl: broken.url, prefix, logger: logs.logger });
    alarms.push(alarm);
    return alarm;
  }

  /** A ringer, a listener and a task in both, all of them working. */
  async function openPair() {
    const ringer = open();
    const listener = open();
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
    const ringer = open();
    const listener = open();
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
    const { ringer, wake, task } = await openPair();
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
    const { ringer, wake, task } = await openPair();
    await broken.flush();
    await reaches(ringer, wake);
    task.mockClear();
    await vi.waitFor(() => expect(task.mock.calls.length).toBeGreaterThan(5), { timeout: 8_000 });
  });

  test('full: tasks run on timers, rings arrive when there is memory again', async () => {
    const { ringer, wake, task } = await openPair();
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
    const { ringer, wake, task } = await openPair();
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
    await openPair();
    await fail();
    const startedAt = performance.now();
    await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
    expect(performance.now() - startedAt).toBeLessThan(3_200);
  });

  test('after disposing no connection of ours is left', async () => {
    await openPair();
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
    const { ringer, wake } = await openPair();
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
