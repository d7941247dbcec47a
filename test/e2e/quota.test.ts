import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  expectExactRecords,
  newRecipient,
  type Sender,
  sendCalls,
  senderOf,
  through,
  usedUnits,
} from '../modules/messages/support.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';

// LONG=1 takes the full figures: 3,000 sends against a limit of 1,000.
const [sends, limit] = process.env.LONG === '1' ? [3_000, 1_000] : [600, 200];
const parallel = 50;
const env = {
  PLAN_OVERRIDES: JSON.stringify({
    starter: { requests_per_minute: 1_000_000, max_messages_per_day: limit },
    enterprise: { requests_per_minute: 1_000_000 },
  }),
};

let gateway: TestGateway;
let second: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2, env });
  second = await startGateway({ beside: gateway, env });
});
afterAll(async () => {
  await second?.close();
  await gateway.close();
});

/** Runs the tasks, so many at once. */
async function inParallel<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const rest = tasks.entries();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (const [index, task] of rest) results[index] = await task();
    }),
  );
  return results;
}

async function numbersOf(user: TestUser, count: number): Promise<TestNumber[]> {
  const numbers: TestNumber[] = [];
  for (let made = 0; made < count; made++) numbers.push(await gateway.connectNumber(user));
  return numbers;
}

async function untilQuiet(user: TestUser): Promise<void> {
  await vi.waitFor(
    async () => {
      const { count } = await gateway.database.db
        .selectFrom('messages')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('user_id', '=', user.id)
        .where('status', '=', 'sending')
        .executeTakeFirstOrThrow();
      expect(count).toBe(0);
    },
    { timeout: 15_000, interval: 50 },
  );
}

test(`${sends} sends at ${parallel} parallel through two gateways against a limit of ${limit}: exactly ${limit}`, async () => {
  const user = await gateway.signUp('starter');
  const numbers = await numbersOf(user, 2);
  const startedAt = performance.now();
  const answers = await inParallel(
    Array.from({ length: sends }, (_, index) => () => {
      const number = numbers[index % 2] as TestNumber;
      const sender = senderOf(gateway, user, number);
      return (index % 4 < 2 ? sender : through(second, sender)).sendText({
        number: newRecipient(),
        text: `n ${index}`,
      });
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;

  const accepted = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  console.info(
    `${sends} sends, ${parallel} parallel, 2 gateways, limit ${limit}: ${accepted.length} accepted, ${refused.length} refused, ${seconds.toFixed(1)} s`,
  );
  expect([accepted.length, refused.length]).toEqual([limit, sends - limit]);
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({
      success: false,
      code: 'quota_exceeded',
      limit: 'messages_per_day',
      max_messages_per_day: limit,
    });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers).toMatchObject({ 'x-quota-limit': String(limit), 'x-quota-remaining': '0' });
  }
  expect(await usedUnits({ gateway, user })).toBe(limit);
  expect(gateway.sandboxes.flatMap(({ control }) => control.ledger.sends())).toHaveLength(limit);
  expect(sendCalls({ gateway })).toBe(limit);
  const { rows } = await gateway.database.pool.query(
    `select (select sum(messages_sent)::int from message_stats) as sent,
       (select count(*)::int from events where user_id = $1 and type = 'message.sent') as told`,
    [user.id],
  );
  expect(rows).toEqual([{ sent: limit, told: limit }]);
  await expectExactRecords({ gateway, user });
}, 120_000);

test('records are exact after concurrent sends of several users over two gateways while backends fail at random', async () => {
  const users = await Promise.all([1, 2, 3].map(() => gateway.signUp()));
  const senders: Sender[] = [];
  for (const user of users)
    for (const number of await numbersOf(user, 2)) senders.push(senderOf(gateway, user, number));
  const before = sendCalls({ gateway });
  for (const { control } of gateway.sandboxes) {
    control.setKnobs({
      failures: (['http500-before', 'http500-after', 'reset-before', 'reset-after', 'html'] as const).map((kind) => ({
        route: 'POST /message/',
        probability: 0.04,
        kind,
      })),
    });
  }
  const endings = ['', '', '', '', '0000404', '0000500', '0000400', '0000201'];
  const answers = await inParallel(
    Array.from({ length: sends * 2 }, (_, index) => () => {
      const sender = senders[index % senders.length] as Sender;
      const body = { number: newRecipient(endings[index % endings.length]), text: `n ${index}` };
      return (Math.floor(index / 7) % 2 === 0 ? sender : through(second, sender)).sendText(body);
    }),
  );
  for (const { control } of gateway.sandboxes) control.setKnobs({ failures: [] });
  const byStatus = Object.groupBy(answers, ({ status }) => String(status));
  expect(Object.keys(byStatus).sort()).toEqual(['200', '409', '422', '504']);
  expect(sendCalls({ gateway }) - before).toBe(answers.length);
  for (const user of users) {
    await untilQuiet(user);
    await expectExactRecords({ gateway, user });
  }
  const ids = answers.map(({ body }) => body.message_id);
  expect(new Set(ids).size).toBe(answers.length);
  // Of those whose answer told nothing, an echo may have told by now that they were sent.
  const { rows } = await gateway.database.pool.query(
    `select count(*) filter (where status = 'failed')::int as failed,
       count(*) filter (where status = 'unknown' or unknown_at is not null)::int as untold
     from messages where id = any($1::uuid[])`,
    [ids],
  );
  expect(rows[0]).toEqual({
    failed: (byStatus['409']?.length ?? 0) + (byStatus['422']?.length ?? 0),
    untold: byStatus['504']?.length,
  });
}, 120_000);
