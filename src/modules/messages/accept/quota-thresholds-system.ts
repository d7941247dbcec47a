import { type Kysely, sql } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { appendedEventsPart } from '../../events/index.ts';

/**
 * Appends an event for each threshold that a user's day has reached and that he was not told of. One statement: nobody
 * who wants to send waits for the row of his day any longer than that. The day is today unless given.
 */
export async function tellReached(
  db: Kysely<DB>,
  ids: Pick<Ids, 'uuidv7'>,
  thresholds: readonly number[],
  { userId, dailyMax, day }: { userId: number; dailyMax: number; day?: string },
): Promise<void> {
  await sql`
    with locked as (
      select user_id, day, used, told from usage
      where user_id = ${userId} and day = coalesce(${day ?? null}::date, app_today()) for update
    ), news as (
      select l.*, t.percent, t.event_id, t.ord
      from locked l, unnest(${thresholds as number[]}::int[], ${thresholds.map(() => ids.uuidv7())}::uuid[])
        with ordinality as t (percent, event_id, ord)
      where t.percent > l.told and l.used > 0 and l.used::bigint * 100 >= ${dailyMax}::bigint * t.percent
    ), marked as (
      update usage u set told = n.percent
      from (select user_id, day, max(percent) as percent from news group by user_id, day) n
      where u.user_id = n.user_id and u.day = n.day
      returning u.user_id
    ), facts (event_id, user_id, type, phone_number_id, message_id, payload, ord) as (
      select n.event_id, n.user_id, 'quota.threshold', null::bigint, null::uuid,
        json_build_object('limit', 'messages_per_day', 'percent', n.percent, 'used', n.used,
          'max_messages_per_day', ${dailyMax}::bigint, 'day', n.day,
          'renews_at', to_char(n.day + 1, 'YYYY-MM-DD"T00:00:00.000Z"'))::text, n.ord
      from news n join marked m on m.user_id = n.user_id
    ), ${sql.raw(appendedEventsPart('facts'))}
    select 1`.execute(db);
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
