import { type Kysely, sql } from 'kysely';
import { isCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { DomainError } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { tokenPrefix } from './create-number.ts';
import { numberNotConnected } from './errors.ts';
import type { Integration, NumberStatus, SendableNumber } from './phone-number.ts';

type Cached = { number: SendableNumber; readAt: number };

const freshMs = 1_000;
const cachedMax = 50_000;

export type ResolveToken = ReturnType<typeof createResolveToken>;

/**
 * Finds the connected number a token stands for. A number found is remembered for a second, so that a busy sender
 * does not ask the database each time; one that is missing or not connected is always looked up.
 */
export function createResolveToken(deps: { db: Kysely<DB> }) {
  const cache = new Map<string, Cached>();
  const flights = new Map<string, Promise<SendableNumber | undefined>>();

  async function find(token: string): Promise<SendableNumber | undefined> {
    const cached = cache.get(token);
    if (cached !== undefined && performance.now() - cached.readAt < freshMs) return cached.number;
    let flight = flights.get(token);
    if (flight === undefined) {
      flight = read(token).finally(() => flights.delete(token));
      flights.set(token, flight);
    }
    return flight;
  }

  async function read(token: string): Promise<SendableNumber | undefined> {
    cache.delete(token);
    const number = await readByHash(deps.db, sha256(token));
    if (number?.status === 'connected') {
      cache.set(token, { number, readAt: performance.now() });
      if (cache.size > cachedMax) cache.delete(cache.keys().next().value ?? '');
    }
    return number;
  }

  return {
    /** Throws `not_found` unless the token is of a number of this user, `number_not_connected` where it is offline. */
    async requireConnected(userId: number, token: string): Promise<SendableNumber> {
      const number = isCheckedToken(token, tokenPrefix) ? await find(token) : undefined;
      if (number === undefined || number.userId !== userId) throw noSuchToken();
      if (number.status !== 'connected') throw numberNotConnected(number.status);
      return number;
    },

    /** For changes made in this process; other processes notice within a second. */
    forget(phoneNumberId: number): void {
      for (const [token, cached] of cache) if (cached.number.id === phoneNumberId) cache.delete(token);
    },
  };
}

async function readByHash(db: Kysely<DB>, hash: Buffer): Promise<SendableNumber | undefined> {
  const row = await db
    .selectFrom('number_tokens')
    .innerJoin('phone_numbers', 'phone_numbers.id', 'number_tokens.phone_number_id')
    .innerJoin('backends', 'backends.id', 'phone_numbers.backend_id')
    .select([
      'phone_numbers.id',
      'phone_numbers.user_id',
      'phone_numbers.status',
      'phone_numbers.instance_name',
      'phone_numbers.backend_id',
      'phone_numbers.backend_name',
      'phone_numbers.integration',
      'backends.is_sandbox',
      sql<boolean>`coalesce(phone_numbers.send_interval_ms, 0) + coalesce(phone_numbers.send_jitter_ms, 0) > 0
        or phone_numbers.daily_cap is not null`.as('is_paced'),
    ])
    .where('number_tokens.token_hash', '=', hash)
    .where('phone_numbers.deleted_at', 'is', null)
    .where(sql<boolean>`coalesce(number_tokens.expires_at > app_now(), true)`)
    .executeTakeFirst();
  if (row === undefined || row.backend_id === null || row.backend_name === null) return undefined;
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status as NumberStatus,
    instanceName: row.instance_name,
    backendId: row.backend_id,
    backendName: row.backend_name,
    integration: row.integration as Integration,
    isSandbox: row.is_sandbox,
    isPaced: row.is_paced,
  };
}

function noSuchToken(): DomainError {
  return new DomainError('not_found', 'No phone number of yours has this token.', { kind: 'not_found' });
}
