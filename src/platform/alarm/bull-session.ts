import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { createBlockingRedis } from '../redis/connect.ts';
import { within } from '../within.ts';
import type { PeriodicTask } from './periodic-tasks.ts';

export type BullSession = {
  /** Puts a job that wakes one of the processes which listen to `name`; where it fails the session is over. */
  ring(name: string): Promise<void>;
  /** Takes the jobs of `name` from now on and calls `wake` for each. */
  listen(name: string, wake: () => void): void;
  /** Puts the task on Redis' schedule and takes part in running it; where it fails the session is over. */
  schedule(task: PeriodicTask): Promise<void>;
  /** Resolves with the reason when the session is over. */
  readonly ended: Promise<Error>;
  end(reason: Error): void;
  /** Closes workers, then connections, within 2.3 s. Running tasks may use 1.5 s of it to end if `isPatient`. */
  close(isPatient: boolean): Promise<void>;
};

/**
 * One stretch of working together with Redis, from a connection that answers to the first trouble of any kind. Nothing
 * in it recovers: after trouble it is thrown away whole and opened anew, which leaves one way back instead of many.
 * Rejects when Redis does not answer within 1.5 s.
 */
export async function openBullSession(options: { redisUrl: string; prefix: string }): Promise<BullSession> {
  const { promise: ended, resolve } = Promise.withResolvers<Error>();
  const over = new AbortController();
  const redis = createBlockingRedis({ url: options.redisUrl, name: `${options.prefix}:alarm`, onError: end });
  redis.on('end', () => end(new Error('The connection to Redis was closed.')));
  const queues = new Map<string, Queue>();
  const workers = new Map<string, Worker>();
  const schedules = new Map<string, PeriodicTask>();

  function end(reason: Error): void {
    resolve(reason);
    over.abort();
  }

  /** Waits for an answer of Redis. */
  async function asked<T>(answer: Promise<T>): Promise<T> {
    try {
      if (await within(answerMs, answer)) return await answer;
      throw new Error(`Redis did not answer within ${answerMs} ms.`);
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  function queueOf(key: string): Queue {
    const known = queues.get(key);
    if (known !== undefined) return known;
    const queue = new Queue(key, {
      connection: redis,
      prefix: options.prefix,
      skipVersionCheck: true,
      streams: { events: { maxLen: 10 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', end);
    queues.set(key, queue);
    return queue;
  }

  function work(key: string, process: () => Promise<void>): void {
    if (over.signal.aborted || workers.has(key)) return;
    const worker = new Worker(key, process, {
      connection: redis,
      prefix: options.prefix,
      // What a dead process left is removed and not run: an alarm that late is worth nothing.
      maxStalledCount: 0,
      runRetryDelay: 500,
    });
    worker.on('error', end);
    workers.set(key, worker);
  }

  function upsert(task: PeriodicTask): Promise<unknown> {
    return queueOf(scheduleKey(task.name)).upsertJobScheduler(task.name, { every: task.intervalMs });
  }

  /** Finds a Redis that hangs, and gives one that was wiped its schedules back. */
  async function watch(): Promise<void> {
    for (let beat = 1; !over.signal.aborted; beat++) {
      await sleep(beatMs, undefined, { signal: over.signal });
      await asked(redis.ping());
      if (beat % upsertEveryBeats === 0) await asked(Promise.all(Array.from(schedules.values(), upsert)));
    }
  }

  try {
    await asked(redis.ping());
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  // It rejects when the session is over, and only then.
  const watching = watch().catch(() => undefined);

  return {
    ended,
    end,
    async ring(name) {
      await asked(queueOf(ringKey(name)).add(name, {}, { deduplication: { id: 'ring', ttl: deduplicationMs } }));
    },
    listen(name, wake) {
      // The wait is here and not a delay in Redis, which would compare the clocks of two hosts: a ring that was left
      // out because of this job came at most 20 ms after it was put, so before the wake-up.
      work(ringKey(name), async () => {
        setTimeout(wake, debounceMs);
      });
    },
    async schedule(task) {
      schedules.set(task.name, task);
      work(scheduleKey(task.name), task.run);
      await asked(upsert(task));
    },
    async close(isPatient) {
      end(new Error('The session was closed.'));
      const workersClosed = Promise.all(Array.from(workers.values(), (worker) => worker.close(!isPatient)));
      await within(isPatient ? 1_500 : 500, Promise.all([workersClosed, watching]));
      const isDisconnected = new Promise((done) => redis.once('end', done));
      redis.disconnect();
      await within(400, isDisconnected);
      await within(400, Promise.all(Array.from(queues.values(), (queue) => queue.close())));
    },
  };
}

const deduplicationMs = 20;
const debounceMs = 25;
const answerMs = 1_500;
const beatMs = 1_000;
const upsertEveryBeats = 5;

// BullMQ joins keys with colons and refuses names that hold one.
const ringKey = (name: string) => `ring-${encodeURIComponent(name)}`;
const scheduleKey = (name: string) => `every-${encodeURIComponent(name)}`;
