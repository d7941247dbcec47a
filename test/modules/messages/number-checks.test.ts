import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeOldChecks } from '../../../src/modules/messages/actions/number-checks-system.ts';
import { type Sender, senderOf, startSender, usedUnits } from './support.ts';

let sender: Sender;
beforeAll(async () => {
  sender = await startSender();
});
afterAll(() => sender.gateway.close());

const asked = () =>
  sender.gateway.sandboxes
    .flatMap(({ control }) => control.ledger.calls())
    .filter(({ url }) => url.startsWith('/chat/whatsappNumbers/'));

const check = (numbers: string[], by: Sender = sender) =>
  by.user.api('POST', '/api/messages/check-numbers', { token: by.number.token, numbers });

async function newUser(): Promise<Sender> {
  const user = await sender.gateway.signUp();
  return senderOf(sender.gateway, user, await sender.gateway.connectNumber(user));
}

const age = (hours: number) =>
  sql`update number_checks set checked_at = checked_at - make_interval(hours => ${hours})`.execute(
    sender.gateway.database.db,
  );

// A number that ends so is not on WhatsApp; another answers under a shorter form.
const missing = '5511990000404';
const numbers = ['+5511888888888', missing, '5531988887777'];

test('the backend is asked once; for a day the answer is known', async () => {
  const before = asked().length;
  const first = await check(numbers);
  expect(first).toMatchObject({ status: 200, body: { success: true } });
  expect(first.body.numbers).toEqual([
    { number: '5511888888888', exists: true, jid: '5511888888888@s.whatsapp.net', cached: false },
    { number: missing, exists: false, jid: null, cached: false },
    { number: '5531988887777', exists: true, jid: '553188887777@s.whatsapp.net', cached: false },
  ]);
  expect(
    asked()
      .slice(before)
      .map(({ body }) => body),
  ).toEqual([{ numbers: ['5511888888888', missing, '5531988887777'] }]);
  const second = await check([...numbers, '5511888888888', '5511777777777']);
  expect(second.body.numbers.map((each: { cached: boolean }) => each.cached)).toEqual([true, true, true, false]);
  expect(asked().at(-1)?.body).toEqual({ numbers: ['5511777777777'] });
  expect(await usedUnits(sender)).toBe(0);
});

test('what a day ago was found out is asked anew, and removed in time', async () => {
  await check(['5511333333333']);
  await age(24);
  const again = await check(['5511333333333']);
  expect(again.body.numbers).toMatchObject([{ cached: false }]);
  await age(24);
  await removeOldChecks(sender.gateway.database.db);
  expect(await sender.gateway.database.db.selectFrom('number_checks').select('number').execute()).toEqual([]);
});

test('nobody learns from what others asked', async () => {
  const other = await newUser();
  await check(['5511222222222']);
  expect((await check(['5511222222222'], other)).body.numbers).toMatchObject([{ cached: false }]);
  const theirs = { token: sender.number.token, numbers: ['5511222222222'] };
  expect((await other.user.api('POST', '/api/messages/check-numbers', theirs)).status).toBe(404);
});

test('a phone number asks one question at a time; who comes meanwhile is told to come back', async () => {
  const one = await newUser();
  const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => check([`55116000000${i}0`], one)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body.code).toBe('number_checks_limit');
  expect(refused?.headers['retry-after']).toBe('2');
  expect((await check(['5511600000099'], one)).status).toBe(200);
});

test('500 numbers an hour are found out for a user, and no more', async () => {
  const one = await newUser();
  for (let block = 0; block < 10; block++) {
    const fifty = Array.from({ length: 50 }, (_, i) => `55117${String(block * 50 + i).padStart(8, '0')}`);
    expect((await check(fifty, one)).status).toBe(200);
  }
  const calls = asked().length;
  const refused = await check(['5511799999999'], one);
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    429,
    'number_checks_limit',
    '600',
  ]);
  expect(asked().length).toBe(calls);
  expect((await check(['5511700000001'], one)).body.numbers).toMatchObject([{ cached: true }]);
  await age(1);
  expect((await check(['5511799999999'], one)).status).toBe(200);
});

test('51 numbers, none, and what is no number are 400', async () => {
  const many = Array.from({ length: 51 }, (_, i) => `55118000000${String(i).padStart(2, '0')}`);
  for (const wrong of [many, [], ['abc'], ['0123456789'], ['628123456789@s.whatsapp.net']])
    expect((await check(wrong)).status).toBe(400);
});
