import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Integration, NumberStatus } from '../phone-number.ts';
import type { NumberSettings } from './number-settings.ts';

/** A live number as it should be on its backend, and what we believe of it. */
export type DesiredNumber = {
  id: number;
  userId: number;
  backendId: number;
  backendName: string;
  integration: Integration;
  status: NumberStatus;
  statusReason: string | null;
  /** Its backend should hold the credentials of a phone. */
  isPaired: boolean;
  /** It is being created, moved, connected or waited for: what it shows meanwhile is no drift. */
  isBusy: boolean;
  /** It lost its connection too often: nobody reconnects it by himself. */
  isResting: boolean;
  /** Milliseconds since its backend called about it, and since it connected; null where it never did. */
  heardMsAgo: number | null;
  connectedMsAgo: number | null;
  /** What its backend is to call with; null where there is none that lasts. */
  secretId: string | null;
  secretSealed: string | null;
  /** Null: as it was created. */
  settings: Partial<NumberSettings> | null;
};

export async function listDesired(db: Kysely<DB>, backendId: number): Promise<DesiredNumber[]> {
  const { rows } = await sql<DesiredNumber>`
    ${selectDesired} where n.backend_id = ${backendId} and ${isLive} order by n.id`.execute(db);
  return rows;
}

export async function findDesired(db: Kysely<DB>, id: number): Promise<DesiredNumber | undefined> {
  const { rows } = await sql<DesiredNumber>`${selectDesired} where n.id = ${id} and ${isLive}`.execute(db);
  return rows[0];
}

export async function saveSettings(
  tx: Transaction<DB>,
  userId: number,
  id: number,
  settings: Partial<NumberSettings>,
): Promise<Partial<NumberSettings> | undefined> {
  const { rows } = await sql<{ settings: Partial<NumberSettings> }>`
    update phone_numbers set updated_at = now(),
      settings = (coalesce(settings::jsonb, '{}') || ${JSON.stringify(settings)}::jsonb)::json
    where id = ${id} and user_id = ${userId} and deleted_at is null
    returning settings`.execute(tx);
  return rows[0]?.settings;
}

/** Whether a locked number lives there still, with that status, and nobody does anything with it. */
export async function isAtRestAs(
  tx: Transaction<DB>,
  { id, backendName, status }: Pick<DesiredNumber, 'id' | 'backendName' | 'status'>,
): Promise<boolean> {
  const { rows } = await sql<{ isBusy: boolean }>`
    ${selectDesired} where n.id = ${id} and n.backend_name = ${backendName} and n.status = ${status}
      and ${isLive}`.execute(tx);
  return rows[0]?.isBusy === false;
}

/** Answers false where it has no credentials to lose, or lives elsewhere. */
export async function endPairing(tx: Transaction<DB>, id: number, backendName: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update phone_numbers set is_paired = false, updated_at = now(),
      status_reason = case when status = 'disconnected' then 'logged_out' else status_reason end
    where id = ${id} and backend_name = ${backendName} and is_paired and deleted_at is null`.execute(tx);
  return numAffectedRows === 1n;
}

const isLive = sql`n.deleted_at is null and n.backend_name is not null`;

const selectDesired = sql`
  select n.id, n.user_id as "userId", n.backend_id as "backendId", n.backend_name as "backendName", n.integration,
    n.status, n.status_reason as "statusReason", n.is_paired as "isPaired", n.settings,
    (n.reservation_id is not null or n.connect_began_at is not null
      or exists (select from number_moves m where m.phone_number_id = n.id)
      or exists (select from leases l where l.name = 'connect:' || n.id and l.until > app_now())) as "isBusy",
    coalesce(n.rests_until > app_now(), false) as "isResting",
    (extract(epoch from app_now() - n.heard_at) * 1000)::float8 as "heardMsAgo",
    (extract(epoch from app_now() - n.connected_at) * 1000)::float8 as "connectedMsAgo",
    s.id as "secretId", s.secret_sealed as "secretSealed"
  from phone_numbers n
  left join lateral (
    select id, secret_sealed from inbound_secrets
    where phone_number_id = n.id and backend_name = n.backend_name and expires_at is null
    order by created_at desc limit 1
  ) s on true`;
