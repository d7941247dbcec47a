import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** Someone who does not want a user's campaigns; the number is digits. */
export type OptOut = { number: string; reason: string | null; createdAt: Date };

/** Adds it, or changes the reason of one that is there. */
export async function saveOptOut(
  db: Kysely<DB>,
  userId: number,
  number: string,
  reason: string | null,
): Promise<OptOut | undefined> {
  const { rows } = await sql<OptOut>`
    insert into opt_outs (user_id, number, reason) values (${userId}, ${number}, ${reason})
    on conflict (user_id, number) do update set reason = excluded.reason
    returning number, reason, created_at as "createdAt"`.execute(db);
  return rows[0];
}

/** False where it was not there. */
export async function deleteOptOut(db: Kysely<DB>, userId: number, number: string): Promise<boolean> {
  const { rows } = await sql`
    delete from opt_outs where user_id = ${userId} and number = ${number} returning 1`.execute(db);
  return rows.length > 0;
}

/** By number, those after `after`. */
export async function listOptOuts(
  db: Kysely<DB>,
  userId: number,
  page: { limit: number; after: string },
): Promise<OptOut[]> {
  const { rows } = await sql<OptOut>`
    select number, reason, created_at as "createdAt" from opt_outs
    where user_id = ${userId} and number > ${page.after} order by number limit ${page.limit}`.execute(db);
  return rows;
}

/** Which of these numbers opted out. */
export async function findOptedOut(db: Kysely<DB>, userId: number, numbers: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ number: string }>`
    select number from opt_outs where user_id = ${userId} and number = any(${numbers as string[]}::text[])`.execute(db);
  return new Set(rows.map(({ number }) => number));
}
