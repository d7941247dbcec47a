import type { Alarm } from '../alarm/alarm.ts';
import { createBackoff } from '../backoff.ts';
import { createChanges } from '../changes.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';

export type LaneOptions<Item> = {
  /** Also the name that the alarm rings. */
  name: string;
  alarm: Pick<Alarm, 'onRing'>;
  logger: Logger;
  /** Leases at most `limit` due items and commits; none means that nothing is due. One call at a time. */
  claim(limit: number): Promise<Item[]>;
  /** Pieces of work on the way at once: items with `work`, batches with `workBatch`. */
  concurrency: number;
  /** Items of one claim at most. */
  batchSize: number;
  /** Looks without being rung; 5,000 if unset. */
  lookEveryMs?: number;
  /** How long disposing waits for running work; 10,000 if unset. */
  closeWithinMs?: number;
  /** Uniform in [0, 1), for the jitter of retries. */
  random?(): number;
} & (
  | { work(item: Item): Promise<void>; workBatch?: never }
  | { workBatch(items: Item[]): Promise<void>; work?: never }
);

export type Lane = AsyncDisposable & {
  readonly name: string;
  /** Begins with a look, so that rows left by a former process are found at once. */
  start(): void;
  /**
   * For tests: resolves when a claim that began after this call found nothing and nothing is running. Items whose
   * work threw are not waited for. Rejects when the lane is closed first.
   */
  drained(): Promise<void>;
};

/**
 * One loop over work that is kept as rows: a ring or a look, claims until nothing is due, and the claimed items worked
 * with bounded concurrency. A claim that fails is tried again after 100 ms to 5 s and logged once per outage; an item
 * whose work throws is logged and left to its lease, so work may run twice. Disposing stops the claims, works what a
 * claim on the way still brings, and waits for what is running, for a bounded time.
 */
export function createLane<Item>(options: LaneOptions<Item>): Lane {
  const { name, logger, concurrency } = options;
  const { changed, until } = createChanges();
  const backoff = createBackoff({ minMs: 100, maxMs: 5_000, random: options.random ?? Math.random });
  const running = new Set<Promise<void>>();
  const drains = new Set<PromiseWithResolvers<void>>();
  const itemsPerPiece = options.work === undefined ? options.batchSize : 1;
  let loop: Promise<void> | undefined;
  let isRung = false;
  let isClosed = false;
  let isGivenUp = false;

  function ring(): void {
    isRung = true;
    changed();
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      isRung = false;
      const found = await claim();
      if (found === undefined) {
        // Rings wait as well: each would be another try against what is down.
        await until(() => isClosed, backoff.nextMs());
      } else if (found > 0) {
        await placesToBeFree();
      } else {
        if (running.size === 0 && !isRung) resolveDrains();
        await until(() => isClosed || isRung, options.lookEveryMs ?? 5_000);
        await placesToBeFree();
      }
    }
  }

  /** How many items were claimed and begun; undefined when the claim failed. */
  async function claim(): Promise<number | undefined> {
    try {
      const items = await options.claim(Math.min(options.batchSize, (concurrency - running.size) * itemsPerPiece));
      if (backoff.failures > 0) logger.info({ event: 'lane_recovered', lane: name }, 'lane recovered');
      backoff.reset();
      if (items.length > 0 && !isGivenUp) begin(items);
      return items.length;
    } catch (error) {
      if (backoff.failures === 0) {
        logger.error({ event: 'lane_claim_failed', lane: name, err: error }, 'lane claim failed');
      }
      return undefined;
    }
  }

  function begin(items: Item[]): void {
    if (options.work === undefined) beginPiece(() => options.workBatch(items));
    else for (const item of items) beginPiece(() => options.work(item));
  }

  function beginPiece(work: () => Promise<void>): void {
    const piece = workAndLog(work).finally(() => {
      running.delete(piece);
      // Work may leave further rows that are due, so only another claim can tell that nothing is.
      if (running.size === 0 && drains.size > 0) isRung = true;
      changed();
    });
    running.add(piece);
  }

  async function workAndLog(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      logger.error({ event: 'lane_work_failed', lane: name, err: error }, 'lane work failed');
    }
  }

  // Claims of one item each would be costly, and waiting for many places would let slow items hold up the others.
  async function placesToBeFree(): Promise<void> {
    await until(() => isClosed || running.size < concurrency);
    await until(() => isClosed || concurrency - running.size >= concurrency / 4, gatherMs);
  }

  function resolveDrains(): void {
    for (const drain of drains) drain.resolve();
    drains.clear();
  }

  return {
    name,
    start() {
      if (loop !== undefined || isClosed) return;
      options.alarm.onRing(name, ring);
      loop = run();
    },
    drained() {
      if (isClosed) return Promise.reject(closedError(name));
      const drain = Promise.withResolvers<void>();
      drains.add(drain);
      ring();
      return drain.promise;
    },
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      changed();
      const ended = (async () => {
        await loop;
        await Promise.all(running);
      })();
      if (!(await within(options.closeWithinMs ?? 10_000, ended))) {
        isGivenUp = true;
        logger.warn({ event: 'lane_work_left', lane: name, pieces: running.size }, 'lane work left to its lease');
      }
      for (const drain of drains) drain.reject(closedError(name));
    },
  };
}

const gatherMs = 10;

function closedError(name: string): Error {
  return new Error(`The lane "${name}" is closed.`);
}
