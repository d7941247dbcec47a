import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Share } from './share.ts';

/** How long a link that did its work still says so. */
const saysDoneFor = sql.raw(`interval '10 minutes'`);

/**
 * The link with this secret. Undefined for every other, as for one that ran out, was taken back or used a while ago,
 * whose number was deleted, or whose user is suspended.
 */
export async function findShare(db: Kysely<DB>, tokenHash: Buffer): Promise<Share | undefined> {
  const { rows } = await sql<Share>`
    select l.id, l.user_id as "userId", l.phone_number_id as "phoneNumberId", l.used_at is not null as "isUsed",
      n.status, n.status_reason as "statusReason", n.display_name as "displayName", coalesce(b.is_sandbox, false) as "isSandbox",
      case when n.qr_expires_at > app_now() then n.qr_code end as "qrCode",
      case when n.pairing_expires_at > app_now() then n.pairing_code end as "pairingCode",
      greatest(0, extract(epoch from coalesce(n.qr_expires_at, app_now()) - app_now()) * 1000)::int as "qrExpiresInMs",
      greatest(0, extract(epoch from l.expires_at - app_now()) * 1000)::int as "linkExpiresInMs"
    from share_links l
    join phone_numbers n on n.id = l.phone_number_id and n.deleted_at is null
    join users u on u.id = l.user_id and u.status = 'active'
    left join backends b on b.id = n.backend_id
    where l.token_hash = ${tokenHash} and l.revoked_at is null
      and case when l.used_at is null then l.expires_at > app_now() else l.used_at > app_now() - ${saysDoneFor} end`.execute(
    db,
  );
  return rows[0];
}

/** Counts a pairing code that is asked for by a link. Answers false where it may ask for no more. */
export async function takePairing(db: Kysely<DB>, id: string, most: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update share_links set pairings = pairings + 1 where id = ${id} and pairings < ${most}`.execute(db);
  return numAffectedRows === 1n;
}
