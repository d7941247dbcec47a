import { type Kysely, sql } from 'kysely';
import { type Backlog, backlogMax } from '../../platform/lane/backlog.ts';
import type { DB } from '../../schema.ts';

/** Calls that are stored and due. With more than are counted the oldest is that of those looked at. */
export async function lookAtInbound(db: Kysely<DB>): Promise<Backlog> {
  // Put in order, so that the index of due calls is read, whatever Postgres thinks of how many there are.
  const { rows } = await sql<Backlog>`
    select count(*) filter (where due_at <= app_now())::int as due,
      coalesce(extract(epoch from app_now() - min(due_at) filter (where due_at <= app_now())), 0)::float8 as "oldestSeconds"
    from (
      select due_at from inbound_calls where state = 'due' order by phone_number_id, id limit ${backlogMax}
    ) looked_at`.execute(db);
  return rows[0] ?? { due: 0, oldestSeconds: 0 };
}
