import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

const rowsAtOnce = 5_000;

/** What is of a user by id, and what is of the user's numbers; each with the key by which a part of it is deleted. */
const ofUser = [
  ['idempotency_keys', 'user_id, route, key'],
  ['campaigns', 'id'],
  ['messages', 'id'],
  ['media_blobs', 'id'],
  ['number_checks', 'user_id, number'],
  ['opt_outs', 'user_id, number'],
  ['usage', 'user_id, day'],
  ['mails', 'id'],
  ['realtime_tickets', 'ticket_hash'],
  ['event_arrivals', 'id'],
  ['events', 'id'],
  ['webhook_logs', 'id, sent_at'],
  ['deliveries', 'id'],
  ['endpoints', 'id'],
  ['event_cursors', 'user_id'],
  ['api_requests', 'id, created_at'],
  ['user_keys', 'id'],
  ['login_sessions', 'id'],
  ['password_resets', 'token_hash'],
  ['share_links', 'id'],
] as const;
const ofNumbers = [
  ['send_turns', 'phone_number_id'],
  ['number_paces', 'phone_number_id'],
  ['wire_messages', 'phone_number_id, wa_id'],
  ['met_addresses', 'phone_number_id, jid'],
  ['lid_addresses', 'phone_number_id, lid'],
  ['message_stats', 'phone_number_id, date'],
  ['inbound_calls', 'id, received_at'],
  ['gap_repairs', 'phone_number_id'],
  ['findings', 'id'],
  ['number_tokens', 'id'],
  ['connection_spans', 'phone_number_id, began_at'],
] as const;

/** Every table whose rows go with their user, for a test that holds them against the schema. */
export const erasedTables: readonly string[] = [...ofUser, ...ofNumbers].map(([table]) => table);

/** Deletes all that is of a user but the numbers' bare rows, which say what is still on which backend. */
export async function eraseRows(db: Kysely<DB>, userId: number): Promise<void> {
  await sql`
    update phone_numbers set phone_number = null, display_name = null, alias = null, profile_name = null,
      own_jid = null, webhook_url = null, qr_code = null, qr_text = null, token = ''
    where user_id = ${userId} and (token <> '' or phone_number is not null or qr_code is not null)`.execute(db);
  const theirs = sql`phone_number_id in (select id from phone_numbers where user_id = ${userId})`;
  for (const [table, key] of ofNumbers) await eraseSome(db, table, key, theirs);
  for (const [table, key] of ofUser) await eraseSome(db, table, key, sql`user_id = ${userId}`);
}

/** Numbers of a user that some backend in the pool may still have, or that are on their way to one. */
export async function countOnBackends(db: Kysely<DB>, userId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from phone_numbers n left join backends b on b.id = n.backend_id
    where n.user_id = ${userId} and (n.deleted_at is null
      or (n.removed_from_backend_at is null and b.id is not null and b.removed_at is null)
      or exists (select from number_moves m where m.phone_number_id = n.id))`.execute(db);
  return rows[0]?.count ?? 0;
}

async function eraseSome(db: Kysely<DB>, table: string, key: string, whose: ReturnType<typeof sql>): Promise<void> {
  const columns = sql.raw(key);
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where (${columns}) in (
        select ${columns} from ${sql.table(table)} where ${whose} limit ${rowsAtOnce})`.execute(db);
    if (numAffectedRows < BigInt(rowsAtOnce)) return;
  }
}
