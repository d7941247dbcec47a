import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, password, type UsersUnderTest } from './support.ts';

let database: TestDatabase;
let here: UsersUnderTest;

beforeAll(async () => {
  database = await openTestDatabase();
  here = buildUsers(database);
});
afterAll(() => database.close());

test('a created operator logs in, and gets a key by rotating', async () => {
  await here.users.ensureOperator({ email: 'Admin@example.com', password });
  const session = await here.logIn('admin@example.com');
  const { body } = await here.call('POST', '/api/user/api-key/rotate', { bearer: session.access_token });
  const caller = await here.users.resolveApiKey(body.api_key);
  expect(caller).toMatchObject({ role: 'operator', status: 'active', requestsPerMinute: 6_000, sessionId: null });
});

test('a later start with another password changes nothing', async () => {
  await here.users.ensureOperator({ email: 'steady@example.com', password });
  await here.users.ensureOperator({ email: 'steady@example.com', password: 'another password' });
  await here.logIn('steady@example.com', password);
});

test('an existing user with this password becomes operator and keeps plan and key', async () => {
  const user = await here.signUp('raised@example.com');
  await here.users.ensureOperator({ email: 'raised@example.com', password });
  expect(await here.users.findUser(user.id)).toMatchObject({ role: 'operator', planType: 'starter' });
  expect(await here.users.resolveApiKey(user.api_key)).not.toBeNull();
});

test('whoever signed up with the address and another password does not become operator', async () => {
  const squatter = await here.signUp('squatted@example.com');
  await expect(
    here.users.ensureOperator({ email: 'squatted@example.com', password: 'what the operator set' }),
  ).rejects.toThrow(/another password/);
  expect((await here.users.findUser(squatter.id))?.role).toBe('user');
});

test.each([
  { email: 'no address', password },
  { email: 'admin2@example.com', password: 'short' },
])('is refused: %j', async (operator) => {
  await expect(here.users.ensureOperator(operator)).rejects.toThrow();
});

test('a secret for tokens that is too short is refused', () => {
  expect(() => buildUsers(database, { jwtSecret: 'too short' })).toThrow(/32 bytes/);
});
