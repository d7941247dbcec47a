import type { Kysely } from 'kysely';
import { addressGroup } from '../../platform/address-group.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { makeApiKey } from './api-key.ts';
import { comparableEmail, parseEmailAddress } from './email-address.ts';
import { emailTaken, planNotOffered, tooManyAttempts } from './errors.ts';
import { createLimiter, type Limit, type SharedCounts } from './limiter.ts';
import { type Passwords, requireGoodPassword } from './passwords.ts';
import type { User } from './user.ts';
import { insertUserKey } from './user-keys-repository.ts';
import { findUserByEmail, insertUser } from './users-repository.ts';

export type Registration = {
  email: string;
  password: string;
  fullName?: string | null | undefined;
  companyName?: string | null | undefined;
  /** `starter` where it is left out. */
  planType?: string | undefined;
  ipAddress: string;
};

export const registrationLimit: Limit = { points: 30, seconds: 3_600 };

const defaultPlan = 'starter';

export function createRegisterUser(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  passwords: Passwords;
  signupPlans: readonly string[];
  limit: Limit;
  shared: SharedCounts;
}): (registration: Registration) => Promise<{ user: User; apiKey: string }> {
  const { db, ids, logger, passwords, signupPlans, limit } = deps;
  const attempts = createLimiter({ name: 'registrations', limit, shared: deps.shared });

  return async (registration) => {
    const email = parseEmailAddress(registration.email);
    requireGoodPassword(registration.password);
    const planType = registration.planType ?? defaultPlan;
    if (!signupPlans.includes(planType)) throw planNotOffered(signupPlans);

    const { consumedPoints, msBeforeNext } = await attempts.penalty(addressGroup(registration.ipAddress));
    if (consumedPoints > limit.points) throw tooManyAttempts(msBeforeNext);

    const passwordHash = await passwords.inTurn(async () => {
      // Spares the hash where the answer is known already; the unique index decides among those who pass.
      if ((await findUserByEmail(db, comparableEmail(email))) !== undefined) throw emailTaken();
      return passwords.hash(registration.password);
    });
    const { key, keyHash, hint } = makeApiKey(ids);
    const user = await inTransaction(db, async (tx) => {
      const inserted = await insertUser(tx, {
        email,
        passwordHash,
        fullName: registration.fullName ?? null,
        companyName: registration.companyName ?? null,
        apiKeyHint: hint,
        planType,
        role: 'user',
      });
      if (inserted === undefined) throw emailTaken();
      await insertUserKey(tx, { userId: inserted.id, keyHash, hint });
      return inserted;
    });
    logger.info({ event: 'user_registered', user_id: user.id, plan_type: planType }, 'user registered');
    return { user, apiKey: key };
  };
}
