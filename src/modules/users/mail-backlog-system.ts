import { type Kysely, sql } from 'kysely';
import { type Backlog, backlogMax } from '../../platform/lane/backlog.ts';
import type { DB } from '../../schema.ts';

/** Mails that are due. */
export async function lookAtMails(db: Kysely<DB>): Promise<Backlog> {
  const { rows } = await sql<Backlog>`
    select count(*)::int as due,
      coalesce(extract(epoch from app_now() - min(due_at)), 0)::float8 as "oldestSeconds"
    from (
      select due_at from mails where ended_at is null and due_at <= app_now() order by due_at limit ${backlogMax}
    ) looked_at`.execute(db);
  return rows[0] ?? { due: 0, oldestSeconds: 0 };
}
