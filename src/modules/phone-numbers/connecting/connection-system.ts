import { type Kysely, sql, type Transaction } from 'kysely';
import { sha256 } from '../../../platform/crypto/digest.ts';
import type { DB } from '../../../schema.ts';
import type { NumberStatus } from '../phone-number.ts';

export type LockedNumber = {
  id: number;
  userId: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  status: NumberStatus;
  statusReason: string | null;
  backendName: string | null;
  qrCode: string | null;
  /** Of the last code, once it is over. */
  overQrDigest: Buffer | null;
  /** Null once it can be typed no more. */
  pairingCode: string | null;
  connectionAt: Date | null;
};

/** Locks a number for a change of its connection, so that facts about one number are applied one after another. */
export async function lockNumberForFacts(tx: Transaction<DB>, id: number): Promise<LockedNumber | undefined> {
  const { rows } = await sql<LockedNumber>`
    select ${lockedColumns} from phone_numbers where id = ${id} and deleted_at is null for no key update`.execute(tx);
  return rows[0];
}

/**
 * Locks numbers that still show a code which ran out 2 s ago or earlier, and no pairing code that can be typed; those
 * that are being changed are left out.
 */
export async function lockNumbersWithExpiredQr(tx: Transaction<DB>, limit: number): Promise<LockedNumber[]> {
  const { rows } = await sql<LockedNumber>`
    select ${lockedColumns} from phone_numbers
    where qr_code is not null and qr_expires_at < app_now() - interval '2 seconds' and deleted_at is null
      and coalesce(pairing_code is null or pairing_expires_at < app_now(), true)
    order by id limit ${limit} for no key update skip locked`.execute(tx);
  return rows;
}

const lockedColumns = sql.raw(`id, user_id as "userId", instance_name as "instanceName", alias,
  display_name as "displayName", phone_number as "phoneNumber", status, status_reason as "statusReason",
  backend_name as "backendName", qr_code as "qrCode", 
  case when coalesce(qr_expires_at > app_now(), false) then null else qr_digest end as "overQrDigest",
  case when pairing_expires_at > app_now() then pairing_code end as "pairingCode", connection_at as "connectionAt"`);

/** Notes that the backend called about a number; at most one write in 10 s. */
export async function noteHeard(tx: Transaction<DB>, id: number): Promise<void> {
  await sql`
    update phone_numbers set heard_at = app_now()
    where id = ${id} and (heard_at is null or heard_at < app_now() - interval '10 seconds')`.execute(tx);
}

export type ConnectionChange = {
  status: NumberStatus;
  /** Undefined leaves it as it is. */
  statusReason?: string | null;
  /** The backend's own time of the fact. */
  at?: Date | null;
  /** Null takes it away. `expiresInMs` is undefined where the same code came again. */
  qr?: { image: string; text: string | null; pairingCode: string | null; expiresInMs: number | undefined } | null;
  owner?: { jid: string; phoneNumber: string | null; profileName: string | null };
  /** Whether a code or a connection is waited for from now on, or no more. */
  attempt?: 'begins' | 'ended';
  /** Whether its backend has credentials of a phone. */
  isPaired?: boolean;
};

export async function saveConnection(tx: Transaction<DB>, id: number, change: ConnectionChange): Promise<void> {
  const { qr, owner, attempt, isPaired } = change;
  await tx
    .updateTable('phone_numbers')
    .set({
      status: change.status,
      ...(change.statusReason === undefined ? {} : { status_reason: change.statusReason }),
      updated_at: sql`now()`,
      ...(change.at === undefined || change.at === null ? {} : { connection_at: change.at }),
      ...(change.status === 'connected'
        ? { connected_at: sql<Date>`coalesce(case when status = 'connected' then connected_at end, app_now())` }
        : {}),
      ...(qr === undefined ? {} : codesOf(qr)),
      ...(owner === undefined
        ? {}
        : { own_jid: owner.jid, phone_number: owner.phoneNumber, profile_name: owner.profileName }),
      ...(attempt === 'begins' ? { connect_began_at: sql<Date>`coalesce(connect_began_at, app_now())` } : {}),
      ...(attempt === 'ended' ? { connect_began_at: null, connect_resets: 0 } : {}),
      ...(isPaired === undefined ? {} : { is_paired: isPaired }),
    })
    .where('id', '=', id)
    .execute();
}

/** How long WhatsApp takes a pairing code. */
const pairingLifeMs = 180_000;

function codesOf(qr: NonNullable<ConnectionChange['qr']> | null) {
  if (qr === null)
    return {
      qr_code: null,
      qr_text: null,
      qr_expires_at: null,
      pairing_code: null,
      pairing_number: null,
      pairing_expires_at: null,
    };
  const { image, text, pairingCode, expiresInMs } = qr;
  return {
    qr_code: image,
    qr_text: text,
    qr_digest: sha256(image),
    ...(expiresInMs === undefined ? {} : { qr_expires_at: fromNow(expiresInMs) }),
    pairing_code: pairingCode,
    pairing_expires_at:
      pairingCode === null
        ? null
        : sql<Date>`coalesce(case when pairing_code = ${pairingCode} then pairing_expires_at end, ${fromNow(pairingLifeMs)})`,
  };
}

const fromNow = (ms: number) => sql<Date>`app_now() + make_interval(secs => ${ms / 1_000}::float8)`;

export type NumberToCheck = {
  backendId: number;
  backendName: string;
  status: NumberStatus;
  connectionAt: Date | null;
};

/** Undefined while there is nothing to ask a backend about: none, being created, or deleted. */
export async function findNumberToCheck(db: Kysely<DB>, id: number): Promise<NumberToCheck | undefined> {
  const { rows } = await sql<NumberToCheck>`
    select backend_id as "backendId", backend_name as "backendName", status, connection_at as "connectionAt"
    from phone_numbers
    where id = ${id} and deleted_at is null and reservation_id is null
      and backend_id is not null and backend_name is not null`.execute(db);
  return rows[0];
}

export type WatchedNumber = {
  id: number;
  status: NumberStatus;
  hasQr: boolean;
  /** Whom a pairing code is for, or will be. */
  pairingNumber: string | null;
  /** Whether it can be typed by now. */
  hasPairing: boolean;
  isBeingCreated: boolean;
  /** Whether a code or a connection is waited for. */
  isAwaited: boolean;
  heardAt: Date | null;
};

/** The state of several numbers at once, for those who wait for a change. */
export async function readStates(db: Kysely<DB>, ids: readonly number[]): Promise<WatchedNumber[]> {
  const { rows } = await sql<WatchedNumber>`
    select id, status, coalesce(qr_code is not null and qr_expires_at > app_now(), false) as "hasQr",
      pairing_number as "pairingNumber",
      coalesce(pairing_code is not null and pairing_expires_at > app_now(), false) as "hasPairing",
      reservation_id is not null as "isBeingCreated", connect_began_at is not null as "isAwaited",
      heard_at as "heardAt"
    from phone_numbers where id = any(${ids as number[]}::bigint[]) and deleted_at is null`.execute(db);
  return rows;
}
