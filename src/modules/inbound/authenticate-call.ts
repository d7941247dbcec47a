import type { Kysely } from 'kysely';
import { addressGroup } from '../../platform/address-group.ts';
import type { Clock } from '../../platform/clock.ts';
import { equalsInConstantTime, sha256 } from '../../platform/crypto/digest.ts';
import { databaseUnavailable } from '../../platform/database/batch.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createTurns } from '../../platform/turns.ts';
import type { DB } from '../../schema.ts';
import { findInboundSecret, type InboundSecretRow } from '../phone-numbers/index.ts';

/** Whom a call speaks for, once its secret is proven. */
export type InboundCaller = Pick<InboundSecretRow, 'phoneNumberId' | 'backendName'> & { secretId: string };

export type AuthenticateCall = (
  secretId: string,
  authorization: string | undefined,
  ipAddress: string,
) => Promise<InboundCaller>;

const rememberMs = 2_000;
const secretsMax = 10_000;
const idPattern = /^[0-9A-Za-z]{1,64}$/;

const windowMs = 60_000;
const refusalsMax = 60;
const addressesMax = 10_000;
const waitingMax = 64;

type Deps = { db: Kysely<DB>; clock: Clock; logger: Logger };

/**
 * Proves a backend's call by the number's own secret. Throws `unauthenticated`, the same for an unknown address and a
 * wrong secret, and `database_unavailable` when that cannot be told.
 *
 * Wrong secrets are counted per network address. One with too many in a minute is neither shut out nor told to come
 * again: a backend that still calls for one deleted number calls for good ones too, repeats what is answered 429 and
 * never repeats what is answered 401. It only gets one look into the database at a time (`overloaded` where too many
 * wait for theirs) and no more log lines.
 */
export function createAuthenticateCall(deps: Deps): AuthenticateCall {
  const secrets = createSecretLookup(deps);
  const refusals = createRefusals(deps);
  const inTurn = createTurns(1, { waitingMax, tooMany: tooManyWait });

  async function find(secretId: string, address: string): Promise<InboundSecretRow | undefined> {
    const remembered = secrets.remembered(secretId);
    if (remembered !== undefined) return remembered.secret;
    return refusals.areTooMany(address) ? inTurn(() => secrets.find(secretId)) : secrets.find(secretId);
  }

  return async function authenticateCall(secretId, authorization, ipAddress) {
    const address = addressGroup(ipAddress);
    const presented = bearerOf(authorization);
    const secret = presented === undefined || !idPattern.test(secretId) ? undefined : await find(secretId, address);
    if (
      presented === undefined ||
      secret === undefined ||
      !equalsInConstantTime(sha256(presented), secret.secretHash)
    ) {
      refusals.note(address, ipAddress);
      throw refused();
    }
    return { secretId, phoneNumberId: secret.phoneNumberId, backendName: secret.backendName };
  };
}

/** Counts wrong secrets per address, in windows of a minute, and logs them up to the limit. */
function createRefusals({ clock, logger }: Pick<Deps, 'clock' | 'logger'>) {
  const windows = new Map<string, { count: number; endsAt: number }>();

  function current(address: string): { count: number; endsAt: number } | undefined {
    const window = windows.get(address);
    return window !== undefined && clock.monotonicMs() < window.endsAt ? window : undefined;
  }

  return {
    areTooMany: (address: string): boolean => (current(address)?.count ?? 0) > refusalsMax,
    note(address: string, ip: string): void {
      const window = current(address) ?? { count: 0, endsAt: clock.monotonicMs() + windowMs };
      window.count++;
      put(windows, address, window, addressesMax);
      if (window.count <= refusalsMax) {
        logger.warn({ event: 'inbound_secret_refused', ip }, 'inbound secret refused');
      } else if (window.count === refusalsMax + 1) {
        logger.warn({ event: 'inbound_secrets_throttled', ip }, 'too many inbound secrets refused');
      }
    },
  };
}

type Remembered = { secret: InboundSecretRow | undefined; until: number };

/** Remembers secrets for a moment. Ids that do not exist live apart, so that guesses push no good one out. */
function createSecretLookup(deps: Pick<Deps, 'db' | 'clock'>) {
  const known = new Map<string, Remembered>();
  const unknown = new Map<string, Remembered>();
  const loading = new Map<string, Promise<InboundSecretRow | undefined>>();

  async function load(id: string): Promise<InboundSecretRow | undefined> {
    const until = deps.clock.monotonicMs() + rememberMs;
    try {
      const secret = await findInboundSecret(deps.db, id);
      (secret === undefined ? known : unknown).delete(id);
      put(secret === undefined ? unknown : known, id, { secret, until }, secretsMax);
      return secret;
    } catch (error) {
      throw isDatabaseTrouble(error) ? databaseUnavailable(error) : error;
    } finally {
      loading.delete(id);
    }
  }

  function remembered(id: string): Remembered | undefined {
    const entry = known.get(id) ?? unknown.get(id);
    return entry !== undefined && deps.clock.monotonicMs() < entry.until ? entry : undefined;
  }

  return {
    remembered,
    async find(id: string): Promise<InboundSecretRow | undefined> {
      const entry = remembered(id);
      if (entry !== undefined) return entry.secret;
      const running = loading.get(id) ?? load(id);
      loading.set(id, running);
      return running;
    },
  };
}

function put<V>(map: Map<string, V>, key: string, value: V, sizeMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > sizeMax) map.delete(map.keys().next().value ?? '');
}

function tooManyWait(): DomainError {
  return new DomainError('overloaded', 'Too many calls wait for their secret to be looked up. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 2,
  });
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined;
}

function refused(): DomainError {
  return new DomainError('unauthenticated', 'No phone number is called by this address and secret.', {
    kind: 'unauthenticated',
  });
}
