import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { isCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { DB } from '../../schema.ts';
import type { AccessTokens } from './access-tokens.ts';
import { apiKeyPrefix } from './api-key.ts';
import { createCachedLookup } from './cached-lookup.ts';
import type { Caller } from './caller.ts';
import { findCallerBySession } from './login-sessions-repository.ts';
import { findCallerByKey } from './user-keys-repository.ts';
import { findCallerById } from './users-repository.ts';

export type IdentifyCaller = {
  byApiKey(key: string): Promise<Caller | null>;
  byAccessToken(token: string): Promise<Caller | null>;
  byUserId(userId: number): Promise<Caller | null>;
  bySessionId(sessionId: string): Promise<Caller | null>;
  /** Makes this process ask the database again for all that belongs to the user. */
  forget(userId: number): void;
};

const nobody: Promise<null> = Promise.resolve(null);

export function createIdentifyCaller(deps: {
  db: Kysely<DB>;
  clock: Clock;
  accessTokens: AccessTokens;
}): IdentifyCaller {
  const { db, clock, accessTokens } = deps;
  const keys = createCachedLookup({ clock, load: (key) => findCallerByKey(db, sha256(key)) });
  const users = createCachedLookup({ clock, load: (userId) => findCallerById(db, Number(userId)) });
  const sessions = createCachedLookup({ clock, load: (sessionId) => findCallerBySession(db, sessionId) });
  return {
    byApiKey: (key) => (isCheckedToken(key, apiKeyPrefix) ? keys.get(key) : nobody),
    async byAccessToken(token) {
      const claims = await accessTokens.verify(token);
      if (claims === null) return null;
      const caller = await sessions.get(claims.sessionId);
      return caller?.userId === claims.userId ? caller : null;
    },
    bySessionId: (sessionId) => sessions.get(sessionId),
    byUserId: (userId) => users.get(String(userId)),
    forget(userId) {
      const isTheirs = (caller: Caller): boolean => caller.userId === userId;
      keys.forget(isTheirs);
      users.forget(isTheirs);
      sessions.forget(isTheirs);
    },
  };
}
