import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, password, type UsersUnderTest } from './support.ts';

let database: TestDatabase;
let one: UsersUnderTest;
let two: UsersUnderTest;

beforeAll(async () => {
  database = await openTestDatabase();
  one = buildUsers(database);
  two = buildUsers(database.connect());
});
afterAll(() => database.close());

const either = (n: number) => (n % 2 === 0 ? one : two);

test('50 registrations of one address at once, over two processes, make one user', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      either(n).call('POST', '/api/auth/register', {
        body: { email: n % 3 === 0 ? 'RACE@example.com' : 'race@example.com', password },
      }),
    ),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  expect(statuses).toEqual([201, ...Array(49).fill(409)]);
  const { rows } = await database.pool.query(
    "select count(*) as keys from user_keys join users on users.id = user_id where lower(email) = 'race@example.com'",
  );
  expect(rows[0].keys).toBe(1);
});

test('20 rotations at once leave exactly one live key, the one whose hint is shown', async () => {
  const user = await one.signUp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      either(n).call('POST', '/api/user/api-key/rotate', { key: user.api_key, body: { overlap_hours: 1 } }),
    ),
  );
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
  const { rows } = await database.pool.query('select hint from user_keys where user_id = $1 and expires_at is null', [
    user.id,
  ]);
  expect(rows).toHaveLength(1);
  const profile = await one.call('GET', '/api/user/profile', { key: user.api_key });
  expect(profile.body.user.api_key).toBe(rows[0].hint);
});

test('20 rotations at once without overlap leave exactly one key that works', async () => {
  const user = await one.signUp();
  const keys = (await Promise.all(Array.from({ length: 20 }, (_, n) => either(n).users.rotateApiKey(user.id, 0)))).map(
    (rotated) => rotated.apiKey,
  );
  const fresh = buildUsers(database);
  const callers = await Promise.all([user.api_key, ...keys].map((key) => fresh.users.resolveApiKey(key)));
  expect(callers.filter((caller) => caller !== null)).toHaveLength(1);
});

test('a refresh at two processes at once ends in one token', async () => {
  const user = await one.signUp();
  const session = await one.logIn(user.email);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => either(n).users.refresh(session.refresh_token)),
  );
  expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
});

test('ten starts at once make one operator', async () => {
  const operator = { email: 'operator@example.com', password: 'operator password' };
  await Promise.all(Array.from({ length: 10 }, (_, n) => either(n).users.ensureOperator(operator)));
  const { rows } = await database.pool.query("select role, plan_type from users where email = 'operator@example.com'");
  expect(rows).toEqual([{ role: 'operator', plan_type: 'enterprise' }]);
});

test('who locks a user waits for whoever holds the lock, and reads what that one wrote', async () => {
  const user = await one.signUp();
  const order: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const first = database.db.transaction().execute(async (tx) => {
    expect(await one.users.lockUser(tx, user.id)).toEqual({
      maxPhoneNumbers: 3,
      maxMessagesPerDay: 1_000,
      status: 'active',
      planType: 'starter',
    });
    locked();
    await held;
    await tx.updateTable('users').set({ plan_type: 'business' }).where('id', '=', user.id).execute();
    order.push('first');
  });
  await isLocked;
  const second = database.db.transaction().execute(async (tx) => {
    const seen = await one.users.lockUser(tx, user.id);
    order.push(`second sees ${seen?.planType}`);
  });
  await database.untilSomeoneWaits();
  letGo();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second sees business']);
  const gone = await database.db.transaction().execute((tx) => one.users.lockUser(tx, 999_999));
  expect(gone).toBeUndefined();
});
