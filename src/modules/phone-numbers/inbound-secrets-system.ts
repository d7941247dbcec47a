import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

export type InboundSecretRow = {
  id: string;
  phoneNumberId: number;
  backendName: string;
  secretHash: Buffer;
  /** Null while the number lives under this secret. */
  expiresAt: Date | null;
};

/** The secret a backend's calls to this address must carry; undefined when there is none or it is over. */
export async function findInboundSecret(db: Kysely<DB>, id: string): Promise<InboundSecretRow | undefined> {
  const row = await db
    .selectFrom('inbound_secrets')
    .select(['id', 'phone_number_id', 'backend_name', 'secret_hash', 'expires_at'])
    .where('id', '=', id)
    .where(sql<boolean>`coalesce(expires_at > app_now(), true)`)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    phoneNumberId: row.phone_number_id,
    backendName: row.backend_name,
    secretHash: row.secret_hash,
    expiresAt: row.expires_at,
  };
}

export async function insertInboundSecret(
  tx: Transaction<DB>,
  secret: { id: string; phoneNumberId: number; backendName: string; secretHash: Buffer; secretSealed: string },
): Promise<void> {
  await tx
    .insertInto('inbound_secrets')
    .values({
      id: secret.id,
      phone_number_id: secret.phoneNumberId,
      backend_name: secret.backendName,
      secret_hash: secret.secretHash,
      secret_sealed: secret.secretSealed,
    })
    .execute();
}

export async function endInboundSecrets(
  tx: Transaction<DB>,
  phoneNumberId: number,
  options: { afterSeconds: number },
): Promise<void> {
  await sql`
    update inbound_secrets
    set expires_at = least(expires_at, app_now() + make_interval(secs => ${options.afterSeconds}))
    where phone_number_id = ${phoneNumberId}`.execute(tx);
}
