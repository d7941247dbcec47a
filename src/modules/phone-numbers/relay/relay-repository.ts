import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** Our ids of a number's messages by their WhatsApp ids; those nobody here has heard of are left out. */
export async function listMessageIds(
  db: Kysely<DB>,
  number: { id: number; userId: number },
  waIds: readonly string[],
): Promise<Map<string, string>> {
  if (waIds.length === 0) return new Map();
  const { rows } = await sql<{ waId: string; id: string }>`
    select w.wa_id as "waId", m.id
    from wire_messages w join messages m on m.id = w.message_id
    where w.phone_number_id = ${number.id} and w.wa_id = any(${waIds as string[]}::text[])
      and m.user_id = ${number.userId} and m.phone_number_id = ${number.id}`.execute(db);
  return new Map(rows.map(({ waId, id }) => [waId, id]));
}
