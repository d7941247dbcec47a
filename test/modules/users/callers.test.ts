import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/platform/clock.ts';
import { makeCheckedToken } from '../../../src/platform/crypto/checked-token.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, type UsersUnderTest } from './support.ts';

let database: TestDatabase;
let here: UsersUnderTest;

beforeAll(async () => {
  database = await openTestDatabase();
  here = buildUsers(database);
});
afterAll(() => database.close());

/** A clock that runs, and jumps when told. */
function jumpingClock(): Clock & { jump(ms: number): void } {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    monotonicMs: () => performance.now() + offsetMs,
    jump(ms) {
      offsetMs += ms;
    },
  };
}

const unknownKey = () => makeCheckedToken(createIds(), 'ef_live_');

describe('a revoked credential', () => {
  test('key is refused at once here and by another process within 5 s', async () => {
    const there = buildUsers(database.connect());
    const user = await here.signUp();
    for (const { users } of [here, there]) expect(await users.resolveApiKey(user.api_key)).not.toBeNull();
    await here.users.rotateApiKey(user.id, 0);
    const revokedAt = performance.now();
    expect(await here.users.resolveApiKey(user.api_key)).toBeNull();
    await vi.waitFor(async () => expect(await there.users.resolveApiKey(user.api_key)).toBeNull(), {
      timeout: 5_000,
      interval: 10,
    });
    expect(performance.now() - revokedAt).toBeLessThan(5_000);
  });

  test.each([3_001, 60_000])('session and key are refused by another process after %i ms unused', async (idleMs) => {
    const clock = jumpingClock();
    const there = buildUsers(database.connect(), { clock });
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    expect(await there.users.resolveAccessToken(session.access_token)).not.toBeNull();
    expect(await there.users.resolveApiKey(user.api_key)).not.toBeNull();
    await here.call('POST', '/api/auth/logout', { bearer: session.access_token });
    await here.users.rotateApiKey(user.id, 0);
    clock.jump(idleMs);
    expect(await there.users.resolveAccessToken(session.access_token)).toBeNull();
    expect(await there.users.resolveApiKey(user.api_key)).toBeNull();
  });

  test('key ends when its overlap ends', async () => {
    const clock = jumpingClock();
    const there = buildUsers(database, { clock });
    const user = await here.signUp();
    await here.users.rotateApiKey(user.id, 1);
    expect(await there.users.resolveApiKey(user.api_key)).not.toBeNull();
    await database.pool.query("update user_keys set expires_at = now() - interval '1 s' where expires_at is not null");
    clock.jump(3_001);
    expect(await there.users.resolveApiKey(user.api_key)).toBeNull();
  });
});

test('what an operator changes on a user shows in the next caller after 3 s', async () => {
  const clock = jumpingClock();
  const there = buildUsers(database, { clock });
  const user = await here.signUp();
  expect(await there.users.resolveApiKey(user.api_key)).toEqual({
    userId: user.id,
    role: 'user',
    status: 'active',
    requestsPerMinute: 300,
    maxMessagesPerDay: 1_000,
    sessionId: null,
  });
  await database.pool.query("update users set own_requests_per_minute = 7, status = 'suspended' where id = $1", [
    user.id,
  ]);
  clock.jump(3_001);
  expect(await there.users.resolveApiKey(user.api_key)).toMatchObject({ requestsPerMinute: 7, status: 'suspended' });
});

describe('while the database is away', () => {
  test('keys and tokens seen within 5 s are accepted, later ones get database_unavailable, never null', async () => {
    const clock = jumpingClock();
    const connection = database.connect();
    const there = buildUsers(connection, { clock });
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    const stranger = unknownKey();
    await there.users.resolveApiKey(user.api_key);
    await there.users.resolveAccessToken(session.access_token);
    expect(await there.users.resolveApiKey(stranger)).toBeNull();

    await connection.pool.end();
    clock.jump(4_000);
    expect(await there.users.resolveApiKey(user.api_key)).toMatchObject({ userId: user.id });
    expect(await there.users.resolveAccessToken(session.access_token)).toMatchObject({ userId: user.id });
    const unavailable = { code: 'database_unavailable', kind: 'unavailable' };
    await expect(there.users.resolveApiKey(stranger)).rejects.toMatchObject(unavailable);
    await expect(there.users.resolveApiKey(unknownKey())).rejects.toMatchObject(unavailable);

    clock.jump(1_100);
    await expect(there.users.resolveApiKey(user.api_key)).rejects.toMatchObject(unavailable);
    await expect(there.users.resolveAccessToken(session.access_token)).rejects.toMatchObject(unavailable);
    const answer = await there.call('GET', '/api/user/profile', { key: user.api_key });
    expect([answer.status, answer.body.code]).toEqual([503, 'database_unavailable']);
  });

  test('a malformed key is refused all the same', async () => {
    const connection = database.connect();
    const there = buildUsers(connection);
    await connection.pool.end();
    const good = unknownKey();
    for (const key of [
      '',
      'ef_live_',
      good.slice(0, -1),
      `${good}0`,
      good.replace('ef_live_', 'ef_test_'),
      `x${good.slice(1)}`,
    ]) {
      expect(await there.users.resolveApiKey(key)).toBeNull();
    }
  });
});

describe('asking the database', () => {
  test('happens once for any number of callers with one key, known or not', async () => {
    const connection = database.connect({ max: 1 });
    const there = buildUsers(connection);
    const user = await here.signUp();
    const query = vi.spyOn(connection.pool, 'connect');
    const stranger = unknownKey();
    const callers = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => there.users.resolveApiKey(n % 2 === 0 ? user.api_key : stranger)),
    );
    expect(callers.filter((caller) => caller?.userId === user.id)).toHaveLength(500);
    expect(query).toHaveBeenCalledTimes(2);
  });
});
