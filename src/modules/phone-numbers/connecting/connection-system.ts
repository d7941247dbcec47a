import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Integration, NumberStatus } from '../phone-number.ts';

export type LockedNumber = {
  id: number;
  userId: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  status: NumberStatus;
  qrCode: string | null;
  connectionAt: Date | null;
};

/** Locks a number for a change of its connection, so that facts about one number are applied one after another. */
export async function lockNumberForFacts(tx: Transaction<DB>, id: number): Promise<LockedNumber | undefined> {
  const { rows } = await sql<LockedNumber>`
    select ${lockedColumns} from phone_numbers where id = ${id} and deleted_at is null for no key update`.execute(tx);
  return rows[0];
}

/** Locks numbers that still show a code which ran out 2 s ago or earlier; those that are being changed are left out. */
export async function lockNumbersWithExpiredQr(tx: Transaction<DB>, limit: number): Promise<LockedNumber[]> {
  const { rows } = await sql<LockedNumber>`
    select ${lockedColumns} from phone_numbers
    where qr_code is not null and qr_expires_at < app_now() - interval '2 seconds' and deleted_at is null
    order by id limit ${limit} for no key update skip locked`.execute(tx);
  return rows;
}

const lockedColumns = sql.raw(`id, user_id as "userId", instance_name as "instanceName", alias,
  display_name as "displayName", phone_number as "phoneNumber", status, qr_code as "qrCode",
  connection_at as "connectionAt"`);

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
  qr?: { image: string; pairingCode: string | null; expiresInMs: number } | null;
  owner?: { jid: string; phoneNumber: string | null; profileName: string | null };
};

export async function saveConnection(tx: Transaction<DB>, id: number, change: ConnectionChange): Promise<void> {
  const { qr, owner } = change;
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
      ...(qr === undefined
        ? {}
        : {
            qr_code: qr?.image ?? null,
            pairing_code: qr?.pairingCode ?? null,
            qr_expires_at: qr === null ? null : sql<Date>`app_now() + make_interval(secs => ${qr.expiresInMs / 1000})`,
          }),
      ...(owner === undefined
        ? {}
        : { own_jid: owner.jid, phone_number: owner.phoneNumber, profile_name: owner.profileName }),
    })
    .where('id', '=', id)
    .execute();
}

/** Numbers that have waited for a first code too long say so. */
export async function noteMissingQrCodes(db: Kysely<DB>): Promise<void> {
  await db
    .updateTable('phone_numbers')
    .set({ status_reason: 'no_qr_code', updated_at: sql`now()` })
    .where('status', '=', 'initializing')
    .where('status_reason', 'is', null)
    .where('reservation_id', 'is', null)
    .where('deleted_at', 'is', null)
    .where('updated_at', '<', sql<Date>`now() - interval '30 seconds'`)
    .execute();
}

export type NumberOnBackend = {
  id: number;
  userId: number;
  backendId: number | null;
  backendName: string | null;
  integration: Integration;
  status: NumberStatus;
  /** Not null while the number is being created. */
  reservationId: string | null;
};

export async function findNumberOnBackend(
  db: Kysely<DB>,
  userId: number,
  id: number,
): Promise<NumberOnBackend | undefined> {
  const { rows } = await sql<NumberOnBackend>`
    select id, user_id as "userId", backend_id as "backendId", backend_name as "backendName", integration, status,
      reservation_id as "reservationId"
    from phone_numbers where id = ${id} and user_id = ${userId} and deleted_at is null`.execute(db);
  return rows[0];
}

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

export type WatchedNumber = { id: number; status: NumberStatus; hasQr: boolean; heardAt: Date | null };

/** The state of several numbers at once, for those who wait for a change. */
export async function readStates(db: Kysely<DB>, ids: readonly number[]): Promise<WatchedNumber[]> {
  const { rows } = await sql<WatchedNumber>`
    select id, status, coalesce(qr_expires_at > app_now(), false) as "hasQr", heard_at as "heardAt"
    from phone_numbers where id = any(${ids as number[]}::bigint[]) and deleted_at is null`.execute(db);
  return rows;
}
