import { type Kysely, sql } from 'kysely';
import { isCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { DomainError, notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { tokenPrefix } from './creating/create-number.ts';
import { numberNotConnected } from './errors.ts';
import type { Integration, NumberStatus, SendableNumber } from './phone-number.ts';

type Cached = { number: SendableNumber; readAt: number };

const freshMs = 1_000;
const cachedMax = 50_000;

export type ResolveToken = ReturnType<typeof createResolveToken>;

/**
 * Finds the number that a token, or a name of its user's, stands for. A number found connected is remembered for a
 * second, so that a busy sender does not ask the database each time; one that is missing or not connected is always
 * looked up.
 */
export function createResolveToken(deps: { db: Kysely<DB> }) {
  const cache = new Map<string, Cached>();
  const flights = new Map<string, Promise<SendableNumber | undefined>>();

  function ofToken(token: string): Promise<SendableNumber | undefined> {
    if (!isCheckedToken(token, tokenPrefix)) return Promise.resolve(undefined);
    return find(token, () => readByHash(deps.db, sha256(token)));
  }

  async function find(
    key: string,
    load: () => Promise<SendableNumber | undefined>,
  ): Promise<SendableNumber | undefined> {
    const cached = cache.get(key);
    if (cached !== undefined && performance.now() - cached.readAt < freshMs) return cached.number;
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = read(key, load).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return flight;
  }

  async function read(
    key: string,
    load: () => Promise<SendableNumber | undefined>,
  ): Promise<SendableNumber | undefined> {
    cache.delete(key);
    const number = await load();
    if (number?.status === 'connected') {
      cache.set(key, { number, readAt: performance.now() });
      if (cache.size > cachedMax) cache.delete(cache.keys().next().value ?? '');
    }
    return number;
  }

  async function requireOwn(userId: number, of: string | number): Promise<SendableNumber> {
    if (typeof of === 'number') {
      const number = await find(`id ${of}`, () => readById(deps.db, of));
      if (number === undefined || number.userId !== userId) throw notFound('Phone number');
      return number;
    }
    const number = await ofToken(of);
    if (number === undefined || number.userId !== userId) throw noSuchToken();
    return number;
  }

  return {
    /** The number that a token opens, whoever asks: the token proves that he may. Undefined where none has it. */
    ofToken,

    /** The user's number of this name: its alias, or its instance name. Undefined where he has none. */
    named: (userId: number, name: string) => find(`${userId} ${name}`, () => readByName(deps.db, userId, name)),

    /** By a token, or by an id of ours, connected or not. Throws `not_found` unless it is of a number of this user. */
    requireOwn,

    /** The same, and throws `number_not_connected` where it is offline. */
    async requireConnected(userId: number, of: string | number): Promise<SendableNumber> {
      const number = await requireOwn(userId, of);
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
  const row = await selectNumber(db)
    .innerJoin('number_tokens', 'number_tokens.phone_number_id', 'phone_numbers.id')
    .where('number_tokens.token_hash', '=', hash)
    .where(sql<boolean>`coalesce(number_tokens.expires_at > app_now(), true)`)
    .executeTakeFirst();
  return row === undefined ? undefined : sendable(row);
}

async function readById(db: Kysely<DB>, id: number): Promise<SendableNumber | undefined> {
  const row = await selectNumber(db).where('phone_numbers.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : sendable(row);
}

// An alias never has the form of an instance name.
async function readByName(db: Kysely<DB>, userId: number, name: string): Promise<SendableNumber | undefined> {
  const row = await selectNumber(db)
    .where('phone_numbers.user_id', '=', userId)
    .where((eb) => eb.or([eb('phone_numbers.alias', '=', name), eb('phone_numbers.instance_name', '=', name)]))
    .executeTakeFirst();
  return row === undefined ? undefined : sendable(row);
}

function selectNumber(db: Kysely<DB>) {
  return db
    .selectFrom('phone_numbers')
    .innerJoin('backends', 'backends.id', 'phone_numbers.backend_id')
    .select([
      'phone_numbers.id',
      'phone_numbers.user_id',
      'phone_numbers.status',
      'phone_numbers.instance_name',
      'phone_numbers.alias',
      'phone_numbers.backend_id',
      'phone_numbers.backend_name',
      'phone_numbers.integration',
      'backends.is_sandbox',
      sql<boolean>`coalesce(phone_numbers.send_interval_ms, 0) + coalesce(phone_numbers.send_jitter_ms, 0) > 0
        or phone_numbers.daily_cap is not null`.as('is_paced'),
      sql<boolean>`phone_numbers.paused_at is not null`.as('is_paused'),
    ])
    .where('phone_numbers.deleted_at', 'is', null);
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof selectNumber>['executeTakeFirst']>>>;

function sendable(row: Row): SendableNumber | undefined {
  if (row.backend_id === null || row.backend_name === null) return undefined;
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status as NumberStatus,
    instanceName: row.instance_name,
    alias: row.alias,
    backendId: row.backend_id,
    backendName: row.backend_name,
    integration: row.integration as Integration,
    isSandbox: row.is_sandbox,
    isPaced: row.is_paced,
    isPaused: row.is_paused,
  };
}

function noSuchToken(): DomainError {
  return new DomainError('not_found', 'No phone number of yours has this token.', { kind: 'not_found' });
}
