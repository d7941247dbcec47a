import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { collectLogs } from './logs.ts';

/** What every alarm does, however it is made. */
export function alarmContract(name: string, createAlarm: (logger: Logger) => Alarm): void {
  describe(name, () => {
    let logs = collectLogs();
    const alarms: Alarm[] = [];
    const open = () => {
      logs = collectLogs();
      const alarm = createAlarm(logs.logger);
      alarms.push(alarm);
      return alarm;
    };
    afterEach(async () => {
      await Promise.all(alarms.splice(0).map((alarm) => alarm[Symbol.asyncDispose]()));
    });

    test('a ring wakes the listeners of its name and no others', async () => {
      const alarm = open();
      const woken: string[] = [];
      alarm.onRing('first', () => woken.push('a'));
      alarm.onRing('first', () => woken.push('b'));
      alarm.onRing('second', () => woken.push('c'));
      alarm.ring('first');
      await vi.waitFor(() => expect(woken).toEqual(['a', 'b']));
    });

    test('a listener in the ringing process is woken in the next turn, once for all rings of a turn', async () => {
      const alarm = open();
      const wake = vi.fn();
      alarm.onRing('lane', wake);
      for (let ring = 0; ring < 1_000; ring++) alarm.ring('lane');
      expect(wake).not.toHaveBeenCalled();
      await new Promise((done) => setImmediate(done));
      expect(wake).toHaveBeenCalledTimes(1);
    });

    test('a ring during a wake-up causes another', async () => {
      const alarm = open();
      const wake = vi.fn(() => {
        if (wake.mock.calls.length < 3) alarm.ring('lane');
      });
      alarm.onRing('lane', wake);
      alarm.ring('lane');
      await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(3));
    });

    test('a ring that nobody hears is not an error', () => {
      expect(() => open().ring('nobody')).not.toThrow();
    });

    test('a listener that throws is logged and keeps nobody else from being woken', async () => {
      const alarm = open();
      const wake = vi.fn();
      alarm.onRing('lane', () => {
        throw new Error('broken listener');
      });
      alarm.onRing('lane', wake);
      alarm.ring('lane');
      await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1));
      expect(logs.events()).toContain('wake_failed');
    });

    test('a periodic task runs once per interval', async () => {
      const alarm = open();
      const startedAt = performance.now();
      const task = vi.fn(async () => {});
      alarm.every('tick', 200, task);
      await vi.waitFor(() => expect(task.mock.calls.length).toBeGreaterThanOrEqual(6), { timeout: 10_000 });
      const intervals = (performance.now() - startedAt) / 200;
      expect(task.mock.calls.length).toBeLessThanOrEqual(intervals + 2);
    });

    test('a periodic task never overlaps with itself, and what it throws is logged', async () => {
      const alarm = open();
      let running = 0;
      let most = 0;
      let turns = 0;
      alarm.every('slow', 50, async () => {
        turns++;
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, 160));
        running--;
        throw new Error('broken task');
      });
      await vi.waitFor(() => expect(turns).toBeGreaterThanOrEqual(4), { timeout: 10_000 });
      expect(most).toBe(1);
      expect(logs.events()).toContain('periodic_task_failed');
    });

    test('a task that throws before its first await is logged and runs again', async () => {
      const alarm = open();
      let turns = 0;
      alarm.every('rude', 50, () => {
        turns++;
        throw new Error('at once');
      });
      await vi.waitFor(() => expect(turns).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    });

    test('a second task of a name and an interval that is no whole number of milliseconds are refused', () => {
      const alarm = open();
      const task = async () => {};
      alarm.every('once', 60_000, task);
      expect(() => alarm.every('once', 60_000, task)).toThrow(/exists already/);
      for (const interval of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
        expect(() => alarm.every(`interval ${interval}`, interval, task)).toThrow(/whole milliseconds/);
      }
    });

    test('any name will do', async () => {
      const alarm = open();
      const wake = vi.fn();
      const task = vi.fn(async () => {});
      alarm.onRing('odd: name/ü', wake);
      alarm.ring('odd: name/ü');
      alarm.every('odd: name/ü', 50, task);
      await vi.waitFor(() => expect(wake).toHaveBeenCalled());
      await vi.waitFor(() => expect(task).toHaveBeenCalled());
    });

    test('disposing waits for a task on the way and starts no other', async () => {
      const alarm = open();
      let begun = 0;
      let ended = 0;
      alarm.every('work', 50, async () => {
        begun++;
        await new Promise((done) => setTimeout(done, 300));
        ended++;
      });
      await vi.waitFor(() => expect(begun).toBe(1));
      await alarm[Symbol.asyncDispose]();
      expect(ended).toBe(1);
      await new Promise((done) => setTimeout(done, 120));
      expect(begun).toBe(1);
    });

    test('after disposing, rings and a second dispose do nothing', async () => {
      const alarm = open();
      const wake = vi.fn();
      alarm.onRing('lane', wake);
      await alarm[Symbol.asyncDispose]();
      alarm.ring('lane');
      await new Promise((done) => setImmediate(done));
      expect(wake).not.toHaveBeenCalled();
      await alarm[Symbol.asyncDispose]();
    });
  });
}
