import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

export const statuses = ['initializing', 'qr_ready', 'connected', 'disconnected', 'error'] as const;

/** Counts the numbers of a slice of ids; `next` is where the next slice begins, null after the last one. */
export async function countByStatus(
  db: Kysely<DB>,
  afterId: number,
  ids: number,
): Promise<{ counts: [string, number][]; next: number | null }> {
  const upTo = afterId + ids;
  const { rows } = await sql<{ counts: Record<string, number> | null; next: number | null }>`
    select
      (select json_object_agg(status, n) from (
        select status, count(*)::int as n from phone_numbers
        where id > ${afterId} and id <= ${upTo} and deleted_at is null group by status
      ) slice) as counts,
      (select id - 1 from phone_numbers where id > ${upTo} order by id limit 1) as next`.execute(db);
  const [row] = rows;
  return { counts: Object.entries(row?.counts ?? {}), next: row?.next ?? null };
}
