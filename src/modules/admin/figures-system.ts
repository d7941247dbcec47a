import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** How many live numbers a backend has, by status. */
export type NumbersByStatus = Record<string, number>;

/** By backend; of all, or of one. */
export async function countNumbers(db: Kysely<DB>, backendId?: number): Promise<Map<number, NumbersByStatus>> {
  const { rows } = await sql<{ backendId: number; status: string; count: number }>`
    select backend_id as "backendId", status, count(*)::int as count from phone_numbers
    where deleted_at is null and backend_id is not null
      and (${backendId ?? null}::bigint is null or backend_id = ${backendId ?? null})
    group by backend_id, status`.execute(db);
  const counts = new Map<number, NumbersByStatus>();
  for (const { backendId: id, status, count } of rows) counts.set(id, { ...counts.get(id), [status]: count });
  return counts;
}

export type FoundNumber = {
  id: number;
  userId: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  status: string;
  statusReason: string | null;
  integration: string;
  backendId: number | null;
  backendName: string | null;
  createdAt: Date;
  deletedAt: Date | null;
};

/** What operators see of a number, whoever has it. */
export const numberColumns = sql.raw(`n.id, n.user_id as "userId", n.instance_name as "instanceName", n.alias,
  n.display_name as "displayName", n.phone_number as "phoneNumber", n.status, n.status_reason as "statusReason",
  n.integration, n.backend_id as "backendId", n.backend_name as "backendName", n.created_at as "createdAt",
  n.deleted_at as "deletedAt"`);

/** The live numbers of a user, oldest first. */
export async function listNumbersOfUser(db: Kysely<DB>, userId: number, limit: number): Promise<FoundNumber[]> {
  const { rows } = await sql<FoundNumber>`
    select ${numberColumns} from phone_numbers n
    where n.user_id = ${userId} and n.deleted_at is null order by n.created_at, n.id limit ${limit}`.execute(db);
  return rows;
}

export type NumberFilter = { id?: number; userId?: number; backendId?: number; status?: string };

/** The page after `after`, by id. Deleted ones only where one is asked for by its id. */
export async function listNumbers(
  db: Kysely<DB>,
  filter: NumberFilter,
  page: { limit: number; after?: { id: number } },
): Promise<FoundNumber[]> {
  const wanted = [
    filter.id === undefined ? sql`n.deleted_at is null` : sql`n.id = ${filter.id}`,
    ...(filter.userId === undefined ? [] : [sql`n.user_id = ${filter.userId}`]),
    ...(filter.backendId === undefined ? [] : [sql`n.backend_id = ${filter.backendId}`]),
    ...(filter.status === undefined ? [] : [sql`n.status = ${filter.status}`]),
    ...(page.after === undefined ? [] : [sql`n.id > ${page.after.id}`]),
  ];
  const { rows } = await sql<FoundNumber>`
    select ${numberColumns} from phone_numbers n
    where ${sql.join(wanted, sql` and `)} order by n.id limit ${page.limit}`.execute(db);
  return rows;
}
