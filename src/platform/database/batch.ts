import type { Pool, PoolClient } from 'pg';
import { DomainError } from '../errors.ts';
import { classifyDatabaseFailure } from './failures.ts';

export type BatchOptions<Item, Result> = {
  name: string;
  pool: Pool;
  /**
   * Writes the items in one transaction of its own making (one statement, or begin … commit) and answers a result
   * for each, in the items' order. It may run again with the same items after a deadlock, and with a part of them
   * after a data error.
   */
  write(client: PoolClient, items: readonly Item[]): Promise<Result[]>;
  ownerOf(item: Item): number;
  bytesOf?(item: Item): number;
  /** Called with the items of a batch whose connection broke: they may or may not be committed. */
  onUncertain?(items: readonly Item[]): void;
  rowsMax?: number;
  bytesMax?: number;
  lineMax?: number;
  lineWaitMaxMs?: number;
  /** Milliseconds after which a write that says nothing counts as a lost connection; longer than Postgres' own limits. */
  writeWithinMs?: number;
  inFlightMax?: number;
  observer?: BatchObserver | undefined;
};

/** Is told of each batch that came to its end, whatever became of it. Must not throw. */
export type BatchObserver = {
  ended(name: string, batch: { items: number; written: number; seconds: number }): void;
};

type Waiting<Item, Result> = {
  item: Item;
  owner: number;
  bytes: number;
  arrivedAt: number;
  isWritten: boolean;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

const defaults = {
  rowsMax: 256,
  bytesMax: 1_048_576,
  lineMax: 1_024,
  lineWaitMaxMs: 2_000,
  writeWithinMs: 15_000,
  inFlightMax: 2,
};
const deadlockTriesMax = 3;

/**
 * Group commit: items that arrive while a batch commits form the next one, so one fsync serves many callers.
 * An idle batch writes at once. A line that is too long, or in which an item waited too long, answers
 * `overloaded` (kind `unavailable`): nothing of that item was written.
 */
export class Batch<Item, Result> implements AsyncDisposable {
  readonly #options: BatchOptions<Item, Result> & typeof defaults;
  readonly #running = new Set<Promise<void>>();
  #line: Waiting<Item, Result>[] = [];
  #lineTimer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #closed = false;

  constructor(options: BatchOptions<Item, Result>) {
    this.#options = { ...defaults, ...options };
  }

  /** Resolves when the item is committed. */
  add(item: Item): Promise<Result> {
    if (this.#closed) return Promise.reject(overloaded('shutting down'));
    if (this.#line.length >= this.#options.lineMax)
      return Promise.reject(overloaded(`${this.#options.name}: line full`));
    return new Promise((resolve, reject) => {
      this.#line.push({
        item,
        owner: this.#options.ownerOf(item),
        bytes: this.#options.bytesOf?.(item) ?? 0,
        arrivedAt: performance.now(),
        isWritten: false,
        resolve,
        reject,
      });
      this.#schedule();
      this.#watchLine();
    });
  }

  /** Items waiting for a batch. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Refuses further items and resolves when those in the line are written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    while (this.#line.length > 0 || this.#running.size > 0) {
      this.#startBatches();
      if (this.#running.size > 0) await Promise.race(this.#running);
    }
    clearTimeout(this.#lineTimer);
  }

  // One turn of the event loop lets requests that were read together share a batch.
  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.#options.inFlightMax) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#startBatches();
    });
  }

  #startBatches(): void {
    this.#refuseThoseWhoWaitedTooLong();
    while (this.#line.length > 0 && this.#running.size < this.#options.inFlightMax) {
      const batch = this.#take();
      const run = this.#run(batch).finally(() => {
        this.#running.delete(run);
        if (this.#line.length > 0) this.#schedule();
      });
      this.#running.add(run);
    }
  }

  // Nobody else looks at the line while every batch in flight hangs.
  #watchLine(): void {
    const first = this.#line[0];
    if (this.#lineTimer !== undefined || first === undefined) return;
    const dueInMs = first.arrivedAt + this.#options.lineWaitMaxMs - performance.now();
    this.#lineTimer = setTimeout(
      () => {
        this.#lineTimer = undefined;
        this.#refuseThoseWhoWaitedTooLong();
        this.#watchLine();
      },
      Math.max(1, Math.ceil(dueInMs)),
    );
  }

  #refuseThoseWhoWaitedTooLong(): void {
    const oldest = performance.now() - this.#options.lineWaitMaxMs;
    if ((this.#line[0]?.arrivedAt ?? Number.POSITIVE_INFINITY) >= oldest) return;
    const kept: Waiting<Item, Result>[] = [];
    for (const waiting of this.#line) {
      if (waiting.arrivedAt < oldest) waiting.reject(overloaded(`${this.#options.name}: waited too long`));
      else kept.push(waiting);
    }
    this.#line = kept;
  }

  // Oldest first; where more than a batch waits, no owner gets more than a quarter of it.
  #take(): Waiting<Item, Result>[] {
    const { rowsMax, bytesMax } = this.#options;
    const perOwnerMax = this.#line.length > rowsMax ? Math.ceil(rowsMax / 4) : rowsMax;
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const perOwner = new Map<number, number>();
    let bytes = 0;
    for (const waiting of this.#line) {
      const ofOwner = perOwner.get(waiting.owner) ?? 0;
      const fits = taken.length === 0 || (taken.length < rowsMax && bytes + waiting.bytes <= bytesMax);
      if (!fits || ofOwner >= perOwnerMax) {
        left.push(waiting);
        continue;
      }
      taken.push(waiting);
      perOwner.set(waiting.owner, ofOwner + 1);
      bytes += waiting.bytes;
    }
    this.#line = left;
    return taken;
  }

  async #run(batch: Waiting<Item, Result>[]): Promise<void> {
    const startedAt = performance.now();
    await this.#runOnClient(batch);
    const written = batch.filter(({ isWritten }) => isWritten).length;
    const seconds = (performance.now() - startedAt) / 1_000;
    this.#options.observer?.ended(this.#options.name, { items: batch.length, written, seconds });
  }

  async #runOnClient(batch: Waiting<Item, Result>[]): Promise<void> {
    let client: PoolClient;
    try {
      client = await this.#options.pool.connect();
    } catch (error) {
      rejectAll(batch, databaseUnavailable(error));
      return;
    }
    let broken: Error | undefined;
    try {
      broken = await this.#writeOrSplit(client, batch);
    } finally {
      client.release(broken);
    }
  }

  /** Answers the error that broke the connection, if one did. */
  async #writeOrSplit(client: PoolClient, batch: Waiting<Item, Result>[], attempt = 1): Promise<Error | undefined> {
    try {
      const items = batch.map((waiting) => waiting.item);
      const results = await withinMs(this.#options.writeWithinMs, this.#options.write(client, items));
      batch.forEach((waiting, index) => {
        waiting.isWritten = true;
        waiting.resolve(results[index] as Result);
      });
      return undefined;
    } catch (error) {
      const failure = classifyDatabaseFailure(error);
      if (failure === 'deadlock' && attempt < deadlockTriesMax) return this.#writeOrSplit(client, batch, attempt + 1);
      if (failure === 'bad_data' && batch.length > 1) return this.#splitInHalves(client, batch);
      if (failure === 'connection_lost') {
        this.#options.onUncertain?.(batch.map((waiting) => waiting.item));
        rejectAll(batch, databaseUnavailable(error));
        return error instanceof Error ? error : new Error('connection lost');
      }
      rejectAll(batch, failure === 'bad_data' || failure === 'other' ? error : databaseUnavailable(error));
      return failure === 'other' && error instanceof Error ? error : undefined;
    }
  }

  async #splitInHalves(client: PoolClient, batch: Waiting<Item, Result>[]): Promise<Error | undefined> {
    const middle = batch.length >> 1;
    const broken = await this.#writeOrSplit(client, batch.slice(0, middle));
    if (broken === undefined) return this.#writeOrSplit(client, batch.slice(middle));
    rejectAll(batch.slice(middle), databaseUnavailable(broken));
    return broken;
  }
}

// The connection is ended afterwards, which also ends the write.
async function withinMs<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(Object.assign(new Error('The database did not answer in time.'), { code: 'ETIMEDOUT' })),
    ms,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function rejectAll(batch: readonly Waiting<unknown, unknown>[], error: unknown): void {
  for (const waiting of batch) waiting.reject(error);
}

function overloaded(why: string): DomainError {
  return new DomainError('overloaded', 'Too many requests are waiting to be stored. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 1,
    cause: new Error(why),
  });
}

/** The error a caller gets while the database cannot be used. */
export function databaseUnavailable(cause: unknown): DomainError {
  return new DomainError('database_unavailable', 'The database cannot be reached right now.', {
    kind: 'unavailable',
    retryAfterSeconds: 2,
    cause,
  });
}
