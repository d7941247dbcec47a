import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** The day that a send counts for, and when the next one may leave. */
export type Taken = { day: string; nextAt: string };
/** Which bound of a number a send has met. */
export type PaceLimit = 'send_interval' | 'daily_cap';
export type PaceTaken = { taken: Taken; waitMs: null } | { taken: null; waitMs: number; limit: PaceLimit };

// A statement waits no longer than this for the row's lock.
const quickerBy = '10 seconds';
const nextDay = `(app_today() + 1)::timestamp at time zone 'UTC'`;
const settings = (phoneNumberId: number) => sql`
  select n.id, n.daily_cap, app_now() + (coalesce(n.send_interval_ms, 0)
    + random() * coalesce(n.send_jitter_ms, 0)) * interval '1 millisecond' as next_at,
    app_now() + (coalesce(n.send_interval_ms, 0) + coalesce(n.send_jitter_ms, 0)) * interval '1 millisecond'
      as latest_at
  from phone_numbers n where n.id = ${phoneNumberId}`;
// One that lies far further ahead is from a slower pace, before a change. One just a little further is of a send that
// began after this statement and was quicker.
const holdsUp = sql.raw(`p.next_at between app_now() and s.latest_at + interval '${quickerBy}'`);
const isCapped = sql.raw('s.daily_cap <= case when p.day = app_today() then p.used else 0 end');
const waitMs = sql`
  extract(epoch from greatest(
    case when ${holdsUp} then least(p.next_at, s.latest_at) end,
    case when ${isCapped} then ${sql.raw(nextDay)} end) - app_now())::float8 * 1000`;
// Where this statement saw no wait, another took the last send a moment ago: it met the cap where there is no pace.
const limit = sql`case when ${isCapped} or s.latest_at = app_now() then 'daily_cap' else 'send_interval' end`;

/** Milliseconds until the number may send; 0 where it may now. */
export async function readPace(db: Kysely<DB>, phoneNumberId: number): Promise<number> {
  const { rows } = await sql<{ waitMs: number | null }>`
    with settings as (${settings(phoneNumberId)})
    select ${waitMs} as "waitMs" from settings s left join number_paces p on p.phone_number_id = s.id`.execute(db);
  return Math.max(rows[0]?.waitMs ?? 0, 0);
}

/** Counts one send of a number against its pace and its day (UTC), if it may send now. */
export async function takePace(db: Kysely<DB>, phoneNumberId: number): Promise<PaceTaken> {
  const { rows } = await sql<{ taken: Taken | null; waitMs: number | null; limit: PaceLimit }>`
    with settings as (${settings(phoneNumberId)}), taken as (
      insert into number_paces as p (phone_number_id, next_at, day, used)
      select id, next_at, app_today(), 1 from settings where daily_cap > 0 or daily_cap is null
      on conflict (phone_number_id) do update set next_at = excluded.next_at, day = excluded.day,
        used = case when p.day = excluded.day then p.used else 0 end + 1
        where (select not ${holdsUp}
          and coalesce(s.daily_cap > case when p.day = excluded.day then p.used else 0 end, true) from settings s)
      returning day, next_at
    )
    select (select json_build_object('day', day, 'nextAt', next_at) from taken) as taken, ${waitMs} as "waitMs",
      ${limit} as "limit"
    from settings s left join number_paces p on p.phone_number_id = s.id`.execute(db);
  const [row] = rows;
  if (row?.taken != null) return { taken: row.taken, waitMs: null };
  // Null where another took it a moment ago, so that this statement saw no wait.
  return { taken: null, waitMs: Math.max(row?.waitMs ?? 0, 1), limit: row?.limit ?? 'send_interval' };
}

/** Takes back what was counted for a send that did not happen; the number waits on where another one left since. */
export async function giveBackPace(db: Kysely<DB>, phoneNumberId: number, { day, nextAt }: Taken): Promise<void> {
  await sql`
    update number_paces set used = greatest(used - 1, 0),
      next_at = case when next_at = ${nextAt}::timestamptz then least(next_at, app_now()) else next_at end
    where phone_number_id = ${phoneNumberId} and day = ${day}::date`.execute(db);
}
