import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { createdNumber, eventually, only, readNumber } from './support.ts';

let gateway: TestGateway;
let beside: TestGateway;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  beside = await startGateway({ beside: gateway });
  user = await gateway.signUp();
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

const change = (id: number, body: unknown) => user.api('PATCH', `/api/phone-numbers/${id}`, body);
const rotate = (id: number, body?: unknown) => user.api('POST', `/api/phone-numbers/${id}/token/rotate`, body);

/** Whether a process takes the token for a connected number of the user. */
const isGood = (process: TestGateway, token: string) =>
  process.services.phoneNumbers.requireConnected(user.id, token).then(
    () => true,
    () => false,
  );
const isGoodAtBoth = async (token: string) => [await isGood(gateway, token), await isGood(beside, token)];

const rotated = async (number: TestNumber, body?: unknown): Promise<string> => {
  const answer = await rotate(number.id, body);
  expect(answer).toMatchObject({ status: 200, body: { success: true, phone_number: { id: number.id } } });
  return answer.body.phone_number.token;
};

test('name, alias and webhook URL change one by one, and null takes them away', async () => {
  const { id } = await createdNumber(user, { display_name: 'Old', alias: 'old-alias' });
  expect((await change(id, { display_name: 'New' })).body.phone_number).toMatchObject({
    display_name: 'New',
    alias: 'old-alias',
  });
  expect((await change(id, { alias: 'new-alias' })).body.phone_number).toMatchObject({
    display_name: 'New',
    alias: 'new-alias',
  });
  const url = 'https://example.com/hook';
  expect((await change(id, { webhook_url: url })).body.phone_number).toMatchObject({ webhook_url: url });
  const { body } = await change(id, { display_name: null, alias: null, webhook_url: null });
  expect(body.phone_number).toMatchObject({ display_name: null, alias: null, webhook_url: null });
  expect((await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number).toEqual(body.phone_number);
});

test('a changed webhook_url is the one endpoint of the number, with the secret it had; null ends it', async () => {
  const { id } = await createdNumber(user, { webhook_url: 'https://example.com/one' });
  const endpoints = () =>
    gateway.database.db.selectFrom('endpoints').selectAll().where('phone_number_id', '=', id).execute();
  const { secret_sealed: secret } = only(await endpoints());
  await Promise.all(Array.from({ length: 5 }, (_, n) => change(id, { webhook_url: `https://example.com/two?n=${n}` })));
  expect(only(await endpoints())).toMatchObject({ secret_sealed: secret });
  expect(only(await endpoints()).url).toBe((await readNumber(gateway, id)).webhook_url);
  await change(id, { webhook_url: null });
  expect(await endpoints()).toEqual([]);
});

test('a webhook_url that must not be called changes nothing', async () => {
  const { id } = await createdNumber(user, { webhook_url: 'https://example.com/one', display_name: 'Stays' });
  const answer = await change(id, { webhook_url: 'http://10.0.0.1/', display_name: 'Goes' });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_url' } });
  expect((await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number).toMatchObject({
    webhook_url: 'https://example.com/one',
    display_name: 'Stays',
  });
});

test('an alias of another number cannot be taken, nor one of a forbidden form', async () => {
  await createdNumber(user, { alias: 'mine' });
  const { id } = await createdNumber(user, { alias: 'other' });
  expect(await change(id, { alias: 'mine' })).toMatchObject({ status: 409, body: { code: 'alias_taken' } });
  for (const alias of ['user_12_x', 'a\tb', 'a'.repeat(101), ''])
    expect(await change(id, { alias })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect((await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number.alias).toBe('other');
});

test.each([
  ['nothing', {}],
  ['an unknown property', { status: 'connected' }],
  ['a token of its own choice', { token: 'eft_mine' }],
  ['a wrong type', { display_name: 5 }],
  ['no object', []],
])('a change with %s is refused', async (_, body) => {
  const { phone_numbers: numbers } = (await user.api('GET', '/api/phone-numbers')).body;
  expect(await change(numbers[0].id, body)).toMatchObject({ status: 400 });
});

test('a rotation without a body lets both tokens work in every process, and shows the new one once', async () => {
  const number = await gateway.connectNumber(user);
  const token = await rotated(number);
  expect(token).toMatch(/^eft_[0-9A-Za-z]{36}$/);
  expect(token).not.toBe(number.token);
  expect(await isGoodAtBoth(token)).toEqual([true, true]);
  expect(await isGoodAtBoth(number.token)).toEqual([true, true]);
  const shown = (await user.api('GET', `/api/phone-numbers/${number.id}`)).body.phone_number.token;
  expect(token.endsWith(shown.slice(-4))).toBe(true);
  expect(shown).not.toBe(token);
  const { rows } = await sql<{ hours: number }>`
    select round(extract(epoch from expires_at - app_now()) / 3600)::int as hours from number_tokens
    where phone_number_id = ${number.id} and expires_at is not null`.execute(gateway.database.db);
  expect(rows).toEqual([{ hours: 24 }]);

  // The overlap goes by.
  await sql`update number_tokens set expires_at = app_now() - interval '1 second'
    where phone_number_id = ${number.id} and expires_at is not null`.execute(gateway.database.db);
  await eventually(() => isGoodAtBoth(number.token)).toEqual([false, false]);
  expect(await isGoodAtBoth(token)).toEqual([true, true]);
});

test.each([[0], [2], [undefined]])(
  'a rotation with an overlap of %j hours says when the former tokens end',
  async (hours) => {
    const { id } = await createdNumber(user);
    const { body } = await rotate(id, hours === undefined ? undefined : { overlap_hours: hours });
    const row = await gateway.database.db
      .selectFrom('number_tokens')
      .select(['expires_at', sql<Date>`app_now() + make_interval(hours => ${hours ?? 24})`.as('expected')])
      .where('phone_number_id', '=', id)
      .where('expires_at', 'is not', null)
      .executeTakeFirstOrThrow();
    expect(body.former_tokens_expire_at).toBe(row.expires_at?.toISOString());
    expect(Math.abs(Date.parse(body.former_tokens_expire_at) - row.expected.getTime())).toBeLessThan(5_000);
  },
);

test('a rotation with overlap 0 ends the former token at once here, and within 5 s in the other process', async () => {
  const number = await gateway.connectNumber(user);
  expect(await isGoodAtBoth(number.token)).toEqual([true, true]);
  const token = await rotated(number, { overlap_hours: 0 });
  const rotatedAt = performance.now();
  expect(await isGood(gateway, number.token)).toBe(false);
  await eventually(() => isGood(beside, number.token)).toBe(false);
  expect(performance.now() - rotatedAt).toBeLessThan(5_000);
  expect(await isGoodAtBoth(token)).toEqual([true, true]);
});

test('a second rotation does not prolong the first token, and overlap 0 ends all former ones', async () => {
  const number = await gateway.connectNumber(user);
  const second = await rotated(number, { overlap_hours: 1 });
  const third = await rotated(number, { overlap_hours: 24 });
  const { rows } = await sql<{ hours: number }>`
    select round(extract(epoch from expires_at - app_now()) / 3600)::int as hours from number_tokens
    where phone_number_id = ${number.id} order by id`.execute(gateway.database.db);
  expect(rows.map(({ hours }) => hours)).toEqual([1, 24, null]);
  const fourth = await rotated(number, { overlap_hours: 0 });
  for (const token of [number.token, second, third]) expect(await isGood(gateway, token)).toBe(false);
  expect(await isGood(gateway, fourth)).toBe(true);
});

test('of parallel rotations one token is the live one, and none is lost without a row', async () => {
  const number = await gateway.connectNumber(user);
  const tokens = await Promise.all(Array.from({ length: 5 }, () => rotated(number, { overlap_hours: 0 })));
  const good = await Promise.all(tokens.map((token) => isGood(gateway, token)));
  expect(good.filter(Boolean)).toHaveLength(1);
  expect(await isGood(gateway, number.token)).toBe(false);
});

test.each([[-1], [169], [1.5], ['24'], [null]])('a rotation with an overlap of %j is refused', async (hours) => {
  const { phone_numbers: numbers } = (await user.api('GET', '/api/phone-numbers')).body;
  expect(await rotate(numbers[0].id, { overlap_hours: hours })).toMatchObject({ status: 400 });
});

test('tokens and secrets of numbers are nowhere in the database in clear', async () => {
  const number = await gateway.connectNumber(user, { webhook_url: 'https://example.com/secret-test' });
  const token = await rotated(number);
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    gateway.database.db,
  );
  const text = (
    await Promise.all(
      tables.map(async ({ name }) => {
        const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
          gateway.database.db,
        );
        return rows.map(({ row }) => row).join('\n');
      }),
    )
  ).join('\n');
  expect(text).toContain(number.instanceName);
  expect(text).not.toContain(token);
  expect(text).not.toContain(number.token);
  expect(text).not.toContain('global-key');
  expect(text).not.toMatch(/whsec_|Bearer /);
});
