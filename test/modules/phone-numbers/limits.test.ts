import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { createdNumber, createNumber, eventually, readBooks } from './support.ts';

let gateway: TestGateway;
let beside: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  beside = await startGateway({ beside: gateway });
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

/** The same user at the other gateway. */
const atBoth = (user: TestUser) => (n: number) =>
  n % 2 === 0
    ? user.api('POST', '/api/phone-numbers/create', {})
    : beside.anonymous('POST', '/api/phone-numbers/create', {}, { 'x-api-key': user.apiKey });

test('of 50 parallel creates at two gateways exactly as many succeed as the plan allows', async () => {
  const user = await gateway.signUp('business');
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => atBoth(user)(n)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toHaveLength(10);
  await eventually(async () => (await readBooks(gateway)).reservations).toBe(0);
});

test('the answer at the limit names it and says when to try again', async () => {
  const user = await gateway.signUp('starter');
  for (let n = 0; n < 3; n++) await createdNumber(user);
  const answer = await createNumber(user);
  expect(answer).toMatchObject({
    status: 429,
    body: { success: false, code: 'phone_number_limit', limit: 'phone_numbers', max_phone_numbers: 3 },
  });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test('a deleted number frees its slot at once', async () => {
  const user = await gateway.signUp('starter');
  const numbers = [await createdNumber(user), await createdNumber(user), await createdNumber(user)];
  expect(await user.api('DELETE', `/api/phone-numbers/${numbers[0]?.id}`)).toMatchObject({ status: 200 });
  expect(await createNumber(user)).toMatchObject({ status: 201 });
  expect(await createNumber(user)).toMatchObject({ status: 429 });
});

test('with creates and deletes at once the limit is never exceeded', async () => {
  const user = await gateway.signUp('starter');
  const numbers = [await createdNumber(user), await createdNumber(user), await createdNumber(user)];
  const answers = await Promise.all([
    ...numbers.map(({ id }) => user.api('DELETE', `/api/phone-numbers/${id}`)),
    ...Array.from({ length: 12 }, (_, n) => atBoth(user)(n)),
  ]);
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  const made = answers.filter(({ status }) => status === 201).length;
  expect(made).toBeLessThanOrEqual(3);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toHaveLength(made);
});

test('a downgrade below what is in use stops new numbers and deletes none', async () => {
  const user = await gateway.signUp('business');
  for (let n = 0; n < 5; n++) await createdNumber(user);
  await gateway.database.db.updateTable('users').set({ plan_type: 'starter' }).where('id', '=', user.id).execute();
  expect(await createNumber(user)).toMatchObject({ status: 429, body: { max_phone_numbers: 3 } });
  const { phone_numbers: numbers } = (await user.api('GET', '/api/phone-numbers')).body;
  expect(numbers).toHaveLength(5);
  for (const { id } of numbers.slice(0, 2)) await user.api('DELETE', `/api/phone-numbers/${id}`);
  expect(await createNumber(user)).toMatchObject({ status: 429 });
  await user.api('DELETE', `/api/phone-numbers/${numbers[2].id}`);
  expect(await createNumber(user)).toMatchObject({ status: 201 });
});

test('a create that fails on every backend gives its slot back', async () => {
  const user = await gateway.signUp('starter');
  for (const { control } of gateway.sandboxes) control.setKnobs({ createFailureRatio: 1 });
  const failed = await Promise.all(Array.from({ length: 3 }, () => createNumber(user)));
  for (const { control } of gateway.sandboxes) control.setKnobs({ createFailureRatio: 0 });
  expect(failed.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([502, 'backend_failed']));
  for (let n = 0; n < 3; n++) expect(await createNumber(user)).toMatchObject({ status: 201 });
  expect(await createNumber(user)).toMatchObject({ status: 429 });
});
