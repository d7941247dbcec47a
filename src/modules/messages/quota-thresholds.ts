import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents, type NewEvent } from '../events/index.ts';
import { listUntold, lockUsage, markTold, type UsageDay } from './quota-thresholds-system.ts';

/** Shares of the day's messages, in percent, that a user is told of, the least first. */
export const thresholds = [80, 90, 100] as const;

export type UsageNote = { userId: number; dailyMax: number; used: number; told: number };

/** Tells users once each when their messages of the day reach a threshold. */
export function createQuotaThresholds(deps: { db: Kysely<DB>; ids: Ids; keepAlive(work: Promise<unknown>): void }) {
  // What was noted while a user was being told.
  const telling = new Map<number, UsageNote | undefined>();

  function tell(userId: number, dailyMax: number, day?: string): Promise<void> {
    return inTransaction(deps.db, async (tx) => {
      const usage = await lockUsage(tx, userId, day);
      if (usage === undefined) return;
      const reached = thresholds.filter((percent) => isReached(percent, usage.used, dailyMax));
      const news = reached.filter((percent) => percent > usage.told);
      if (news.length === 0) return;
      await markTold(tx, usage, Math.max(...news));
      await appendEvents(
        tx,
        deps.ids,
        news.map((percent) => eventOf(usage, dailyMax, percent)),
      );
    });
  }

  function note(note: UsageNote): void {
    const { userId, dailyMax, used, told } = note;
    if (!thresholds.some((percent) => percent > told && isReached(percent, used, dailyMax))) return;
    if (telling.has(userId)) {
      telling.set(userId, note);
      return;
    }
    telling.set(userId, undefined);
    // What does not succeed now is found later.
    const work = tell(userId, dailyMax).catch(() => undefined);
    deps.keepAlive(
      work.finally(() => {
        const next = telling.get(userId);
        telling.delete(userId);
        if (next !== undefined) deps.keepAlive(tell(userId, next.dailyMax).catch(() => undefined));
      }),
    );
  }

  return {
    /** After units were taken: tells in the background where that crossed a threshold. */
    note,
    /** Periodic: tells what nobody could tell when it happened. */
    async tellForgotten(): Promise<void> {
      for (const { userId, day, dailyMax } of await listUntold(deps.db, thresholds)) await tell(userId, dailyMax, day);
    },
  };
}

function isReached(percent: number, used: number, dailyMax: number): boolean {
  return used > 0 && used * 100 >= dailyMax * percent;
}

function eventOf(usage: UsageDay, dailyMax: number, percent: number): NewEvent {
  return {
    userId: usage.userId,
    type: 'quota.threshold',
    phoneNumberId: null,
    messageId: null,
    payload: {
      limit: 'messages_per_day',
      percent,
      used: usage.used,
      max_messages_per_day: dailyMax,
      day: usage.day,
      renews_at: usage.renewsAt.toISOString(),
    },
  };
}
