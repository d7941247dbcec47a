import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { NumberSettings } from './desired/number-settings.ts';
import type { Integration, NumberStatus, Pace, PhoneNumber } from './phone-number.ts';

export type NewPhoneNumber = {
  userId: number;
  instanceName: string;
  tokenHint: string;
  displayName: string | null;
  alias: string | null;
  webhookUrl: string | null;
  integration: Integration;
  /** Its own number, where it is known before it connects; digits. */
  number?: string;
  /** Whom the first pairing code will be for; digits. */
  pairingNumber?: string;
};

/** The number without a place yet; placeNumber of the same transaction gives it one. */
export async function insertPhoneNumber(tx: Transaction<DB>, number: NewPhoneNumber): Promise<number> {
  const row = await tx
    .insertInto('phone_numbers')
    .values({
      user_id: number.userId,
      instance_name: number.instanceName,
      token: number.tokenHint,
      display_name: number.displayName,
      alias: number.alias,
      webhook_url: number.webhookUrl,
      integration: number.integration,
      phone_number: number.number ?? null,
      pairing_number: number.pairingNumber ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Live numbers, those being created included. Exact under lockUser of the same transaction. */
export async function countPhoneNumbers(tx: Transaction<DB>, userId: number): Promise<number> {
  const row = await tx
    .selectFrom('phone_numbers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function findPhoneNumber(db: Kysely<DB>, userId: number, id: number): Promise<PhoneNumber | undefined> {
  const row = await selectPhoneNumbers(db, userId).where('phone_numbers.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toPhoneNumber(row);
}

export type NumbersPage = {
  limit: number;
  after?: { createdAt: Date; id: number };
  status?: NumberStatus;
  /** A part of one of its names, or of its number. */
  search?: string;
};

/** Oldest first, the page after `after`. */
export async function listPhoneNumbers(db: Kysely<DB>, userId: number, page: NumbersPage): Promise<PhoneNumber[]> {
  let query = selectPhoneNumbers(db, userId)
    .orderBy('phone_numbers.created_at')
    .orderBy('phone_numbers.id')
    .limit(page.limit);
  if (page.after !== undefined) {
    const { createdAt, id } = page.after;
    query = query.where(sql<boolean>`(phone_numbers.created_at, phone_numbers.id) > (${createdAt}, ${id})`);
  }
  if (page.status !== undefined) query = query.where('phone_numbers.status', '=', page.status);
  if (page.search !== undefined) {
    const part = `%${page.search.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(({ eb, or }) => or(searched.map((column) => eb(`phone_numbers.${column}`, 'ilike', part))));
  }
  return (await query.execute()).map(toPhoneNumber);
}

const searched = ['display_name', 'alias', 'instance_name', 'phone_number'] as const;

export type NumberChange = {
  displayName?: string | null;
  alias?: string | null;
  webhookUrl?: string | null;
} & Partial<Pace>;

/** Answers false when the user has no such number. */
export async function updatePhoneNumber(
  tx: Transaction<DB>,
  userId: number,
  id: number,
  change: NumberChange,
): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({
      ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
      ...(change.alias === undefined ? {} : { alias: change.alias }),
      ...(change.webhookUrl === undefined ? {} : { webhook_url: change.webhookUrl }),
      ...(change.sendIntervalMs === undefined ? {} : { send_interval_ms: change.sendIntervalMs }),
      ...(change.sendJitterMs === undefined ? {} : { send_jitter_ms: change.sendJitterMs }),
      ...(change.dailyCap === undefined ? {} : { daily_cap: change.dailyCap }),
      updated_at: sql`now()`,
    })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Locks the user's number. Answers false when the user has no such number. */
export async function lockPhoneNumber(tx: Transaction<DB>, userId: number, id: number): Promise<boolean> {
  const row = await tx
    .selectFrom('phone_numbers')
    .select('id')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** One that is paused already keeps its time. Answers false when the user has no such number. */
export async function setPaused(tx: Transaction<DB>, userId: number, id: number, isPaused: boolean): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({ paused_at: isPaused ? sql`coalesce(paused_at, app_now())` : null, updated_at: sql`now()` })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function setTokenHint(tx: Transaction<DB>, userId: number, id: number, hint: string): Promise<void> {
  await tx
    .updateTable('phone_numbers')
    .set({ token: hint, updated_at: sql`now()` })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .execute();
}

function selectPhoneNumbers(db: Kysely<DB>, userId: number) {
  return (
    db
      .selectFrom('phone_numbers')
      .leftJoin('backends', 'backends.id', 'phone_numbers.backend_id')
      .select([
        'phone_numbers.id',
        'phone_numbers.user_id',
        'phone_numbers.instance_name',
        'phone_numbers.alias',
        'phone_numbers.display_name',
        'phone_numbers.phone_number',
        'phone_numbers.profile_name',
        'phone_numbers.own_jid',
        'phone_numbers.settings',
        'phone_numbers.updated_at',
        'phone_numbers.status',
        'phone_numbers.status_reason',
        'phone_numbers.token',
        'phone_numbers.integration',
        'phone_numbers.webhook_url',
        'phone_numbers.connected_at',
        'phone_numbers.created_at',
        'phone_numbers.send_interval_ms',
        'phone_numbers.send_jitter_ms',
        'phone_numbers.daily_cap',
        'phone_numbers.pairing_number',
        'phone_numbers.paused_at',
        'backends.is_sandbox',
      ])
      // An expired code shows nothing that could still be scanned.
      .select([
        sql<string | null>`case when phone_numbers.qr_expires_at > app_now() then phone_numbers.qr_code end`.as(
          'qr_code',
        ),
        sql<string | null>`case when phone_numbers.qr_expires_at > app_now() then phone_numbers.qr_text end`.as(
          'qr_text',
        ),
        sql<
          string | null
        >`case when phone_numbers.pairing_expires_at > app_now() then phone_numbers.pairing_code end`.as(
          'pairing_code',
        ),
        sql<Date | null>`case when phone_numbers.rests_until > app_now() then phone_numbers.rests_until end`.as(
          'rests_until',
        ),
        sql<Date | null>`case when phone_numbers.qr_expires_at > app_now() then phone_numbers.qr_expires_at end`.as(
          'qr_expires_at',
        ),
      ])
      .where('phone_numbers.user_id', '=', userId)
      .where('phone_numbers.deleted_at', 'is', null)
  );
}

type Row = Awaited<ReturnType<ReturnType<typeof selectPhoneNumbers>['executeTakeFirstOrThrow']>>;

function toPhoneNumber(row: Row): PhoneNumber {
  return {
    id: row.id,
    userId: row.user_id,
    instanceName: row.instance_name,
    alias: row.alias,
    displayName: row.display_name,
    phoneNumber: row.phone_number,
    profileName: row.profile_name,
    ownJid: row.own_jid,
    status: row.status as NumberStatus,
    statusReason: row.status_reason,
    tokenHint: row.token,
    integration: row.integration as Integration,
    webhookUrl: row.webhook_url,
    qrCode: row.qr_code,
    qrText: row.qr_text,
    pairingCode: row.pairing_code,
    pairingNumber: row.pairing_number,
    qrExpiresAt: row.qr_expires_at,
    connectedAt: row.connected_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    settings: row.settings as Partial<NumberSettings> | null,
    restsUntil: row.rests_until,
    pausedAt: row.paused_at,
    isSandbox: row.is_sandbox ?? false,
    pace: { sendIntervalMs: row.send_interval_ms, sendJitterMs: row.send_jitter_ms, dailyCap: row.daily_cap },
  };
}
