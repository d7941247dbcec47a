import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from '../backoff.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { Alarm } from './alarm.ts';
import { type BullSession, openBullSession } from './bull-session.ts';
import { createListeners } from './listeners.ts';
import { createPeriodicTasks } from './periodic-tasks.ts';
import { createRingSender } from './ring-sender.ts';

export type BullAlarmOptions = {
  redisUrl: string;
  /** Begins all keys in Redis; processes with the same one work together. */
  prefix: string;
  logger: Logger;
  /** Uniform in [0, 1), for the jitter of retries. */
  random?(): number;
};

/**
 * The alarm of several processes, on Redis. A ring for a name that this process listens to stays in it; any other wakes
 * one process that does. Trouble with Redis, from the start or later, is logged once per outage and never thrown:
 * rings for other processes wait (one per name), periodic tasks run on each process's own timers, and Redis is tried
 * again every 5 s at the latest. A wiped Redis has its schedules back within 6 s. Disposing takes 3 s at most.
 */
export function createBullAlarm(options: BullAlarmOptions): Alarm {
  const { logger } = options;
  const listeners = createListeners(options);
  const tasks = createPeriodicTasks(options);
  const timers: NodeJS.Timeout[] = [];
  const backoff = createBackoff({ minMs: 100, maxMs: 5_000, random: options.random ?? Math.random });
  const closing = new AbortController();
  let session: BullSession | undefined;
  let isTogether = false;

  const sender = createRingSender({
    everyMs: 20,
    async send(name) {
      if (session === undefined || !isTogether) throw new Error('Redis is away.');
      await session.ring(name);
    },
  });

  async function supervise(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await workTogether();
      } catch (error) {
        if (closing.signal.aborted) return;
        if (backoff.failures === 0) logger.warn({ event: 'alarm_alone', err: error }, 'alarm without Redis');
        await sleep(backoff.nextMs(), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  /** Rejects with the trouble that ended it. */
  async function workTogether(): Promise<void> {
    const opened = await openBullSession(options);
    session = opened;
    try {
      closing.signal.throwIfAborted();
      for (const name of listeners.names()) listen(name);
      await Promise.all(Array.from(tasks.all(), opened.schedule));
      isTogether = true;
      sender.retry();
      if (!(await within(steadyMs, opened.ended))) {
        if (backoff.failures > 0) logger.info({ event: 'alarm_together' }, 'alarm with Redis again');
        backoff.reset();
      }
      throw await opened.ended;
    } finally {
      isTogether = false;
      session = undefined;
      await opened.close(closing.signal.aborted);
    }
  }

  function listen(name: string): void {
    session?.listen(name, () => listeners.wake(name));
  }

  const supervising = supervise();

  return {
    ring(name) {
      if (listeners.has(name)) listeners.wake(name);
      else sender.ring(name);
    },
    onRing(name, wake) {
      listeners.add(name, wake);
      listen(name);
    },
    every(name, intervalMs, work) {
      const task = tasks.add(name, intervalMs, work);
      timers.push(
        setInterval(() => {
          if (!isTogether) void task.run();
        }, intervalMs),
      );
      session?.schedule(task).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const timer of timers) clearInterval(timer);
      sender.close();
      listeners.close();
      session?.end(new Error('The alarm was closed.'));
      await within(3_000, Promise.all([supervising, tasks.close(2_000)]));
    },
  };
}

// A session that ends sooner was part of the same outage.
const steadyMs = 5_000;
