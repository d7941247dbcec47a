import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { newRecipient, type Sender, senderOf, through } from './support.ts';

const limit = 20;
const env = {
  PLAN_OVERRIDES: JSON.stringify({
    starter: { max_messages_per_day: limit, requests_per_minute: 100_000 },
    enterprise: { requests_per_minute: 100_000 },
  }),
};
const within = { timeout: 8_000, interval: 20 };

let gateway: TestGateway;
let second: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ env });
  second = await startGateway({ beside: gateway, env });
});
afterAll(async () => {
  await second.close();
  await gateway.close();
});

async function newSender(): Promise<Sender> {
  const user = await gateway.signUp('starter');
  return senderOf(gateway, user, await gateway.connectNumber(user));
}

type Told = { percent: number; used: number };

async function told({ user }: Sender): Promise<Told[]> {
  const rows = await gateway.database.db
    .selectFrom('events')
    .select('payload')
    .where('user_id', '=', user.id)
    .where('type', '=', 'quota.threshold')
    .orderBy('sequence')
    .execute();
  return rows.map(({ payload }) => payload as Told);
}

const percents = async (sender: Sender) => (await told(sender)).map(({ percent }) => percent);

async function send(sender: Sender, times: number, body: Record<string, unknown> = {}): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: times }, () => sender.sendText({ number: newRecipient(), ...body })),
  );
  return answers.map(({ status }) => status);
}

const untilTold = (sender: Sender, expected: number[]) =>
  vi.waitFor(async () => expect(await percents(sender)).toEqual(expected), within);

test('a user is told once each at 80, 90 and 100 % of the day', async () => {
  const sender = await newSender();
  await send(sender, 15);
  expect(await percents(sender)).toEqual([]);
  await send(sender, 1);
  await untilTold(sender, [80]);
  await send(sender, 1);
  await send(sender, 1);
  await untilTold(sender, [80, 90]);
  await send(sender, 2);
  await untilTold(sender, [80, 90, 100]);
  expect(await send(sender, 1)).toEqual([429]);
  const [first, , last] = await told(sender);
  expect(first).toEqual({
    limit: 'messages_per_day',
    percent: 80,
    used: 16,
    max_messages_per_day: limit,
    day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    renews_at: expect.stringMatching(/T00:00:00\.000Z$/),
  });
  expect(last?.used).toBe(limit);
  await gateway.services.messages.tellThresholds();
  expect(await percents(sender)).toEqual([80, 90, 100]);
});

test('a batch that crosses several tells each of them', async () => {
  const sender = await newSender();
  const answers = await send(sender, limit + 5);
  expect(answers.filter((status) => status === 200)).toHaveLength(limit);
  await untilTold(sender, [80, 90, 100]);
});

test('two processes that cross together tell it once', async () => {
  const sender = await newSender();
  await Promise.all([send(sender, 10), send(through(second, sender), 10)]);
  await untilTold(sender, [80, 90, 100]);
  await Promise.all([gateway.services.messages.tellThresholds(), second.services.messages.tellThresholds()]);
  expect(await percents(sender)).toEqual([80, 90, 100]);
});

test('units that come back and are taken again tell nothing twice', async () => {
  const sender = await newSender();
  await send(sender, 16);
  await untilTold(sender, [80]);
  expect((await sender.sendText({ number: newRecipient('0000404') })).status).toBe(422);
  await sql`update usage set used = 15 where user_id = ${sender.user.id}`.execute(gateway.database.db);
  await send(sender, 1);
  await gateway.services.messages.tellThresholds();
  expect(await percents(sender)).toEqual([80]);
});

test('messages that wait count when they take their unit', async () => {
  const sender = await newSender();
  await send(sender, limit, { send_at: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await percents(sender)).toEqual([]);
  await send(sender, 16, { async: true });
  await untilTold(sender, [80]);
});

test('what a process that died did not tell is told later', async () => {
  const sender = await newSender();
  await sql`insert into usage (user_id, day, used) values (${sender.user.id}, app_today(), 18)`.execute(
    gateway.database.db,
  );
  await Promise.all([gateway.services.messages.tellThresholds(), second.services.messages.tellThresholds()]);
  expect(await percents(sender)).toEqual([80, 90]);
});

test('a user whose plan has no messages is told nothing', async () => {
  const sender = await newSender();
  await sql`update users set max_messages_per_day = 0 where id = ${sender.user.id}`.execute(gateway.database.db);
  await sql`insert into usage (user_id, day, used) values (${sender.user.id}, app_today(), 0)`.execute(
    gateway.database.db,
  );
  await gateway.services.messages.tellThresholds();
  expect(await percents(sender)).toEqual([]);
});
