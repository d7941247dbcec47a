import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { CheckPassword } from './check-password.ts';
import { wrongCurrentPassword } from './errors.ts';
import { deleteOtherSessions } from './login-sessions-repository.ts';
import { type Passwords, requireGoodPassword } from './passwords.ts';
import { findUser, replacePasswordHash } from './users-repository.ts';

export type PasswordChange = {
  userId: number;
  /** The session that goes on; null ends them all. */
  sessionId: string | null;
  currentPassword: string;
  newPassword: string;
  ipAddress: string;
};

export function createChangePassword(deps: {
  db: Kysely<DB>;
  logger: Logger;
  passwords: Passwords;
  checkPassword: CheckPassword;
  forget(userId: number): void;
}): (change: PasswordChange) => Promise<void> {
  const { db, logger, passwords, checkPassword, forget } = deps;
  return async ({ userId, sessionId, currentPassword, newPassword, ipAddress }) => {
    requireGoodPassword(newPassword);
    const user = await findUser(db, userId);
    if (user === undefined) throw notFound('User');
    const checked = await checkPassword({ email: user.email, password: currentPassword, ipAddress });
    if (checked === null || checked.id !== userId) throw wrongCurrentPassword();
    const to = await passwords.inTurn(() => passwords.hash(newPassword));
    await inTransaction(db, async (tx) => {
      const replaced = await replacePasswordHash(tx, userId, { from: checked.passwordHash, to });
      if (!replaced) throw wrongCurrentPassword();
      await deleteOtherSessions(tx, userId, sessionId);
    });
    forget(userId);
    logger.info({ event: 'password_changed', user_id: userId }, 'password changed');
  };
}
