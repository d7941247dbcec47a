import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { listUntold, tellReached } from './quota-thresholds-system.ts';

/** Shares of the day's messages, in percent, that a user is told of, the least first. */
const thresholds = [80, 90, 100] as const;

type UsageNote = { userId: number; dailyMax: number; used: number; told: number };

/** Tells users once each when their messages of the day reach a threshold. */
export function createQuotaThresholds(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'uuidv7'>;
  logger: Logger;
  keepAlive(work: Promise<unknown>): void;
}) {
  // What was noted while a user was being told.
  const telling = new Map<number, UsageNote | undefined>();

  const tell = (of: { userId: number; dailyMax: number; day?: string }) =>
    tellReached(deps.db, deps.ids, thresholds, of);

  // What does not succeed now is found later.
  const tellNow = ({ userId, dailyMax }: UsageNote) =>
    tell({ userId, dailyMax }).catch((error: unknown) =>
      deps.logger.warn({ event: 'quota_threshold_untold', user_id: userId, err: error }, 'will be told later'),
    );

  function note(note: UsageNote): void {
    const { userId, dailyMax, used, told } = note;
    if (!thresholds.some((percent) => percent > told && isReached(percent, used, dailyMax))) return;
    if (telling.has(userId)) {
      telling.set(userId, note);
      return;
    }
    telling.set(userId, undefined);
    deps.keepAlive(
      tellNow(note).finally(() => {
        const next = telling.get(userId);
        telling.delete(userId);
        if (next !== undefined) deps.keepAlive(tellNow(next));
      }),
    );
  }

  return {
    /** After units were taken: tells in the background where that crossed a threshold. */
    note,
    /** Periodic: tells what nobody could tell when it happened. */
    async tellForgotten(): Promise<void> {
      for (const day of await listUntold(deps.db, thresholds)) await tell(day);
    },
  };
}

function isReached(percent: number, used: number, dailyMax: number): boolean {
  return used > 0 && used * 100 >= dailyMax * percent;
}
