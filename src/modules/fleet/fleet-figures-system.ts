import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** Rows that came to an end or began within a time, counted by what they are. */
export type Counted = { kind: string; outcome: string; n: number };

export type FleetNews = {
  found: Counted[];
  ended: Counted[];
  repairs: Counted[];
  incidents: Counted[];
  /** Up to when all was counted: where the next look begins. */
  until: string;
};

// A row is seen when its transaction ends, which is later than the time it bears.
const settledAfter = sql.raw(`interval '10 seconds'`);

/** What happened since `since`, which is a former look's `until`; null begins now. */
export async function readFleetNews(db: Kysely<DB>, since: string | null): Promise<FleetNews> {
  const within = (column: string) => sql`${sql.ref(column)} > span.since and ${sql.ref(column)} <= span.until`;
  const { rows } = await sql<FleetNews>`
    with span as (
      select coalesce(${since}::timestamptz, app_now() - ${settledAfter}) as since, app_now() - ${settledAfter} as until
    )
    select span.until::text as until,
      (select coalesce(json_agg(c), '[]') from (
        select kind, '' as outcome, count(*)::int as n from findings where ${within('found_at')} group by kind
      ) c) as found,
      (select coalesce(json_agg(c), '[]') from (
        select kind, outcome, count(*)::int as n from findings where ${within('ended_at')} group by kind, outcome
      ) c) as ended,
      (select coalesce(json_agg(c), '[]') from (
        select step as kind, outcome, count(*)::int as n from repairs where ${within('ended_at')} group by step, outcome
      ) c) as repairs,
      (select coalesce(json_agg(c), '[]') from (
        select kind, '' as outcome, count(*)::int as n from incidents where ${within('began_at')} group by kind
      ) c) as incidents
    from span`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The fleet could not be looked at.');
  return row;
}

export type FleetState = {
  /** What is open now. */
  findings: Counted[];
  incidents: Counted[];
  isHeld: boolean;
  passes: number;
  questions: number;
  busySeconds: number;
  /** Of the active backend whose last look is longest ago; null where none is active. */
  oldestPassSeconds: number | null;
};

export async function readFleetState(db: Kysely<DB>): Promise<FleetState> {
  const { rows } = await sql<FleetState>`
    select
      (select coalesce(json_agg(c), '[]') from (
        select kind, '' as outcome, count(*)::int as n from findings where ended_at is null group by kind
      ) c) as findings,
      (select coalesce(json_agg(c), '[]') from (
        select kind, '' as outcome, count(*)::int as n from incidents where ended_at is null group by kind
      ) c) as incidents,
      exists (select from fleet_hold) as "isHeld",
      r.passes, r.questions, r.busy_ms / 1000.0::float8 as "busySeconds", r.oldest as "oldestPassSeconds"
    from (
      -- Each look takes the lease once.
      select coalesce(sum(r.epoch), 0)::bigint as passes, coalesce(sum(r.questions), 0)::bigint as questions,
        coalesce(sum(r.busy_ms), 0)::float8 as busy_ms,
        extract(epoch from app_now() - min(greatest(coalesce(r.ended_at, b.created_at), b.back_at))
          filter (where b.state = 'active'))::float8 as oldest
      from backends b left join reconciles r on r.backend_id = b.id where b.removed_at is null
    ) r`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The fleet could not be looked at.');
  return row;
}
