import type { Kysely } from 'kysely';
import { sha256 } from '../../platform/crypto/digest.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type AccessTokens, accessTokenSeconds } from './access-tokens.ts';
import type { CheckPassword } from './check-password.ts';
import { invalidCredentials } from './errors.ts';
import { insertSession } from './login-sessions-repository.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { User } from './user.ts';

export type Login = { email: string; password: string; ipAddress: string; userAgent: string | null };

/** What a client needs to act as the user; `expiresIn` is the access token's life in seconds. */
export type SessionTokens = { accessToken: string; refreshToken: string; expiresIn: number };

const userAgentLengthMax = 300;

export function createLogIn(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  checkPassword: CheckPassword;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
}): (login: Login) => Promise<SessionTokens & { user: User }> {
  const { db, ids, logger, checkPassword, accessTokens, refreshTokens } = deps;
  return async ({ email, password, ipAddress, userAgent }) => {
    const found = await checkPassword({ email, password, ipAddress });
    if (found === null) throw invalidCredentials();
    const { passwordHash, ...user } = found;
    const sessionId = ids.uuidv7();
    const refreshToken = refreshTokens.first(sessionId);
    const inserted = await inTransaction(db, (tx) =>
      insertSession(tx, {
        id: sessionId,
        userId: user.id,
        passwordHash,
        refreshTokenHash: sha256(refreshToken),
        ipAddress,
        userAgent: userAgent?.slice(0, userAgentLengthMax) ?? null,
      }),
    );
    if (!inserted) throw invalidCredentials();
    logger.info({ event: 'logged_in', user_id: user.id, session_id: sessionId }, 'logged in');
    const accessToken = await accessTokens.sign({ userId: user.id, sessionId });
    return { user, accessToken, refreshToken, expiresIn: accessTokenSeconds };
  };
}
