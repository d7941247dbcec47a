import type { Logger } from '../logger.ts';
import { within } from '../within.ts';

export type PeriodicTask = {
  name: string;
  intervalMs: number;
  /** Does the task's turn unless one is still running; never rejects. */
  run(): Promise<void>;
};

export type PeriodicTasks = {
  /** Throws when the name is taken or the interval is not a whole number of milliseconds from 1 on. */
  add(name: string, intervalMs: number, task: () => Promise<void>): PeriodicTask;
  all(): Iterable<PeriodicTask>;
  /** Starts no more runs and waits for those on the way, `waitMs` at most. */
  close(waitMs: number): Promise<void>;
};

/** The periodic tasks of this process: each at most once at a time, their errors logged. */
export function createPeriodicTasks(deps: { logger: Logger }): PeriodicTasks {
  const tasks = new Map<string, PeriodicTask>();
  const running = new Map<string, Promise<void>>();
  let closed = false;

  async function run(name: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      deps.logger.error({ event: 'periodic_task_failed', task: name, err: error }, 'periodic task failed');
    }
  }

  return {
    add(name, intervalMs, task) {
      if (tasks.has(name)) throw new Error(`A periodic task "${name}" exists already.`);
      if (!Number.isSafeInteger(intervalMs) || intervalMs < 1 || intervalMs > timerMaxMs) {
        throw new Error(`The interval of "${name}" must be 1 to ${timerMaxMs} whole milliseconds.`);
      }
      const periodic: PeriodicTask = {
        name,
        intervalMs,
        async run() {
          if (closed || running.has(name)) return;
          const turn = run(name, task).finally(() => running.delete(name));
          running.set(name, turn);
          await turn;
        },
      };
      tasks.set(name, periodic);
      return periodic;
    },
    all: () => tasks.values(),
    async close(waitMs) {
      closed = true;
      await within(waitMs, Promise.all(running.values()));
    },
  };
}

// What a timer of Node can hold; a longer one would fire at once.
const timerMaxMs = 2_147_483_647;
