import type { Kysely, Transaction } from 'kysely';
import { equalsInConstantTime, sha256 } from '../../platform/crypto/digest.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type AccessTokens, accessTokenSeconds } from './access-tokens.ts';
import { refreshTokenRefused } from './errors.ts';
import type { SessionTokens } from './log-in.ts';
import { deleteSession, lockSession, replaceRefreshToken } from './login-sessions-repository.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

type Outcome = { kind: 'refreshed' | 'reused'; userId: number } | { kind: 'unknown' };

export function createRefreshSession(deps: {
  db: Kysely<DB>;
  logger: Logger;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
  forget(userId: number): void;
}): (refreshToken: string) => Promise<SessionTokens> {
  const { db, logger, accessTokens, refreshTokens, forget } = deps;
  return async (refreshToken) => {
    const sessionId = refreshTokens.sessionOf(refreshToken);
    if (sessionId === null) throw refreshTokenRefused();
    const following = refreshTokens.following(refreshToken);
    const outcome = await inTransaction(db, (tx) => exchange(tx, sessionId, sha256(refreshToken), sha256(following)));
    switch (outcome.kind) {
      case 'unknown':
        throw refreshTokenRefused();
      case 'reused':
        forget(outcome.userId);
        logger.warn({ event: 'refresh_token_reused', user_id: outcome.userId, session_id: sessionId }, 'session ended');
        throw refreshTokenRefused();
      case 'refreshed': {
        const accessToken = await accessTokens.sign({ userId: outcome.userId, sessionId });
        return { accessToken, refreshToken: following, expiresIn: accessTokenSeconds };
      }
      default:
        return outcome satisfies never;
    }
  };
}

async function exchange(tx: Transaction<DB>, sessionId: string, shown: Buffer, following: Buffer): Promise<Outcome> {
  const session = await lockSession(tx, sessionId);
  if (session === undefined) return { kind: 'unknown' };
  const { userId } = session;
  if (equalsInConstantTime(shown, session.refreshTokenHash)) {
    await replaceRefreshToken(tx, sessionId, { from: shown, to: following });
    return { kind: 'refreshed', userId };
  }
  const wasJustReplaced =
    session.isInGrace &&
    session.previousTokenHash !== null &&
    equalsInConstantTime(shown, session.previousTokenHash) &&
    equalsInConstantTime(following, session.refreshTokenHash);
  if (wasJustReplaced) return { kind: 'refreshed', userId };
  // The token is ours and was replaced long ago: someone holds a copy, and we cannot tell who is the owner.
  await deleteSession(tx, userId, sessionId);
  return { kind: 'reused', userId };
}
