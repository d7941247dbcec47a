import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Uptime, UptimeFigures, UptimeWindow } from './uptime.ts';

type Row = { id: number; since: Date; name: UptimeWindow; observed: number; connected: number; losses: number };

/** Undefined when the user has no such number. */
export async function readUptime(db: Kysely<DB>, userId: number, id: number): Promise<Uptime | undefined> {
  return (await readFigures(db, sql`n.id = ${id} and n.user_id = ${userId} and n.deleted_at is null`)).get(id);
}

/** For operators: of these numbers of any user, deleted ones too. */
export function readUptimes(db: Kysely<DB>, ids: readonly number[]): Promise<Map<number, Uptime>> {
  return readFigures(db, sql`n.id = any(${ids as number[]}::bigint[])`);
}

async function readFigures(db: Kysely<DB>, which: ReturnType<typeof sql>): Promise<Map<number, Uptime>> {
  const { rows } = await sql<Row>`
    select w.id, w.since, w.name, extract(epoch from w.until - w.start)::float8 as observed, s.connected, s.losses
    from (
      select n.id, o.since, v.name, app_now() - v.length as window_start,
        greatest(o.since, app_now() - v.length) as start,
        greatest(o.since, coalesce(n.deleted_at, app_now())) as until
      from phone_numbers n
      cross join lateral (
        select greatest(n.created_at, least(
          (select applied_at from schema_migrations where name = ${watchedSince}),
          (select min(began_at) from connection_spans where phone_number_id = n.id))) as since
      ) o
      cross join (values ('last24h', interval '24 hours'), ('last7d', interval '168 hours'),
        ('last30d', interval '720 hours')) v (name, length)
      where ${which}
    ) w
    cross join lateral (
      select count(ended_at)::int as losses, coalesce(sum(greatest(0, extract(epoch from
        least(coalesce(ended_at, app_now()), w.until) - greatest(began_at, w.start)))), 0)::float8 as connected
      from connection_spans
      where phone_number_id = w.id and (ended_at is null or ended_at > w.window_start)
    ) s`.execute(db);
  const byNumber = Map.groupBy(rows, ({ id }) => id);
  return new Map([...byNumber].map(([id, ofNumber]) => [id, uptimeOf(ofNumber)]));
}

/** The migration that began to keep spans: what was before it is not known of older numbers. */
const watchedSince = '0005-connecting';

function uptimeOf(rows: readonly Row[]): Uptime {
  const figures = Object.fromEntries(rows.map((row) => [row.name, figuresOf(row)])) as Record<
    UptimeWindow,
    UptimeFigures
  >;
  return { since: rows[0]?.since ?? new Date(0), ...figures };
}

function figuresOf({ observed, connected, losses }: Row): UptimeFigures {
  const observedFor = Math.max(0, observed);
  const connectedFor = Math.min(connected, observedFor);
  return {
    connectedSeconds: Math.round(connectedFor),
    observedSeconds: Math.round(observedFor),
    uptime: observedFor === 0 ? null : Math.round((connectedFor / observedFor) * 1e6) / 1e6,
    losses,
  };
}
