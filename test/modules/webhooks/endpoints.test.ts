import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWebhooks } from '../../../src/modules/webhooks/index.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createEgress } from '../../../src/platform/egress/index.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const secretBox = createSecretBox('a secret of tests that is long enough');
const egress = createEgress({ allowCidrs: [] });
const webhooks = createWebhooks({ ids: createIds(), secretBox, checkUrl: egress.checkUrl });
let database: TestDatabase;
let owner: { userId: number; phoneNumberId: number };

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  owner = await addNumber('first');
});
afterEach(() => database.db.deleteFrom('users').execute());

async function addNumber(name: string): Promise<typeof owner> {
  const user = await database.db
    .insertInto('users')
    .values({
      email: `${name}@example.com`,
      password_hash: '-',
      api_key: '-',
      plan_type: 'starter',
      max_phone_numbers: 3,
      max_messages_per_day: 1,
      requests_per_minute: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const number = await database.db
    .insertInto('phone_numbers')
    .values({ user_id: user.id, instance_name: name, token: '-' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { userId: user.id, phoneNumberId: number.id };
}

const set = (of: typeof owner, url: string | null) =>
  inTransaction(database.db, (tx) => webhooks.setNumberEndpoint(tx, of, url));
const endpoints = () => database.db.selectFrom('endpoints').selectAll().orderBy('id').execute();

test('the first URL makes an endpoint with a signing secret of 24 random bytes, sealed for its user', async () => {
  await set(owner, 'https://example.com/a');
  const [endpoint] = await endpoints();
  expect(endpoint).toMatchObject({
    user_id: owner.userId,
    phone_number_id: owner.phoneNumberId,
    url: 'https://example.com/a',
    format: 'evofleet',
    is_default: true,
    enabled: true,
  });
  const secret = secretBox.open(endpoint?.secret_sealed ?? '', `endpoint secret of user ${owner.userId}`);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
});

test('a later URL changes that endpoint, null takes it away, and one made anew has a new secret', async () => {
  await set(owner, 'https://example.com/a');
  const [first] = await endpoints();
  await set(owner, 'https://example.com/b');
  expect(await endpoints()).toMatchObject([
    { id: first?.id, url: 'https://example.com/b', secret_sealed: first?.secret_sealed },
  ]);
  await set(owner, null);
  expect(await endpoints()).toEqual([]);
  await set(owner, null);
  await set(owner, 'https://example.com/c');
  expect((await endpoints())[0]?.secret_sealed).not.toBe(first?.secret_sealed);
});

test("setting and removing touch only the number's own default endpoint", async () => {
  const other = await addNumber('second');
  await set(owner, 'https://example.com/a');
  await set(other, 'https://example.com/other');
  await database.db
    .insertInto('endpoints')
    .values({
      user_id: owner.userId,
      phone_number_id: owner.phoneNumberId,
      url: 'https://example.com/own',
      secret_sealed: '-',
    })
    .execute();
  await set({ userId: other.userId, phoneNumberId: owner.phoneNumberId }, null);
  expect(await endpoints()).toHaveLength(3);
  await inTransaction(database.db, (tx) => webhooks.removeNumberEndpoints(tx, owner.userId, owner.phoneNumberId));
  expect((await endpoints()).map(({ url }) => url)).toEqual(['https://example.com/other', 'https://example.com/own']);
});

test.each([
  ['https://example.com/hook', true],
  ['http://example.com:8080/hook?x=1', true],
  ['http://127.0.0.1/', false],
  ['http://0x7f.1/', false],
  ['http://[::ffff:10.0.0.1]/', false],
  ['http://169.254.169.254/', false],
  ['http://router.local/', false],
  ['https://a:b@example.com/', false],
  ['https://example.com:22/', false],
  ['javascript:alert(1)', false],
  ['', false],
])('the URL %s may be saved: %s', (url, isUsable) => {
  if (isUsable) webhooks.requireUsableUrl(url);
  else
    expect(() => webhooks.requireUsableUrl(url)).toThrow(
      expect.objectContaining({ code: 'invalid_url', kind: 'invalid' }),
    );
});

test('a guard that fails for another reason is no fault of the URL', () => {
  const broken = createWebhooks({
    ids: createIds(),
    secretBox,
    checkUrl() {
      throw new TypeError('a bug');
    },
  });
  expect(() => broken.requireUsableUrl('https://example.com/')).toThrow(TypeError);
});
