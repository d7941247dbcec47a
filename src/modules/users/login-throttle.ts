import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { addressGroup } from '../../platform/address-group.ts';
import { tooManyAttempts } from './errors.ts';
import { createLimiter, type Limit, type SharedCounts } from './limiter.ts';

/** Who tries to get in where; `account` is the keyed digest of an e-mail address, of a user or of nobody. */
export type LoginAttempt = { account: string; ipAddress: string };

export type LoginThrottle = {
  /** Throws `too_many_attempts` where this attempt may not begin now. */
  begin(attempt: LoginAttempt): Promise<void>;
  /** The same look without side effects, for the moment before the password is computed. */
  check(attempt: LoginAttempt): Promise<void>;
  failed(attempt: LoginAttempt): Promise<void>;
  succeeded(attempt: LoginAttempt): Promise<void>;
};

export type LoginLimits = {
  perAccountAndAddress: Limit;
  perAddress: Limit;
  /** From this many failures in the window on, every address waits before each attempt on the account. */
  perAccount: Limit;
  waitMinSeconds: number;
  waitMaxSeconds: number;
};

export const loginLimits: LoginLimits = {
  perAccountAndAddress: { points: 5, seconds: 300 },
  perAddress: { points: 100, seconds: 900 },
  perAccount: { points: 20, seconds: 3_600 },
  waitMinSeconds: 2,
  waitMaxSeconds: 60,
};

const failuresPerDoubling = 5;
/** How long after its wait an address may still come for its attempt. */
const ticketSeconds = 300;

/**
 * Slows guessing without locking anybody out. Failures of one address on one account close that pair for the rest of
 * a short window. Failures on one account from everywhere make each address wait, 2 s growing to 60 s, before each
 * attempt; the wait is an address's own, so no flood from elsewhere lengthens it, and the owner at a fresh address is
 * let in at the second try, at most 60 s after the first.
 */
export function createLoginThrottle(deps: { limits: LoginLimits; shared: SharedCounts }): LoginThrottle {
  const { limits, shared } = deps;
  const pairs = createLimiter({ name: 'login-pair', limit: limits.perAccountAndAddress, shared });
  const addresses = createLimiter({ name: 'login-address', limit: limits.perAddress, shared });
  const accounts = createLimiter({ name: 'login-account', limit: limits.perAccount, shared });
  const tickets = createLimiter({ name: 'login-ticket', limit: { points: 1, seconds: ticketSeconds }, shared });

  async function check(attempt: LoginAttempt): Promise<void> {
    await refuseWhenUsedUp(pairs, pairOf(attempt));
    await refuseWhenUsedUp(addresses, addressGroup(attempt.ipAddress));
  }

  async function waitForTurn(attempt: LoginAttempt): Promise<void> {
    const failures = (await accounts.get(attempt.account))?.consumedPoints ?? 0;
    if (failures < limits.perAccount.points) return;
    const pair = pairOf(attempt);
    // A ticket is worth the wait it was given out for, and lives that long plus the time to use it.
    const ticket = await tickets.get(pair);
    if (ticket === null) {
      const waitSeconds = waitAfter(failures, limits);
      await tickets.set(pair, 1, waitSeconds + ticketSeconds);
      throw tooManyAttempts(waitSeconds * 1000);
    }
    const stillToWaitMs = ticket.msBeforeNext - ticketSeconds * 1000;
    if (stillToWaitMs > 0) throw tooManyAttempts(stillToWaitMs);
    // Of parallel attempts on one ticket, the one that takes it away goes on.
    if (!(await tickets.delete(pair))) throw tooManyAttempts(waitAfter(failures, limits) * 1000);
  }

  return {
    check,
    async begin(attempt) {
      await check(attempt);
      await waitForTurn(attempt);
    },
    async failed(attempt) {
      await Promise.all([
        pairs.penalty(pairOf(attempt)),
        addresses.penalty(addressGroup(attempt.ipAddress)),
        accounts.penalty(attempt.account),
      ]);
    },
    async succeeded(attempt) {
      await pairs.delete(pairOf(attempt));
    },
  };
}

function pairOf({ account, ipAddress }: LoginAttempt): string {
  return `${account}:${addressGroup(ipAddress)}`;
}

async function refuseWhenUsedUp(limiter: RateLimiterAbstract, key: string): Promise<void> {
  const used = await limiter.get(key);
  if (used !== null && used.consumedPoints >= limiter.points && used.msBeforeNext > 0) {
    throw tooManyAttempts(used.msBeforeNext);
  }
}

function waitAfter(failures: number, limits: LoginLimits): number {
  const doublings = Math.floor((failures - limits.perAccount.points) / failuresPerDoubling);
  return Math.min(limits.waitMaxSeconds, limits.waitMinSeconds * 2 ** doublings);
}
