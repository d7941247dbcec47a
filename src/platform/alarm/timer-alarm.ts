import type { Logger } from '../logger.ts';
import type { Alarm } from './alarm.ts';
import { createListeners } from './listeners.ts';
import { createPeriodicTasks } from './periodic-tasks.ts';

/** The alarm of a process that runs alone. Disposing of it waits up to 2.5 s for tasks on the way. */
export function createTimerAlarm(deps: { logger: Logger }): Alarm {
  const listeners = createListeners(deps);
  const tasks = createPeriodicTasks(deps);
  const timers: NodeJS.Timeout[] = [];
  return {
    ring: listeners.wake,
    onRing: listeners.add,
    every(name, intervalMs, task) {
      const { run } = tasks.add(name, intervalMs, task);
      timers.push(setInterval(run, intervalMs));
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      listeners.close();
      await tasks.close(2_500);
    },
  };
}
