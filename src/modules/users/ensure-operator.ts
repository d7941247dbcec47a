import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { makeApiKey } from './api-key.ts';
import { comparableEmail, parseEmailAddress } from './email-address.ts';
import { type Passwords, requireGoodPassword } from './passwords.ts';
import { insertUserKey } from './user-keys-repository.ts';
import { findUserByEmail, insertUser, raiseToOperator } from './users-repository.ts';

const operatorPlan = 'enterprise';

export function createEnsureOperator(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  passwords: Passwords;
}): (operator: { email: string; password: string }) => Promise<void> {
  const { db, ids, logger, passwords } = deps;

  /** False where a user with this e-mail address exists. */
  async function create(email: string, password: string): Promise<boolean> {
    const passwordHash = await passwords.inTurn(() => passwords.hash(password));
    const { keyHash, hint } = makeApiKey(ids);
    return inTransaction(db, async (tx) => {
      const user = await insertUser(tx, {
        email,
        passwordHash,
        fullName: null,
        companyName: null,
        apiKeyHint: hint,
        planType: operatorPlan,
        role: 'operator',
      });
      if (user === undefined) return false;
      await insertUserKey(tx, { userId: user.id, keyHash, hint });
      logger.info({ event: 'operator_created', user_id: user.id }, 'operator created');
      return true;
    });
  }

  return async (operator) => {
    const email = parseEmailAddress(operator.email);
    requireGoodPassword(operator.password);
    const existing = await findUserByEmail(db, comparableEmail(email));
    if (existing === undefined && (await create(email, operator.password))) return;
    // Another process may have made the user in between.
    const user = existing ?? (await findUserByEmail(db, comparableEmail(email)));
    if (user === undefined || user.role === 'operator') return;
    // Anyone may have signed up with this address before: only who knows the password becomes an operator.
    if (!(await passwords.inTurn(() => passwords.verify(user.passwordHash, operator.password)))) {
      throw new Error(
        "The operator's e-mail address belongs to a user with another password; no one was made operator.",
      );
    }
    await inTransaction(db, (tx) => raiseToOperator(tx, user.id));
    logger.info({ event: 'operator_raised', user_id: user.id }, 'user became operator');
  };
}
