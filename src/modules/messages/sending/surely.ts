import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/logger.ts';

/** Whose record it is, for the log: a message's id, or further fields. */
export type Surely = <T>(of: string | Record<string, unknown>, work: () => Promise<T>) => Promise<T>;

const pauseMsMax = 5_000;

/**
 * Runs what may run again, such as settling a message, until it succeeds, however long the database is away. Only the
 * end of this process gives up; a message that is left `sending` becomes `unknown` when its lease ends.
 */
export function createSurely(deps: { logger: Logger; closing: AbortSignal }): Surely {
  return async (of, work) => {
    const fields = typeof of === 'string' ? { message_id: of } : of;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        return await work();
      } catch (error) {
        if (deps.closing.aborted) throw error;
        deps.logger.error({ event: 'settle_failed', ...fields, err: error }, 'will settle again');
        await setTimeout(pauseMs, undefined, { signal: deps.closing }).catch(() => undefined);
      }
    }
  };
}
