import type { Pool } from 'pg';
import { createBackoff } from '../../platform/backoff.ts';
import { createChanges } from '../../platform/changes.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { classifyDatabaseFailure } from '../../platform/database/failures.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import { type ApiRequestRow, insertApiRequests } from './api-requests-system.ts';

export type AnsweredRequest = Omit<ApiRequestRow, 'id' | 'createdAt'>;

export type RequestRecorder = AsyncDisposable & {
  /** Takes a request down for the log. Returns at once and never throws; does nothing after `close`. */
  record(request: AnsweredRequest): void;
  /** Resolves when all that was recorded before the call is committed or dropped; waits for a database that is away. */
  flush(): Promise<void>;
  /** Writes what waits, for 2 s at most, and ends. Disposing does the same. */
  close(): Promise<void>;
};

/**
 * Writes api_requests off the request's path: a statement per half second or 500 rows, one at a time, so that a crash
 * loses the last half second and the statement under way. While the database is away rows wait and are tried again;
 * of more than 20,000 the oldest are dropped, a hundred at a time, and the log says once a second how many
 * (`requests_dropped`).
 */
export function createRequestRecorder(deps: {
  pool: Pool;
  ids: Pick<Ids, 'uuidv7' | 'random'>;
  logger: Logger;
  clock?: Pick<Clock, 'now'>;
}): RequestRecorder {
  const { pool, ids, logger, clock = systemClock } = deps;
  const waiting: ApiRequestRow[] = [];
  const backoff = createBackoff({ minMs: 50, maxMs: 2_000, random: ids.random });
  const { changed, until } = createChanges();
  let underWay = 0;
  let recorded = 0;
  let settled = 0;
  let flushUpTo = 0;
  let dropped = 0;
  let isClosed = false;
  let isOver = false;
  let dueTimer: NodeJS.Timeout | undefined;
  let dropTimer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  function drop(count: number): void {
    dropped += count;
    settled += count;
    dropTimer ??= setTimeout(reportDropped, dropReportEveryMs);
  }

  function reportDropped(): void {
    clearTimeout(dropTimer);
    dropTimer = undefined;
    if (dropped > 0) logger.error({ event: 'requests_dropped', count: dropped }, 'request log rows dropped');
    dropped = 0;
  }

  function schedule(): void {
    if (isOver || writing !== undefined) return;
    if (isWriteDue()) start();
    else if (waiting.length > 0) dueTimer ??= setTimeout(start, writeEveryMs);
  }

  function start(): void {
    clearTimeout(dueTimer);
    dueTimer = undefined;
    writing ??= writeDue().finally(() => {
      writing = undefined;
      schedule();
    });
  }

  function isWriteDue(): boolean {
    return waiting.length >= rowsMax || settled < flushUpTo;
  }

  async function writeDue(): Promise<void> {
    do {
      const rows = waiting.splice(0, rowsMax);
      underWay = rows.length;
      try {
        await write(rows);
        if (backoff.failures > 0) logger.info({ event: 'request_log_resumed' }, 'request log is written again');
        backoff.reset();
        settled += rows.length;
      } catch (error) {
        if (backoff.failures === 0) logger.error({ event: 'request_log_stalled', err: error }, 'request log stalled');
        waiting.unshift(...rows);
        underWay = 0;
        await until(() => isOver, backoff.nextMs());
      }
      underWay = 0;
    } while (!isOver && (isWriteDue() || backoff.failures > 0));
  }

  /** Throws where trying again may help; a row that the database will never take is dropped alone. */
  async function write(rows: readonly ApiRequestRow[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await insertApiRequests(pool, rows);
    } catch (error) {
      if (classifyDatabaseFailure(error) !== 'bad_data') throw error;
      if (rows.length === 1) {
        logger.error({ event: 'request_log_row_refused', err: error }, 'request log row refused');
        return;
      }
      const middle = rows.length >> 1;
      await write(rows.slice(0, middle));
      await write(rows.slice(middle));
    }
  }

  async function flush(): Promise<void> {
    const upTo = recorded;
    flushUpTo = Math.max(flushUpTo, upTo);
    while (settled < upTo && !isOver) {
      schedule();
      await writing;
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await within(closeMaxMs, flush());
    isOver = true;
    changed();
    clearTimeout(dueTimer);
    if (settled < recorded) drop(recorded - settled);
    reportDropped();
  }

  return {
    record(request) {
      if (isClosed) return;
      // Several at once: taking from the front moves all the others.
      if (waiting.length + underWay >= waitingMax) drop(waiting.splice(0, dropRows).length);
      recorded++;
      waiting.push({
        ...request,
        ipAddress: request.ipAddress.slice(0, ipAddressMax),
        id: ids.uuidv7(),
        createdAt: clock.now(),
      });
      schedule();
    },
    flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const rowsMax = 500;
const waitingMax = 20_000;
const dropRows = 100;
const writeEveryMs = 500;
const dropReportEveryMs = 1_000;
const closeMaxMs = 2_000;
// Behind a proxy it is the text of a header.
const ipAddressMax = 200;
