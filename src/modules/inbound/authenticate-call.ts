import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { equalsInConstantTime, sha256 } from '../../platform/crypto/digest.ts';
import { databaseUnavailable } from '../../platform/database/batch.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';
import { DomainError } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { findInboundSecret, type InboundSecretRow } from '../phone-numbers/index.ts';

/** Whom a call speaks for, once its secret is proven. */
export type InboundCaller = Pick<InboundSecretRow, 'phoneNumberId' | 'backendName'> & { secretId: string };

export type AuthenticateCall = (secretId: string, authorization: string | undefined) => Promise<InboundCaller>;

const rememberMs = 2_000;
const secretsMax = 10_000;
const idPattern = /^[0-9A-Za-z]{1,64}$/;

/**
 * Proves a backend's call by the number's own secret. Throws `unauthenticated`, the same for an unknown address and a
 * wrong secret, and `database_unavailable` when that cannot be told.
 */
export function createAuthenticateCall(deps: { db: Kysely<DB>; clock: Clock }): AuthenticateCall {
  const findSecret = createSecretLookup(deps);
  return async function authenticateCall(secretId, authorization) {
    const presented = bearerOf(authorization);
    if (presented === undefined || !idPattern.test(secretId)) throw refused();
    const secret = await findSecret(secretId);
    if (secret === undefined || !equalsInConstantTime(sha256(presented), secret.secretHash)) throw refused();
    return { secretId, phoneNumberId: secret.phoneNumberId, backendName: secret.backendName };
  };
}

/** Remembers secrets for a moment. Only those that exist, so that guesses push no good one out. */
function createSecretLookup(deps: { db: Kysely<DB>; clock: Clock }) {
  const known = new Map<string, { secret: InboundSecretRow; until: number }>();
  const loading = new Map<string, Promise<InboundSecretRow | undefined>>();

  async function load(id: string): Promise<InboundSecretRow | undefined> {
    const until = deps.clock.monotonicMs() + rememberMs;
    try {
      const secret = await findInboundSecret(deps.db, id);
      known.delete(id);
      if (secret !== undefined) known.set(id, { secret, until });
      if (known.size > secretsMax) known.delete(known.keys().next().value ?? '');
      return secret;
    } catch (error) {
      throw isDatabaseTrouble(error) ? databaseUnavailable(error) : error;
    } finally {
      loading.delete(id);
    }
  }

  return async function findSecret(id: string): Promise<InboundSecretRow | undefined> {
    const entry = known.get(id);
    if (entry !== undefined && deps.clock.monotonicMs() < entry.until) return entry.secret;
    const running = loading.get(id) ?? load(id);
    loading.set(id, running);
    return running;
  };
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined;
}

function refused(): DomainError {
  return new DomainError('unauthenticated', 'No phone number is called by this address and secret.', {
    kind: 'unauthenticated',
  });
}
