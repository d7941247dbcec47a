import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

type Counts = Partial<Record<'sent' | 'received' | 'mediaSent' | 'mediaReceived' | 'failed', number>>;

async function addNumber(user: TestUser, name = 'Line'): Promise<number> {
  const row = await gateway.database.db
    .insertInto('phone_numbers')
    .values({
      user_id: user.id,
      instance_name: `user_${user.id}_${Math.random()}`,
      token: 'eft_…',
      display_name: name,
      phone_number: '628123456789',
      status: 'connected',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function addStats(phoneNumberId: number, date: string, counts: Counts): Promise<void> {
  await gateway.database.db
    .insertInto('message_stats')
    .values({
      phone_number_id: phoneNumberId,
      date,
      messages_sent: counts.sent ?? 0,
      messages_received: counts.received ?? 0,
      media_sent: counts.mediaSent ?? 0,
      media_received: counts.mediaReceived ?? 0,
      messages_failed: counts.failed ?? 0,
    })
    .execute();
}

async function dayFromToday(offset: number): Promise<string> {
  const { rows } = await sql<{ day: string }>`select app_today() + ${offset}::int as day`.execute(gateway.database.db);
  return rows[0]!.day;
}

const figures = (sent: number, received: number, mediaSent: number, mediaReceived: number, failed: number) => ({
  messages_sent: sent,
  messages_received: received,
  media_sent: mediaSent,
  media_received: mediaReceived,
  messages_failed: failed,
});
const nothing = figures(0, 0, 0, 0, 0);

describe('figures of a span', () => {
  test('totals, days and numbers agree, and days outside the span do not count', async () => {
    const user = await gateway.signUp();
    const [one, two] = [await addNumber(user, 'One'), await addNumber(user, 'Two')];
    await addStats(one, '2023-12-31', { sent: 1_000 });
    await addStats(one, '2024-01-01', { sent: 3, received: 2, mediaSent: 1, failed: 1 });
    await addStats(one, '2024-01-31', { sent: 5, mediaReceived: 4, received: 4 });
    await addStats(two, '2024-01-31', { sent: 7, failed: 2 });
    await addStats(two, '2024-02-01', { sent: 1_000 });

    const { status, body } = await user.api('GET', '/api/statistics?start_date=2024-01-01&end_date=2024-01-31');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      statistics: {
        start_date: '2024-01-01',
        end_date: '2024-01-31',
        totals: figures(15, 6, 1, 4, 3),
        daily: [
          { date: '2024-01-01', ...figures(3, 2, 1, 0, 1) },
          { date: '2024-01-31', ...figures(12, 4, 0, 4, 2) },
        ],
        phone_numbers: [
          {
            id: one,
            instance_name: expect.any(String),
            display_name: 'One',
            phone_number: '628123456789',
            ...figures(8, 6, 1, 4, 1),
            sandbox: false,
          },
          {
            id: two,
            instance_name: expect.any(String),
            display_name: 'Two',
            phone_number: '628123456789',
            ...figures(7, 0, 0, 0, 2),
            sandbox: false,
          },
        ],
      },
    });
  });

  test('without dates it covers the last 30 days, today included', async () => {
    const user = await gateway.signUp();
    const number = await addNumber(user);
    for (const [offset, sent] of [
      [-30, 100],
      [-29, 10],
      [0, 1],
    ] as const) {
      await addStats(number, await dayFromToday(offset), { sent });
    }
    const { body } = await user.api('GET', '/api/statistics');
    expect(body.statistics).toMatchObject({ start_date: await dayFromToday(-29), end_date: await dayFromToday(0) });
    expect(body.statistics.totals.messages_sent).toBe(11);
  });

  test('an end alone covers the 30 days up to it, a start alone the days up to today', async () => {
    const user = await gateway.signUp();
    const untilMarch = await user.api('GET', '/api/statistics?end_date=2024-03-01');
    expect(untilMarch.body.statistics).toMatchObject({ start_date: '2024-02-01', end_date: '2024-03-01' });
    const start = await dayFromToday(-100);
    const fromThen = await user.api('GET', `/api/statistics?start_date=${start}`);
    expect(fromThen.body.statistics).toMatchObject({ start_date: start, end_date: await dayFromToday(0) });
  });

  test('a user without numbers has zeros, and lists without entries', async () => {
    const user = await gateway.signUp();
    const { body } = await user.api('GET', '/api/statistics');
    expect(body.statistics).toMatchObject({ totals: nothing, daily: [], phone_numbers: [] });
  });

  test('a number without figures is listed with zeros', async () => {
    const user = await gateway.signUp();
    const id = await addNumber(user);
    const { body } = await user.api('GET', '/api/statistics');
    expect(body.statistics.phone_numbers).toMatchObject([{ id, ...nothing }]);
  });

  test('a deleted number counts in totals and days, and is not listed', async () => {
    const user = await gateway.signUp();
    const [kept, deleted] = [await addNumber(user), await addNumber(user)];
    await addStats(kept, '2024-01-05', { sent: 2 });
    await addStats(deleted, '2024-01-05', { sent: 40 });
    await gateway.database.db
      .updateTable('phone_numbers')
      .set({ deleted_at: sql`now()` })
      .where('id', '=', deleted)
      .execute();
    const { body } = await user.api('GET', '/api/statistics?start_date=2024-01-01&end_date=2024-01-31');
    expect(body.statistics.totals.messages_sent).toBe(42);
    expect(body.statistics.daily).toMatchObject([{ date: '2024-01-05', messages_sent: 42 }]);
    expect(body.statistics.phone_numbers).toMatchObject([{ id: kept, messages_sent: 2 }]);
  });

  test('one number can be asked for alone', async () => {
    const user = await gateway.signUp();
    const [one, two] = [await addNumber(user), await addNumber(user)];
    await addStats(one, '2024-01-05', { sent: 2 });
    await addStats(two, '2024-01-05', { sent: 40 });
    const { body } = await user.api(
      'GET',
      `/api/statistics?start_date=2024-01-01&end_date=2024-01-31&phone_number_id=${one}`,
    );
    expect(body.statistics.totals.messages_sent).toBe(2);
    expect(body.statistics.daily).toMatchObject([{ messages_sent: 2 }]);
    expect(body.statistics.phone_numbers).toMatchObject([{ id: one, messages_sent: 2 }]);
  });

  test('sums past 2^31 are exact numbers', async () => {
    const user = await gateway.signUp();
    for (const number of [await addNumber(user), await addNumber(user)]) {
      await addStats(number, '2024-01-05', { sent: 2_000_000_000 });
    }
    const { body } = await user.api('GET', '/api/statistics?start_date=2024-01-05&end_date=2024-01-05');
    expect(body.statistics.totals.messages_sent).toBe(4_000_000_000);
  });

  test('nobody sees what others sent', async () => {
    const [user, other] = [await gateway.signUp(), await gateway.signUp()];
    await addStats(await addNumber(other), await dayFromToday(0), { sent: 9 });
    const { body } = await user.api('GET', '/api/statistics');
    expect(body.statistics).toMatchObject({ totals: nothing, daily: [], phone_numbers: [] });
  });

  test('many sends at once are counted to the message: sent, media among them, and failed', async () => {
    const user = await gateway.signUp();
    const { id, token } = await gateway.connectNumber(user);
    const media = { mediaType: 'image', mediaBase64: onePixel, fileName: 'a.png' };
    const answers = await Promise.all([
      ...Array.from({ length: 25 }, (_, n) =>
        user.api('POST', '/api/messages/send-text', { token, number: `62812345678${n + 10}`, text: 'hello' }),
      ),
      ...Array.from({ length: 5 }, (_, n) =>
        user.api('POST', '/api/messages/send-media', { token, number: `62812345679${n + 10}`, ...media }),
      ),
      ...Array.from({ length: 4 }, (_, n) =>
        user.api('POST', '/api/messages/send-text', { token, number: `62${n + 10}0000404`, text: 'nobody there' }),
      ),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 30 }, () => 200),
      ...Array.from({ length: 4 }, () => 422),
    ]);
    const { body } = await user.api('GET', '/api/statistics');
    const all = figures(30, 0, 5, 0, 4);
    expect(body.statistics.totals).toEqual(all);
    expect(body.statistics.daily).toEqual([{ date: await dayFromToday(0), ...all }]);
    expect(body.statistics.phone_numbers).toMatchObject([{ id, ...all }]);
  });
});

describe('refused questions', () => {
  test.each([
    'start_date=2024-02-30',
    'start_date=2023-02-29',
    'start_date=2024-13-01',
    'start_date=0000-00-00',
    'start_date=0000-01-01&end_date=0000-01-02',
    'start_date=infinity',
    'start_date=-infinity',
    'start_date=today',
    'start_date=2024-1-1',
    'start_date=20240101',
    'start_date=2024-01-01T00:00:00Z',
    'start_date=',
    'start_date=2024-01-01%00',
    'start_date=2024-01-01&start_date=2024-01-02',
    'end_date=2024-04-31',
    'end_date=0001-01-05',
    'start_date=2024-01-02&end_date=2024-01-01',
    'start_date=2024-01-01&end_date=2025-01-01',
    'start_date=0001-01-01&end_date=9999-12-31',
    'phone_number_id=0',
    'phone_number_id=abc',
    'phone_number_id=1.5',
    'phone_number_id=',
    'phone_number_id=99999999999999999999',
    'user_id=1',
  ])('%s is a bad request', async (query) => {
    const user = await gateway.signUp();
    const { status, body } = await user.api('GET', `/api/statistics?${query}`);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
  });

  test('366 days are a span, also over a leap day', async () => {
    const user = await gateway.signUp();
    const { status } = await user.api('GET', '/api/statistics?start_date=2024-01-01&end_date=2024-12-31');
    expect(status).toBe(200);
    const early = await user.api('GET', '/api/statistics?start_date=0001-01-01&end_date=0001-12-31');
    expect(early.status).toBe(200);
  });

  test("another user's number answers like one that does not exist, and so does a deleted one", async () => {
    const [user, other] = [await gateway.signUp(), await gateway.signUp()];
    const [foreign, deleted] = [await addNumber(other), await addNumber(user)];
    await gateway.database.db
      .updateTable('phone_numbers')
      .set({ deleted_at: sql`now()` })
      .where('id', '=', deleted)
      .execute();
    const answers = [];
    for (const id of [foreign, deleted, 2_000_000_000, Number.MAX_SAFE_INTEGER]) {
      const { status, body } = await user.api('GET', `/api/statistics?phone_number_id=${id}`);
      answers.push({ status, ...body, request_id: '' });
    }
    expect(answers[0]).toMatchObject({ status: 404, code: 'not_found' });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test.each(['/api/statistics', '/api/dashboard', '/api/requests'])('%s asks who is calling', async (url) => {
    const { status, body } = await gateway.anonymous('GET', url);
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthenticated' });
  });
});

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
