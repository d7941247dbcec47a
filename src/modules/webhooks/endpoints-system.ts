import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { DisabledReason } from './endpoint.ts';

export type DisabledEndpoint = {
  id: number;
  userId: number;
  phoneNumberId: number | null;
  url: string;
  disabledAt: Date;
  failingSince: Date | null;
};

/** Undefined when it was disabled or deleted before. */
export async function disableEndpointRow(
  tx: Transaction<DB>,
  id: number,
  reason: Exclude<DisabledReason, 'by_user'>,
): Promise<DisabledEndpoint | undefined> {
  const { rows } = await sql<DisabledEndpoint>`
    update endpoints set enabled = false, disabled_reason = ${reason}, disabled_at = app_now(), updated_at = now()
    where id = ${id} and enabled
    returning id, user_id as "userId", phone_number_id as "phoneNumberId", url, disabled_at as "disabledAt",
      failing_since as "failingSince"`.execute(tx);
  return rows[0];
}

/** The user with this e-mail address, whatever its case. */
export async function findUserId(db: Kysely<DB>, email: string): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`select id from users where lower(email) = lower(${email})`.execute(db);
  return rows[0]?.id;
}

/** Locks the endpoint that the settings stand for; answers whether there is one. */
export async function lockSettingsEndpoint(tx: Transaction<DB>): Promise<boolean> {
  const { rows } = await sql`select id from endpoints where from_settings for update`.execute(tx);
  return rows.length > 0;
}

export type SettingsEndpointRow = { userId: number; url: string; secretSealed: string };

export async function insertSettingsEndpoint(tx: Transaction<DB>, endpoint: SettingsEndpointRow): Promise<void> {
  // A process that starts at the same time has the same settings.
  await sql`
    insert into endpoints (user_id, url, format, schedule, secret_sealed, from_settings)
    values (${endpoint.userId}, ${endpoint.url}, 'connect', 'short', ${endpoint.secretSealed}, true)
    on conflict (from_settings) where from_settings do nothing`.execute(tx);
}

/** Another user or URL also enables it. */
export async function updateSettingsEndpoint(tx: Transaction<DB>, endpoint: SettingsEndpointRow): Promise<void> {
  const { userId, url, secretSealed } = endpoint;
  await sql`
    update endpoints set enabled = true, disabled_reason = null, disabled_at = null, failing_since = null
    where from_settings and (url <> ${url} or user_id <> ${userId})`.execute(tx);
  await sql`
    update endpoints set user_id = ${userId}, url = ${url}, secret_sealed = ${secretSealed}, updated_at = now()
    where from_settings`.execute(tx);
}

export async function deleteSettingsEndpoint(tx: Transaction<DB>): Promise<void> {
  await tx.deleteFrom('endpoints').where('from_settings', '=', true).execute();
}

/** Deletes endpoints of phone numbers that were deleted days ago, when their last events had their schedule. */
export async function deleteEndpointsOfDeletedNumbers(db: Kysely<DB>): Promise<void> {
  await sql`
    delete from endpoints where phone_number_id in (
      select e.phone_number_id from endpoints e join phone_numbers n on n.id = e.phone_number_id
      where n.deleted_at < app_now() - interval '2 days')`.execute(db);
}
