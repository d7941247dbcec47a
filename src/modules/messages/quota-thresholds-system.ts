import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export type UsageDay = {
  userId: number;
  /** UTC, YYYY-MM-DD. */
  day: string;
  used: number;
  /** The highest share, in percent, that the user was told of. */
  told: number;
  renewsAt: Date;
};

/** Usage comes before event cursors in the order of locks. The day is today unless given. */
export async function lockUsage(tx: Transaction<DB>, userId: number, day?: string): Promise<UsageDay | undefined> {
  const { rows } = await sql<UsageDay>`
    select user_id as "userId", day::text as day, used, told::int as told,
      (day + 1)::timestamp at time zone 'UTC' as "renewsAt"
    from usage where user_id = ${userId} and day = coalesce(${day ?? null}::date, app_today()) for update`.execute(tx);
  return rows[0];
}

export async function markTold(
  tx: Transaction<DB>,
  { userId, day }: Pick<UsageDay, 'userId' | 'day'>,
  percent: number,
): Promise<void> {
  await sql`update usage set told = ${percent} where user_id = ${userId} and day = ${day}::date`.execute(tx);
}

/** Days of users who have reached a share that they were not told of, since yesterday. */
export async function listUntold(
  db: Kysely<DB>,
  thresholds: readonly number[],
): Promise<{ userId: number; day: string; dailyMax: number }[]> {
  const { rows } = await sql<{ userId: number; day: string; dailyMax: number }>`
    select g.user_id as "userId", g.day::text as day, u.max_messages_per_day as "dailyMax"
    from usage g join users u on u.id = g.user_id
    where g.day >= app_today() - 1 and g.used > 0 and exists (
      select from unnest(${thresholds as number[]}::int[]) as t (percent)
      where t.percent > g.told and g.used::bigint * 100 >= u.max_messages_per_day::bigint * t.percent)
    order by g.user_id, g.day limit 500`.execute(db);
  return rows;
}
