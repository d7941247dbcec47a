import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import { type Caller, callerColumns } from './caller.ts';
import type { Profile, User } from './user.ts';

export type NewUser = {
  email: string;
  passwordHash: string;
  fullName: string | null;
  companyName: string | null;
  apiKeyHint: string;
  planType: string;
  role: 'user' | 'operator';
};

/** What a user's limits and state are while the row is locked. */
export type LockedUser = {
  maxPhoneNumbers: number;
  maxMessagesPerDay: number;
  status: 'active' | 'suspended';
  planType: string;
};

const userColumns = [
  'users.id',
  'users.email',
  'users.full_name as fullName',
  'users.company_name as companyName',
  'users.api_key as apiKeyHint',
  'users.plan_type as planType',
  'users.max_phone_numbers as maxPhoneNumbers',
  'users.max_messages_per_day as maxMessagesPerDay',
  'users.requests_per_minute as requestsPerMinute',
  'users.role',
  'users.status',
  'users.created_at as createdAt',
] as const;

/** Undefined where the e-mail address is taken. */
export async function insertUser(tx: Transaction<DB>, user: NewUser): Promise<User | undefined> {
  return tx
    .insertInto('users')
    .values({
      email: user.email,
      password_hash: user.passwordHash,
      full_name: user.fullName,
      company_name: user.companyName,
      api_key: user.apiKeyHint,
      plan_type: user.planType,
      role: user.role,
      // A trigger replaces these by what the plan gives.
      max_phone_numbers: 0,
      max_messages_per_day: 0,
      requests_per_minute: 1,
    })
    .onConflict((conflict) => conflict.expression(sql`lower(email)`).doNothing())
    .returning(userColumns)
    .$narrowType<Pick<User, 'role' | 'status'>>()
    .executeTakeFirst();
}

export async function findUser(db: Kysely<DB>, userId: number): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .select(userColumns)
    .where('id', '=', userId)
    .$narrowType<Pick<User, 'role' | 'status'>>()
    .executeTakeFirst();
}

/** @param email in its comparable form. */
export async function findUserByEmail(
  db: Kysely<DB>,
  email: string,
): Promise<(User & { passwordHash: string }) | undefined> {
  return db
    .selectFrom('users')
    .select(userColumns)
    .select('password_hash as passwordHash')
    .where(sql<string>`lower(email)`, '=', email)
    .$narrowType<Pick<User, 'role' | 'status'>>()
    .executeTakeFirst();
}

export async function findProfile(db: Kysely<DB>, userId: number): Promise<Profile | undefined> {
  const row = await db
    .selectFrom('users')
    .leftJoin('usage', (join) =>
      join.onRef('usage.user_id', '=', 'users.id').on('usage.day', '=', sql<string>`app_today()`),
    )
    .select(userColumns)
    .select((eb) => [
      sql<string>`app_today()`.as('date'),
      eb.fn.coalesce('usage.used', sql<number>`0`).as('messagesUsed'),
      eb
        .selectFrom('phone_numbers')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('phone_numbers.user_id', '=', 'users.id')
        .where('phone_numbers.deleted_at', 'is', null)
        .as('phoneNumbers'),
    ])
    .where('users.id', '=', userId)
    .$narrowType<Pick<User, 'role' | 'status'>>()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { date, messagesUsed, phoneNumbers, ...user } = row;
  const messagesLeft = Math.max(0, user.maxMessagesPerDay - messagesUsed);
  return { ...user, usageToday: { date, messagesUsed, messagesLeft, phoneNumbers: phoneNumbers ?? 0 } };
}

/**
 * Holds the user's row until the transaction ends: first in the order of locks. Undefined where the user is gone.
 * NO KEY UPDATE excludes other lockers and writers, yet lets rows that refer to the user be inserted.
 */
export async function lockUser(tx: Transaction<DB>, userId: number): Promise<LockedUser | undefined> {
  return tx
    .selectFrom('users')
    .select([
      'max_phone_numbers as maxPhoneNumbers',
      'max_messages_per_day as maxMessagesPerDay',
      'status',
      'plan_type as planType',
    ])
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .$narrowType<Pick<LockedUser, 'status'>>()
    .executeTakeFirst();
}

export async function updateNames(
  db: Kysely<DB>,
  userId: number,
  names: { fullName?: string | null; companyName?: string | null },
): Promise<void> {
  await db
    .updateTable('users')
    .set({ full_name: names.fullName, company_name: names.companyName, updated_at: sql`now()` })
    .where('id', '=', userId)
    .execute();
}

/** False where the password is no longer the one that was checked. */
export async function replacePasswordHash(
  tx: Transaction<DB>,
  userId: number,
  hashes: { from: string; to: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('users')
    .set({ password_hash: hashes.to, updated_at: sql`now()` })
    .where('id', '=', userId)
    .where('password_hash', '=', hashes.from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function setPasswordHash(tx: Transaction<DB>, userId: number, passwordHash: string): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password_hash: passwordHash, updated_at: sql`now()` })
    .where('id', '=', userId)
    .execute();
}

export async function updateApiKeyHint(tx: Transaction<DB>, userId: number, hint: string): Promise<void> {
  await tx.updateTable('users').set({ api_key: hint, updated_at: sql`now()` }).where('id', '=', userId).execute();
}

export async function raiseToOperator(tx: Transaction<DB>, userId: number): Promise<void> {
  await tx.updateTable('users').set({ role: 'operator', updated_at: sql`now()` }).where('id', '=', userId).execute();
}

/** Null where there is none any more. */
export async function findCallerById(db: Kysely<DB>, userId: number): Promise<Caller | null> {
  const row = await db
    .selectFrom('users')
    .select(callerColumns)
    .where('users.id', '=', userId)
    .where('users.erasing_since', 'is', null)
    .$narrowType<Pick<Caller, 'role' | 'status'>>()
    .executeTakeFirst();
  return row === undefined ? null : { ...row, sessionId: null };
}
