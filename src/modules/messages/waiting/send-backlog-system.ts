import { type Kysely, sql } from 'kysely';
import { type Backlog, backlogMax } from '../../../platform/lane/backlog.ts';
import type { DB } from '../../../schema.ts';

// Numbers that wait for their connection are due as well, and may be many; they are passed over.
const lookedAtMax = 10 * backlogMax;

/** Phone numbers whose turn it is to send what waits, and that nobody has taken. */
export async function lookAtSends(db: Kysely<DB>): Promise<Backlog> {
  const { rows } = await sql<Backlog>`
    select least(count(*), ${backlogMax})::int as due,
      coalesce(extract(epoch from app_now() - min(greatest(due_at, blocked_until))), 0)::float8 as "oldestSeconds"
    from (
      select due_at, blocked_until, lease_until from send_turns where due_at <= app_now()
      order by due_at limit ${lookedAtMax}
    ) looked_at
    where coalesce(blocked_until <= app_now(), true) and coalesce(lease_until <= app_now(), true)`.execute(db);
  return rows[0] ?? { due: 0, oldestSeconds: 0 };
}
