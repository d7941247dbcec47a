import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import { type Caller, callerColumns } from './caller.ts';

export async function insertUserKey(
  tx: Transaction<DB>,
  key: { userId: number; keyHash: Buffer; hint: string },
): Promise<void> {
  await tx.insertInto('user_keys').values({ user_id: key.userId, key_hash: key.keyHash, hint: key.hint }).execute();
}

/** A key as it may be shown: what presents itself with it is known by its hash alone. */
export type ApiKey = { id: number; hint: string; createdAt: Date; expiresAt: Date | null };

/** The keys that work, the newest first. */
export async function listUserKeys(db: Kysely<DB>, userId: number): Promise<ApiKey[]> {
  return db
    .selectFrom('user_keys')
    .select(['id', 'hint', 'created_at as createdAt', 'expires_at as expiresAt'])
    .where('user_id', '=', userId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`app_now()`)]))
    .orderBy('id', 'desc')
    .execute();
}

/**
 * Gives every key of the user an end at most `overlapHours` from now, and drops those that are over. Answers the
 * latest end, null where none is left.
 */
export async function endUserKeys(tx: Transaction<DB>, userId: number, overlapHours: number): Promise<Date | null> {
  const ended = await tx
    .updateTable('user_keys')
    .set({ expires_at: sql<Date>`least(expires_at, app_now() + make_interval(hours => ${overlapHours}))` })
    .where('user_id', '=', userId)
    .returning('expires_at')
    .execute();
  await tx
    .deleteFrom('user_keys')
    .where('user_id', '=', userId)
    .where('expires_at', '<=', sql<Date>`app_now()`)
    .execute();
  if (overlapHours === 0) return null;
  return ended.reduce<Date | null>(
    (latest, { expires_at }) => (latest === null || (expires_at !== null && expires_at > latest) ? expires_at : latest),
    null,
  );
}

export async function findCallerByKey(db: Kysely<DB>, keyHash: Buffer): Promise<Caller | null> {
  const row = await db
    .selectFrom('user_keys')
    .innerJoin('users', 'users.id', 'user_keys.user_id')
    .select(callerColumns)
    .where('user_keys.key_hash', '=', keyHash)
    .where((eb) =>
      eb.or([eb('user_keys.expires_at', 'is', null), eb('user_keys.expires_at', '>', sql<Date>`app_now()`)]),
    )
    .$narrowType<Pick<Caller, 'role' | 'status'>>()
    .executeTakeFirst();
  return row === undefined ? null : { ...row, sessionId: null };
}
