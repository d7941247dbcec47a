import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

async function addNumber(user: TestUser, status: string, isDeleted = false): Promise<number> {
  const row = await gateway.database.db
    .insertInto('phone_numbers')
    .values({
      user_id: user.id,
      instance_name: `user_${user.id}_${Math.random()}`,
      token: 'eft_…',
      status,
      deleted_at: isDeleted ? new Date() : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function addStats(phoneNumberId: number, daysAgo: number, sent: number, received: number, failed: number) {
  await sql`
    insert into message_stats (phone_number_id, date, messages_sent, messages_received, messages_failed)
    values (${phoneNumberId}, app_today() - ${daysAgo}::int, ${sent}, ${received}, ${failed})`.execute(
    gateway.database.db,
  );
}

test('a new user has a dashboard of zeros and the whole quota', async () => {
  const user = await gateway.signUp('business');
  const { status, body } = await user.api('GET', '/api/dashboard');
  expect(status).toBe(200);
  const tomorrow = new Date(Math.ceil((Date.now() + 1) / 86_400_000) * 86_400_000).toISOString();
  expect(body).toEqual({
    success: true,
    dashboard: {
      user_id: user.id,
      email: user.email,
      full_name: null,
      company_name: null,
      plan_type: 'business',
      status: 'active',
      max_phone_numbers: 10,
      max_messages_per_day: 5_000,
      total_phone_numbers: 0,
      connected_phone_numbers: 0,
      disconnected_phone_numbers: 0,
      phone_numbers_by_status: { connected: 0, qr_ready: 0, initializing: 0, disconnected: 0, error: 0 },
      messages_used_today: 0,
      messages_left_today: 5_000,
      messages_sent_today: 0,
      messages_received_today: 0,
      messages_failed_today: 0,
      messages_sent_30_days: 0,
      messages_received_30_days: 0,
      created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
      quota: { limit: 5_000, used: 0, remaining: 5_000, resets_at: tomorrow },
      phone_numbers: [],
      recent_messages: [],
    },
  });
});

test('it counts numbers by state and messages of today and of 30 days; deleted numbers count for messages alone', async () => {
  const user = await gateway.signUp();
  const [connected, waiting, broken, gone] = [
    await addNumber(user, 'connected'),
    await addNumber(user, 'qr_ready'),
    await addNumber(user, 'error'),
    await addNumber(user, 'connected', true),
  ];
  await addNumber(user, 'disconnected');
  await addStats(connected, 0, 5, 4, 3);
  await addStats(connected, 29, 10, 20, 30);
  await addStats(connected, 30, 1_000, 1_000, 1_000);
  await addStats(gone, 0, 7, 1, 1);
  await addStats(waiting, 1, 100, 0, 0);
  const other = await gateway.signUp();
  await addStats(await addNumber(other, 'connected'), 0, 5_000, 5_000, 5_000);

  const { body } = await user.api('GET', '/api/dashboard');
  expect(body.dashboard).toMatchObject({
    total_phone_numbers: 4,
    connected_phone_numbers: 1,
    disconnected_phone_numbers: 2,
    phone_numbers_by_status: { connected: 1, qr_ready: 1, initializing: 0, disconnected: 1, error: 1 },
    messages_sent_today: 12,
    messages_received_today: 5,
    messages_failed_today: 4,
    messages_sent_30_days: 122,
    messages_received_30_days: 25,
  });
  expect(body.dashboard.phone_numbers).toMatchObject([
    {
      id: connected,
      status: 'connected',
      messages_sent_today: 5,
      messages_received_today: 4,
      messages_failed_today: 3,
    },
    { id: waiting, status: 'qr_ready', messages_sent_today: 0 },
    { id: broken, status: 'error', messages_sent_today: 0 },
    { status: 'disconnected', messages_sent_today: 0 },
  ]);
});

test('sends appear in the quota, in the figures and newest first among the recent messages', async () => {
  const user = await gateway.signUp('starter');
  const { id, token } = await gateway.connectNumber(user);
  for (let n = 0; n < 12; n++) {
    await user.api('POST', '/api/messages/send-text', { token, number: `62812345678${n + 10}`, text: 'hello' });
  }
  const { body } = await user.api('GET', '/api/dashboard');
  expect(body.dashboard.quota).toMatchObject({ limit: 1_000, used: 12, remaining: 988 });
  expect(body.dashboard).toMatchObject({ messages_used_today: 12, messages_left_today: 988, messages_sent_today: 12 });
  expect(body.dashboard.phone_numbers).toMatchObject([{ id, status: 'connected', messages_sent_today: 12 }]);
  expect(body.dashboard.recent_messages).toHaveLength(10);
  expect(body.dashboard.recent_messages[0]).toEqual({
    id: expect.any(String),
    to: '6281234567821',
    kind: 'text',
    status: expect.stringMatching(/^(sent|delivered|read)$/),
    created_at: expect.any(String),
  });
  expect(body.dashboard.recent_messages.map((message: { to: string }) => message.to)).toEqual(
    Array.from({ length: 10 }, (_, n) => `62812345678${21 - n}`),
  );
});

test('it lists the oldest 100 numbers and counts all', async () => {
  const user = await gateway.signUp();
  await sql`
    insert into phone_numbers (user_id, instance_name, token, status)
    select ${user.id}, 'user_' || ${user.id}::text || '_' || n, 'eft_…', 'connected'
    from generate_series(1, 130) as n`.execute(gateway.database.db);
  const { body } = await user.api('GET', '/api/dashboard');
  expect(body.dashboard.total_phone_numbers).toBe(130);
  expect(body.dashboard.phone_numbers).toHaveLength(100);
});

test('the figures of the days can be had without those of each number', async () => {
  const user = await gateway.signUp();
  const id = await addNumber(user, 'connected');
  await addStats(id, 0, 5, 4, 3);
  const { statistics } = (await user.api('GET', '/api/statistics?by_phone_number=false')).body;
  expect(statistics).toMatchObject({ totals: { messages_sent: 5 }, daily: [{ messages_sent: 5 }], phone_numbers: [] });
  const ofOne = (await user.api('GET', `/api/statistics?by_phone_number=false&phone_number_id=${id}`)).body.statistics;
  expect(ofOne).toMatchObject({ totals: { messages_sent: 5 }, phone_numbers: [] });
});

test('numbers on a simulated backend are marked as such in the dashboard and in the statistics, others are not', async () => {
  const user = await gateway.signUp();
  const { id } = await gateway.connectNumber(user);
  const real = await addNumber(user, 'connected');
  const { dashboard } = (await user.api('GET', '/api/dashboard')).body;
  const { statistics } = (await user.api('GET', '/api/statistics')).body;
  const marks = (numbers: { id: number; sandbox: boolean }[]) =>
    Object.fromEntries(numbers.map((number) => [number.id, number.sandbox]));
  expect(marks(dashboard.phone_numbers)).toEqual({ [id]: true, [real]: false });
  expect(marks(statistics.phone_numbers)).toEqual({ [id]: true, [real]: false });
});

test('it shows no secret and no backend', async () => {
  const user = await gateway.signUp();
  const { token } = await gateway.connectNumber(user);
  const { body } = await user.api('GET', '/api/dashboard');
  const text = JSON.stringify(body);
  for (const secret of [token, user.apiKey, gateway.sandboxes[0]!.url]) expect(text).not.toContain(secret);
});

test('a row of the views is found by index: no table is read as a whole for one user', async () => {
  const user = await gateway.signUp();
  const plan = await gateway.database.db.transaction().execute(async (tx) => {
    // Tables of a test are so small that reading them whole is right; without that choice the plan tells of indexes.
    await sql`set local enable_seqscan = off`.execute(tx);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select * from user_dashboard, phone_number_details
      where user_dashboard.user_id = ${user.id} and phone_number_details.user_id = ${user.id}`.execute(tx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('Index');
  expect(plan).not.toContain('Seq Scan');
});
