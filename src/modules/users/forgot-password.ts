import { addressGroup } from '../../platform/address-group.ts';
import type { Logger } from '../../platform/logger.ts';
import { accountDigest } from './check-password.ts';
import { comparableEmail, parseEmailAddress } from './email-address.ts';
import { tooManyAttempts } from './errors.ts';
import { createLimiter, type Limit, type SharedCounts } from './limiter.ts';

export type ForgotLimits = {
  /** Requests of one address. */
  perAddress: Limit;
  /** Mails to one e-mail address, whoever asks. Further requests are answered alike and send none. */
  perAccount: Limit;
};

export const forgotLimits: ForgotLimits = {
  perAddress: { points: 20, seconds: 900 },
  perAccount: { points: 3, seconds: 900 },
};

/**
 * Begins to replace a forgotten password. Does the same, and takes as long, whether or not the e-mail address is a
 * user's. Throws `invalid_request`, `too_many_attempts`.
 */
export type ForgotPassword = (request: { email: string; ipAddress: string }) => Promise<void>;

export function createForgotPassword(deps: {
  /** Undefined: nothing is sent. */
  askPasswordReset: ((email: string) => Promise<void>) | undefined;
  limits: ForgotLimits;
  shared: SharedCounts;
  /** Keys the digest under which an e-mail address is counted. */
  secret: string;
  logger: Logger;
}): ForgotPassword {
  const { limits, shared, logger } = deps;
  const addresses = createLimiter({ name: 'forgot-address', limit: limits.perAddress, shared });
  const accounts = createLimiter({ name: 'forgot-account', limit: limits.perAccount, shared });
  return async ({ email, ipAddress }) => {
    const address = parseEmailAddress(email);
    const used = await addresses.penalty(addressGroup(ipAddress));
    if (used.consumedPoints > limits.perAddress.points) {
      logger.warn({ event: 'password_reset_throttled', ip: ipAddress }, 'password reset throttled');
      throw tooManyAttempts(used.msBeforeNext);
    }
    if (deps.askPasswordReset === undefined) {
      logger.warn({ event: 'password_reset_without_mail' }, 'a password reset was asked for, but SMTP_URL is not set');
      return;
    }
    const account = accountDigest(deps.secret, comparableEmail(address));
    const asked = await accounts.penalty(account);
    if (asked.consumedPoints > limits.perAccount.points) {
      logger.warn({ event: 'password_reset_throttled', account }, 'password reset throttled');
      return;
    }
    await deps.askPasswordReset(address);
  };
}
