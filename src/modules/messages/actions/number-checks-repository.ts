import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

export type KnownNumber = { number: string; isOnWhatsApp: boolean; jid: string | null };

/** What was found out of these numbers within the last day. */
export async function listKnownNumbers(
  db: Kysely<DB>,
  userId: number,
  numbers: readonly string[],
): Promise<KnownNumber[]> {
  const { rows } = await sql<KnownNumber>`
    select number, is_on_whatsapp as "isOnWhatsApp", jid from number_checks
    where user_id = ${userId} and number = any(${numbers}::text[])
      and checked_at > app_now() - interval '24 hours'`.execute(db);
  return rows;
}

/** How many numbers were found out for this user within the last hour. */
export async function countChecks(db: Kysely<DB>, userId: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from number_checks
    where user_id = ${userId} and checked_at > app_now() - interval '1 hour'`.execute(db);
  return rows[0]?.n ?? 0;
}

export async function saveChecks(db: Kysely<DB>, userId: number, found: readonly KnownNumber[]): Promise<void> {
  await sql`
    insert into number_checks as c (user_id, number, is_on_whatsapp, jid, checked_at)
    select ${userId}::bigint, number, is_on, jid, app_now()
    from unnest(${found.map(({ number }) => number)}::text[],
      ${found.map(({ isOnWhatsApp }) => isOnWhatsApp)}::boolean[], ${found.map(({ jid }) => jid)}::text[])
      as t (number, is_on, jid)
    order by number
    on conflict (user_id, number) do update set
      is_on_whatsapp = excluded.is_on_whatsapp, jid = excluded.jid, checked_at = excluded.checked_at`.execute(db);
}
