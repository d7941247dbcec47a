import type { Kysely } from 'kysely';
import { isCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { resetTokenRefused } from './errors.ts';
import type { GuessThrottle } from './guess-throttle.ts';
import { deleteOtherSessions } from './login-sessions-repository.ts';
import { resetTokenPrefix } from './mails.ts';
import { findPasswordReset, takePasswordReset } from './password-resets-repository.ts';
import { type Passwords, requireGoodPassword } from './passwords.ts';
import { lockUser, setPasswordHash } from './users-repository.ts';

/**
 * Replaces a password by a token of a mail, ends all sessions of the user and uses up all such tokens. The API key
 * stays. Throws `weak_password`, `reset_token_refused`, `too_many_attempts`, `overloaded`.
 */
export type ResetPassword = (reset: { token: string; password: string; ipAddress: string }) => Promise<void>;

export function createResetPassword(deps: {
  db: Kysely<DB>;
  logger: Logger;
  passwords: Passwords;
  guesses: GuessThrottle;
  forget(userId: number): void;
}): ResetPassword {
  const { db, logger, passwords, guesses } = deps;
  return async ({ token, password, ipAddress }) => {
    requireGoodPassword(password);
    await guesses.check(ipAddress);
    const tokenHash = sha256(token);
    const userId = isCheckedToken(token, resetTokenPrefix) ? await findPasswordReset(db, tokenHash) : undefined;
    if (userId === undefined) {
      await guesses.noteFailure(ipAddress);
      throw resetTokenRefused();
    }
    const passwordHash = await passwords.inTurn(() => passwords.hash(password));
    await inTransaction(db, async (tx) => {
      await lockUser(tx, userId);
      if (!(await takePasswordReset(tx, userId, tokenHash))) throw resetTokenRefused();
      await setPasswordHash(tx, userId, passwordHash);
      await deleteOtherSessions(tx, userId, null);
    });
    deps.forget(userId);
    logger.info({ event: 'password_reset', user_id: userId }, 'password reset');
  };
}
