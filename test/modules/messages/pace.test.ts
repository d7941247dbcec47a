import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNumberPaces } from '../../../src/modules/messages/waiting/number-paces.ts';
import { startGateway } from '../../support/gateway.ts';
import { startMediaServer } from './media-server.ts';
import { newRecipient, onTheWire, type Sender, startSender, through, usedUnits } from './support.ts';
import { waitingOf } from './waiting-support.ts';

let sender: Sender;
let waiting: ReturnType<typeof waitingOf>;

beforeEach(async () => {
  sender = await startSender({
    knobs: { acks: false },
    overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } },
  });
  waiting = waitingOf(sender);
});
afterEach(() => sender.gateway.close());

const setPace = (pace: Record<string, number | null>) =>
  sender.user.api('PATCH', `/api/phone-numbers/${sender.number.id}`, pace);

test('a pace can be set, is shown, and is taken away with null', async () => {
  const pace = { send_interval_ms: 3_000, send_jitter_ms: 500, daily_cap: 10 };
  expect(await setPace(pace)).toMatchObject({ status: 200, body: { phone_number: pace } });
  expect(await sender.user.api('GET', `/api/phone-numbers/${sender.number.id}`)).toMatchObject({
    body: { phone_number: pace },
  });
  const none = { send_interval_ms: null, send_jitter_ms: null, daily_cap: null };
  expect(await setPace(none)).toMatchObject({ body: { phone_number: none } });
  const refused: Record<string, number>[] = [
    { send_interval_ms: -1 },
    { send_jitter_ms: 3_600_001 },
    { daily_cap: 1.5 },
    { daily_cap: 0 },
  ];
  for (const bad of refused) {
    expect(await setPace(bad)).toMatchObject({ status: 400 });
  }
});

test('a number that may not send yet answers 429 with the time to come back, and takes no unit', async () => {
  await setPace({ send_interval_ms: 60_000 });
  expect(await sender.sendText()).toMatchObject({ status: 200 });
  const refused = await sender.sendText();
  expect(refused).toMatchObject({ status: 429, body: { code: 'number_paced', limit: 'send_interval' } });
  expect(refused.body.detail).toContain('send_interval_ms');
  const retryAfter = Number(refused.headers['retry-after']);
  expect(retryAfter).toBeGreaterThan(50);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(await usedUnits(sender)).toBe(1);
  await setPace({ send_interval_ms: null });
  expect(await sender.sendText()).toMatchObject({ status: 200 });
});

test.each([
  [{ daily_cap: 3 }, 'daily_cap'],
  [{ daily_cap: 3, send_interval_ms: 1 }, 'daily_cap'],
])(
  'a number that has sent as often as it may today says so, also to those who come at once: %j',
  async (pace, limit) => {
    await setPace(pace);
    const allowed = new Set<number>();
    await vi.waitFor(async () => {
      const { status, body } = await sender.sendText();
      allowed.add(status);
      expect(body).toMatchObject({ code: 'number_paced', limit });
    });
    expect(allowed).toContain(200);
    const answers = await Promise.all(Array.from({ length: 10 }, () => sender.sendText()));
    for (const { body, headers } of answers) {
      expect(body).toMatchObject({ code: 'number_paced', limit, detail: expect.stringContaining('daily_cap') });
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(86_400);
    }
    expect(await usedUnits(sender)).toBe(3);
  },
);

test('of many at once those who lose the last send of the day hear of the cap', async () => {
  await setPace({ daily_cap: 1 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => sender.sendText()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const { status, body } of answers) if (status !== 200) expect(body).toMatchObject({ limit: 'daily_cap' });
});

test('of 20 sends at once only one goes where the pace lets one go', async () => {
  await setPace({ send_interval_ms: 60_000 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => sender.sendText()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(19);
});

test('a send that is refused otherwise does not use up the pace', async () => {
  await setPace({ send_interval_ms: 60_000, daily_cap: 1 });
  await sql`insert into usage (user_id, day, used)
    select id, app_today(), max_messages_per_day from users where id = ${sender.user.id}`.execute(
    sender.gateway.database.db,
  );
  expect(await sender.sendText()).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
  await sql`update usage set used = 0`.execute(sender.gateway.database.db);
  expect(await sender.sendText()).toMatchObject({ status: 200 });
});

test('messages that wait leave at the pace, each a little later by chance', async () => {
  await setPace({ send_interval_ms: 400, send_jitter_ms: 300 });
  const number = newRecipient();
  for (let i = 0; i < 6; i++) await waiting.queue({ number, text: `nr ${i}` });
  await vi.waitFor(() => expect(onTheWire(sender, number).sends).toHaveLength(6), { timeout: 20_000 });
  const { sends } = onTheWire(sender, number);
  const { rows } = await sql<{ gapMs: number }>`
    select extract(epoch from called_at - lag(called_at) over (order by id))::float8 * 1000 as "gapMs" from messages
    order by id offset 1`.execute(sender.gateway.database.db);
  // The pace is counted a moment before the message is taken.
  for (const { gapMs } of rows) expect(gapMs).toBeGreaterThan(300);
  expect(new Set(rows.map(({ gapMs }) => Math.round(gapMs / 5))).size).toBeGreaterThan(1);
  expect(sends.map(({ text }) => text)).toEqual(Array.from({ length: 6 }, (_, i) => `nr ${i}`));
});

test('the pace is kept from call to call, also where media took long to load', async () => {
  const media = await startMediaServer();
  const mediaUrl = media.serve('slow.png', (response) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'image/png' }).end('png'), 700);
  });
  await setPace({ send_interval_ms: 600 });
  const number = newRecipient();
  const answer = await sender.sendMedia({ async: true, number, mediaUrl });
  expect(answer.status).toBe(202);
  await waiting.untilStatus(await waiting.queue({ number }), 'sent');
  const { rows } = await sql<{ gapMs: number }>`
    select extract(epoch from max(called_at) - min(called_at))::float8 * 1000 as "gapMs" from messages`.execute(
    sender.gateway.database.db,
  );
  expect(rows[0]?.gapMs).toBeGreaterThan(500);
  expect(media.asked).toHaveLength(1);
  await media.close();
});

test('what is given back frees nothing that another send took meanwhile', async () => {
  await setPace({ send_interval_ms: 60_000, daily_cap: 5 });
  const { db } = sender.gateway.database;
  const paces = createNumberPaces({ db });
  const number = { id: sender.number.id, isPaced: true };
  const giveBack = await paces.take(number);
  await sql`update number_paces set next_at = app_now()`.execute(db);
  await paces.take(number);
  await giveBack();
  expect(await paces.waitMs(number)).toBeGreaterThan(50_000);
  await expect(paces.take(number)).rejects.toMatchObject({ code: 'number_paced' });
  const { rows } = await sql<{ used: number }>`select used from number_paces`.execute(db);
  expect(rows).toEqual([{ used: 1 }]);
});

test('what is over the daily cap waits for the next day in UTC', async () => {
  await setPace({ daily_cap: 2 });
  const number = newRecipient();
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push(await waiting.queue({ number, text: `nr ${i}`, expires_in: 172_800 }));
  await waiting.untilStatus(ids[1] ?? '', 'sent');
  const refused = await sender.sendText();
  expect(refused).toMatchObject({ status: 429, body: { code: 'number_paced' } });
  const untilMidnight = 86_400 - ((Date.now() / 1_000) % 86_400);
  expect(Math.abs(Number(refused.headers['retry-after']) - untilMidnight)).toBeLessThan(30);
  expect(await waiting.messageOf(ids[2] ?? '')).toMatchObject({ status: 'accepted' });
  expect(onTheWire(sender, number).sends).toHaveLength(2);

  const { database } = sender.gateway;
  const name = new URL(database.url).pathname.slice(1);
  await sql.raw(`alter database "${name}" set app.clock_offset = '1 day'`).execute(database.db);
  const tomorrow = await startGateway({ beside: sender.gateway });
  await waiting.untilStatus(ids[2] ?? '', 'sent', 20_000);
  expect(await through(tomorrow, sender).sendText()).toMatchObject({ status: 200 });
  expect(await through(tomorrow, sender).sendText()).toMatchObject({ status: 429 });
  await tomorrow.close();
});
