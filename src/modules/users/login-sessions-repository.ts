import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import { type Caller, callerColumns } from './caller.ts';

const sessionDays = 30;
/** Seconds in which a token that was just replaced still answers its successor. */
const refreshGraceSeconds = 10;

export type NewSession = {
  id: string;
  userId: number;
  /** The hash that was checked: no session is made from a password that has changed since. */
  passwordHash: string;
  refreshTokenHash: Buffer;
  ipAddress: string;
  userAgent: string | null;
};

/** False where the password was changed, or the user deleted, in the meantime. */
export async function insertSession(tx: Transaction<DB>, session: NewSession): Promise<boolean> {
  // The share lock makes this wait for a change of password under way, and look again.
  const user = await tx
    .selectFrom('users')
    .select('id')
    .where('id', '=', session.userId)
    .where('password_hash', '=', session.passwordHash)
    .forShare()
    .executeTakeFirst();
  if (user === undefined) return false;
  await tx
    .insertInto('login_sessions')
    .values({
      id: session.id,
      user_id: session.userId,
      refresh_token_hash: session.refreshTokenHash,
      ip_address: session.ipAddress,
      user_agent: session.userAgent,
      expires_at: sessionEnd(),
    })
    .execute();
  return true;
}

export type LockedSession = {
  userId: number;
  refreshTokenHash: Buffer;
  previousTokenHash: Buffer | null;
  /** Whether the last refresh was so recent that its token may still come again. */
  isInGrace: boolean;
};

/** Locks a session that has not expired. */
export async function lockSession(tx: Transaction<DB>, sessionId: string): Promise<LockedSession | undefined> {
  return tx
    .selectFrom('login_sessions')
    .select([
      'user_id as userId',
      'refresh_token_hash as refreshTokenHash',
      'previous_token_hash as previousTokenHash',
      sql<boolean>`refreshed_at > app_now() - make_interval(secs => ${refreshGraceSeconds})`.as('isInGrace'),
    ])
    .where('id', '=', sessionId)
    .where('expires_at', '>', sql<Date>`app_now()`)
    .forUpdate()
    .executeTakeFirst();
}

export async function replaceRefreshToken(
  tx: Transaction<DB>,
  sessionId: string,
  hashes: { from: Buffer; to: Buffer },
): Promise<void> {
  await tx
    .updateTable('login_sessions')
    .set({
      previous_token_hash: hashes.from,
      refresh_token_hash: hashes.to,
      refreshed_at: sql<Date>`app_now()`,
      expires_at: sessionEnd(),
    })
    .where('id', '=', sessionId)
    .execute();
}

export async function prolongSession(db: Kysely<DB>, userId: number, sessionId: string): Promise<void> {
  await db
    .updateTable('login_sessions')
    .set({ expires_at: sessionEnd() })
    .where('user_id', '=', userId)
    .where('id', '=', sessionId)
    .where('expires_at', '>', sql<Date>`app_now()`)
    .execute();
}

export async function deleteSession(db: Kysely<DB>, userId: number, sessionId: string): Promise<void> {
  await db.deleteFrom('login_sessions').where('user_id', '=', userId).where('id', '=', sessionId).execute();
}

/** Ends every session of the user but the one given. */
export async function deleteOtherSessions(tx: Transaction<DB>, userId: number, kept: string | null): Promise<void> {
  let query = tx.deleteFrom('login_sessions').where('user_id', '=', userId);
  if (kept !== null) query = query.where('id', '<>', kept);
  await query.execute();
}

export async function findCallerBySession(db: Kysely<DB>, sessionId: string): Promise<Caller | null> {
  const row = await db
    .selectFrom('login_sessions')
    .innerJoin('users', 'users.id', 'login_sessions.user_id')
    .select(callerColumns)
    .where('login_sessions.id', '=', sessionId)
    .where('login_sessions.expires_at', '>', sql<Date>`app_now()`)
    .$narrowType<Pick<Caller, 'role' | 'status'>>()
    .executeTakeFirst();
  return row === undefined ? null : { ...row, sessionId };
}

function sessionEnd() {
  return sql<Date>`app_now() + make_interval(days => ${sessionDays})`;
}
