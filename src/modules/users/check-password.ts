import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import { DomainError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { comparableEmail } from './email-address.ts';
import type { LoginAttempt, LoginThrottle } from './login-throttle.ts';
import type { Passwords } from './passwords.ts';
import type { User } from './user.ts';
import { findUserByEmail } from './users-repository.ts';

/**
 * The user with this e-mail address and password; null where the password is wrong, and where there is no such user.
 * Throws `too_many_attempts` while the account or the address is being slowed.
 */
export type CheckPassword = (claim: {
  email: string;
  password: string;
  ipAddress: string;
}) => Promise<(User & { passwordHash: string }) | null>;

export function createCheckPassword(deps: {
  db: Kysely<DB>;
  passwords: Passwords;
  throttle: LoginThrottle;
  /** Keys the digest under which an account is throttled and logged, so that neither Redis nor a log names it. */
  secret: string;
  logger: Logger;
}): CheckPassword {
  const { db, passwords, throttle, secret, logger } = deps;
  return async ({ email, password, ipAddress }) => {
    const comparable = comparableEmail(email);
    const attempt = { account: accountDigest(secret, comparable), ipAddress };
    return logThrottled(logger, attempt, async () => {
      await throttle.begin(attempt);
      return passwords.inTurn(async () => {
        // Failures that happened while this one waited for its turn count too.
        await throttle.check(attempt);
        const user = await findUserByEmail(db, comparable);
        const isRight = await passwords.verify(user?.passwordHash, password);
        await (isRight ? throttle.succeeded(attempt) : throttle.failed(attempt));
        return isRight && user !== undefined ? user : null;
      });
    });
  };
}

async function logThrottled<T>(logger: Logger, attempt: LoginAttempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'too_many_attempts') {
      const { account, ipAddress } = attempt;
      logger.warn({ event: 'login_throttled', account, ip: ipAddress }, 'login throttled');
    }
    throw error;
  }
}

/** What an e-mail address (in its comparable form) is throttled and logged under. */
export function accountDigest(secret: string, email: string): string {
  return createHmac('sha256', secret).update(`throttled account\n${email}`).digest('base64url').slice(0, 22);
}
