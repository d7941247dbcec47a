import { type Kysely, sql } from 'kysely';
import { type Backlog, backlogMax } from '../../platform/lane/backlog.ts';
import type { DB } from '../../schema.ts';

/** Ranges of events that nobody has passed on. */
export async function lookAtArrivals(db: Kysely<DB>): Promise<Backlog> {
  const { rows } = await sql<Backlog>`
    select (select count(*) from (select 1 from event_arrivals limit ${backlogMax}) counted)::int as due,
      coalesce(extract(epoch from now() - (
        select e.created_at from (select * from event_arrivals order by id limit 1) a
        join events e on e.user_id = a.user_id and e.sequence = a.first_sequence
      )), 0)::float8 as "oldestSeconds"`.execute(db);
  return rows[0] ?? { due: 0, oldestSeconds: 0 };
}
