import { type Kysely, sql } from 'kysely';
import { candidateJids, digitsOfJid } from '../../evolution/jid.ts';
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

/** Under which numbers one recipient is known: mobile numbers of some countries have a digit that may be left out. */
export function formsOf(number: string): string[] {
  return candidateJids(number).map((jid) => digitsOfJid(jid) ?? number);
}

/** Which of these numbers opted out, in whatever form. */
export async function findOptedOut(db: Kysely<DB>, userId: number, numbers: readonly string[]): Promise<Set<string>> {
  const forms = numbers.map((number) => ({ number, forms: [number, ...formsOf(number)] }));
  const { rows } = await sql<{ number: string }>`
    select number from opt_outs where user_id = ${userId} and number = any(${forms.flatMap((each) => each.forms)}::text[])`.execute(
    db,
  );
  const listed = new Set(rows.map(({ number }) => number));
  return new Set(forms.filter((each) => each.forms.some((form) => listed.has(form))).map(({ number }) => number));
}
