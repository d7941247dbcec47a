import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';
import type { Grant } from './grant.ts';

export async function insertTicket(
  db: Kysely<DB>,
  ticket: { hash: Buffer; grant: Grant; lifeSeconds: number },
): Promise<Date> {
  const { userId, credential } = ticket.grant;
  const { rows } = await sql<{ expiresAt: Date }>`
    insert into realtime_tickets (ticket_hash, user_id, session_id, key_hash, expires_at)
    values (${ticket.hash}, ${userId}, ${'sessionId' in credential ? credential.sessionId : null},
      ${'keyHash' in credential ? credential.keyHash : null}, app_now() + make_interval(secs => ${ticket.lifeSeconds}))
    returning expires_at as "expiresAt"`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The ticket was not stored.');
  return row.expiresAt;
}

/** Uses a ticket up: of several who show the same one, one gets its grant. Null where it is unknown or too old. */
export async function takeTicket(db: Kysely<DB>, hash: Buffer): Promise<Grant | null> {
  const { rows } = await sql<{ userId: number; sessionId: string | null; keyHash: Buffer | null; isLive: boolean }>`
    delete from realtime_tickets where ticket_hash = ${hash}
    returning user_id as "userId", session_id as "sessionId", key_hash as "keyHash",
      expires_at > app_now() as "isLive"`.execute(db);
  const [row] = rows;
  if (row === undefined || !row.isLive) return null;
  if (row.sessionId !== null) return { userId: row.userId, credential: { sessionId: row.sessionId } };
  return row.keyHash === null ? null : { userId: row.userId, credential: { keyHash: row.keyHash } };
}

/** Deletes tickets that nobody used; answers how many. */
export async function deleteOldTickets(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from realtime_tickets where ticket_hash = any(array(
      select ticket_hash from realtime_tickets where expires_at <= app_now() limit 5000))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
