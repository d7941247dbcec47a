import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** `taken` names the day that the send counts for; otherwise the number may send again in `waitMs`. */
export type PaceTaken = { taken: string; waitMs: null } | { taken: null; waitMs: number };

// A statement waits no longer than this for the row's lock.
const quickerBy = '10 seconds';
const nextDay = `(app_today() + 1)::timestamp at time zone 'UTC'`;

/** Counts one send of a number against its pace and its day (UTC), if it may send now. */
export async function takePace(db: Kysely<DB>, phoneNumberId: number): Promise<PaceTaken> {
  const { rows } = await sql<{ taken: string | null; waitMs: number | null }>`
    with settings as (
      select n.id, n.daily_cap, app_now() + (coalesce(n.send_interval_ms, 0)
        + random() * coalesce(n.send_jitter_ms, 0)) * interval '1 millisecond' as next_at,
        app_now() + (coalesce(n.send_interval_ms, 0) + coalesce(n.send_jitter_ms, 0)) * interval '1 millisecond'
          as latest_at
      from phone_numbers n where n.id = ${phoneNumberId}
    ), taken as (
      insert into number_paces as p (phone_number_id, next_at, day, used)
      select id, next_at, app_today(), 1 from settings where daily_cap > 0 or daily_cap is null
      on conflict (phone_number_id) do update set next_at = excluded.next_at, day = excluded.day,
        used = case when p.day = excluded.day then p.used else 0 end + 1
        -- One that lies far further ahead is from a slower pace, before a change. One just a little further is of a
        -- send that began after this statement and was quicker.
        where not p.next_at between app_now() and (select latest_at + interval '${sql.raw(quickerBy)}' from settings)
          and coalesce((select s.daily_cap from settings s) > case when p.day = excluded.day then p.used else 0 end, true)
      returning day
    )
    select (select day from taken) as taken, extract(epoch from greatest(
        least(p.next_at, s.latest_at), case when s.daily_cap <= case when p.day = app_today() then p.used else 0 end
          then ${sql.raw(nextDay)} end) - app_now())::float8 * 1000 as "waitMs"
    from settings s left join number_paces p on p.phone_number_id = s.id`.execute(db);
  const [row] = rows;
  if (row?.taken != null) return { taken: row.taken, waitMs: null };
  // Null where another took it a moment ago, so that this statement saw no wait.
  return { taken: null, waitMs: Math.max(row?.waitMs ?? 0, 1) };
}

/** Takes back what was counted for a send that did not happen. */
export async function giveBackPace(db: Kysely<DB>, phoneNumberId: number, day: string): Promise<void> {
  await sql`
    update number_paces set used = greatest(used - 1, 0), next_at = least(next_at, app_now())
    where phone_number_id = ${phoneNumberId} and day = ${day}::date`.execute(db);
}
