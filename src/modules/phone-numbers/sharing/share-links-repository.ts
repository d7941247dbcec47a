import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { ShareLink } from './share.ts';

export async function insertShareLink(
  tx: Transaction<DB>,
  link: { id: string; userId: number; phoneNumberId: number; tokenHash: Buffer; lifeSeconds: number },
): Promise<ShareLink> {
  const { rows } = await sql<ShareLink>`
    insert into share_links (id, user_id, phone_number_id, token_hash, created_at, expires_at)
    select ${link.id}, ${link.userId}, ${link.phoneNumberId}, ${link.tokenHash}, t.now,
      t.now + make_interval(secs => ${link.lifeSeconds})
    from (select date_trunc('milliseconds', app_now()) as now) t
    returning id, expires_at as "expiresAt", created_at as "createdAt"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('An insert of one row returns it.');
  return row;
}

/** Links of the user's number that work, oldest first. */
export async function listShareLinks(db: Kysely<DB>, userId: number, phoneNumberId: number): Promise<ShareLink[]> {
  const { rows } = await sql<ShareLink>`
    select id, expires_at as "expiresAt", created_at as "createdAt" from share_links
    where phone_number_id = ${phoneNumberId} and user_id = ${userId}
      and used_at is null and revoked_at is null and expires_at > app_now()
    order by id`.execute(db);
  return rows;
}

/** Answers false where the user's number has no such link. */
export async function revokeShareLink(
  db: Kysely<DB>,
  userId: number,
  phoneNumberId: number,
  id: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update share_links set revoked_at = app_now()
    where id = ${id} and phone_number_id = ${phoneNumberId} and user_id = ${userId}
      and revoked_at is null and expires_at > app_now()`.execute(db);
  return numAffectedRows === 1n;
}
