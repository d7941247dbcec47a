import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventsOfMessage, newRecipient, onTheWire, type Sender, startSender, usedUnits } from './support.ts';
import { inMs, waitingOf } from './waiting-support.ts';

let sender: Sender;
let waiting: ReturnType<typeof waitingOf>;

beforeEach(async () => {
  sender = await startSender({ knobs: { acks: false } });
  waiting = waitingOf(sender);
});
afterEach(() => sender.gateway.close());

const statuses = ({ history }: { history: { status: string }[] }) => history.map(({ status }) => status);

describe('a message that waits', () => {
  test('leaves in its turn, once', async () => {
    const number = newRecipient();
    const id = await waiting.queue({ number });
    await waiting.untilStatus(id, 'sent');
    expect(onTheWire(sender, number)).toMatchObject({ sends: [{ text: 'hi' }], calls: 1 });
    expect(await eventsOfMessage(sender, id)).toEqual(['message.sent']);
    expect(await usedUnits(sender)).toBe(1);
    expect(statuses(await waiting.messageOf(id))).toEqual(['accepted', 'sending', 'sent']);
    await vi.waitFor(async () =>
      expect((await sql`select 1 from send_turns`.execute(sender.gateway.database.db)).rows).toEqual([]),
    );
  });

  test('leaves after those of its number that were accepted before it', async () => {
    const number = newRecipient();
    for (let i = 0; i < 60; i++) await waiting.queue({ number, text: `nr ${i}` });
    await vi.waitFor(() => expect(onTheWire(sender, number).sends).toHaveLength(60), { timeout: 15_000 });
    const texts = onTheWire(sender, number).sends.map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 60 }, (_, i) => `nr ${i}`));
  });

  test('of high priority overtakes a line of 200', async () => {
    sender.gateway.sandboxes[0]?.control.setKnobs({ latencyMsByRoute: { 'POST /message/': 30 } });
    const [many, code] = [newRecipient(), newRecipient()];
    await Promise.all(Array.from({ length: 200 }, () => waiting.queue({ number: many, priority: 'low' })));
    await waiting.queue({ number: code, text: '123456', priority: 'high' });
    const before = onTheWire(sender, many).sends.length;
    expect(before).toBeLessThan(150);
    await vi.waitFor(() => expect(onTheWire(sender, code).sends).toHaveLength(1));
    const at = onTheWire(sender, code).sends[0]?.seq ?? 0;
    // One was under way, and one more may have gone while this one was stored.
    const beforeIt = onTheWire(sender, many).sends.filter(({ seq }) => seq < at).length;
    expect(beforeIt - before).toBeLessThanOrEqual(2);
  });
});

describe('a scheduled message', () => {
  test('leaves within a second of its time, and takes its unit then', async () => {
    const number = newRecipient();
    const sendAt = inMs(2_500);
    const id = await waiting.queue({ number, send_at: sendAt });
    expect(await waiting.messageOf(id)).toMatchObject({ status: 'scheduled', send_at: sendAt, priority: 'normal' });
    expect(await usedUnits(sender)).toBe(0);
    await waiting.untilStatus(id, 'sent');
    const lateMs = Date.parse(onTheWire(sender, number).sends[0]?.at ?? '') - Date.parse(sendAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
    expect(await usedUnits(sender)).toBe(1);
    expect(statuses(await waiting.messageOf(id))).toEqual(['scheduled', 'sending', 'sent']);
  });

  test('can be cancelled, once', async () => {
    const number = newRecipient();
    const id = await waiting.queue({ number, send_at: inMs(1_500) });
    const cancel = () => sender.user.api('POST', `/api/messages/${id}/cancel`);
    expect(await cancel()).toMatchObject({
      status: 200,
      body: { message: { status: 'cancelled', status_reason: 'by_user', ended_at: expect.any(String) } },
    });
    expect(await cancel()).toMatchObject({ status: 409, body: { code: 'not_cancellable' } });
    expect(await eventsOfMessage(sender, id)).toEqual(['message.cancelled']);
    const later = await waiting.queue({ number, send_at: inMs(2_000) });
    await waiting.untilStatus(later, 'sent');
    expect(onTheWire(sender, number).sends).toHaveLength(1);
    expect(statuses(await waiting.messageOf(id))).toEqual(['scheduled', 'cancelled']);
  });

  test('can leave sooner or later than first said, and its time to expire moves with it', async () => {
    const id = await waiting.queue({ number: newRecipient(), send_at: inMs(600_000), expires_in: 60 });
    const change = (body: unknown) => sender.user.api('PATCH', `/api/messages/${id}`, body);
    const later = inMs(1_200_000);
    expect(await change({ send_at: later, priority: 'high' })).toMatchObject({
      status: 200,
      body: {
        message: {
          status: 'scheduled',
          send_at: later,
          expires_at: new Date(Date.parse(later) + 60_000).toISOString(),
          priority: 'high',
        },
      },
    });
    const sooner = inMs(1_000);
    expect(await change({ send_at: sooner, expires_in: 30 })).toMatchObject({ status: 200 });
    expect(await waiting.messageOf(id)).toMatchObject({
      expires_at: new Date(Date.parse(sooner) + 30_000).toISOString(),
      priority: 'high',
    });
    await waiting.untilStatus(id, 'sent');
    expect(await change({ priority: 'low' })).toMatchObject({ status: 409, body: { code: 'not_reschedulable' } });
  });

  test('may not be sent into the past, nor beyond a year', async () => {
    const id = await waiting.queue({ number: newRecipient(), send_at: inMs(600_000) });
    for (const send_at of [inMs(-1_000), inMs(400 * 86_400_000)]) {
      expect(await sender.user.api('PATCH', `/api/messages/${id}`, { send_at })).toMatchObject({ status: 400 });
    }
    expect(await sender.user.api('PATCH', `/api/messages/${id}`, {})).toMatchObject({ status: 400 });
  });

  test('that finds no unit left waits for the next day where it has the time, and fails where it has not', async () => {
    const { db } = sender.gateway.database;
    const [short, long] = [newRecipient(), newRecipient()];
    const fails = await waiting.queue({ number: short, send_at: inMs(1_000), expires_in: 1 });
    const waits = await waiting.queue({ number: long, send_at: inMs(1_000), expires_in: 172_800 });
    await sql`insert into usage (user_id, day, used)
      select id, app_today(), max_messages_per_day from users where id = ${sender.user.id}`.execute(db);
    await sql`update messages set expires_at = due_at + interval '2 seconds' where id = ${fails}::uuid`.execute(db);
    await waiting.untilStatus(fails, 'failed');
    expect(await waiting.messageOf(fails)).toMatchObject({ status_reason: 'quota_exceeded', called_at: null });
    await vi.waitFor(async () => {
      const { rows } = await sql<{ isTomorrow: boolean }>`
        select due_at = (app_today() + 1)::timestamp at time zone 'UTC' as "isTomorrow"
        from messages where id = ${waits}::uuid`.execute(db);
      expect(rows).toEqual([{ isTomorrow: true }]);
    });
    expect(await waiting.messageOf(waits)).toMatchObject({ status: 'scheduled' });
    expect([...onTheWire(sender, short).sends, ...onTheWire(sender, long).sends]).toEqual([]);
    const full = await usedUnits(sender);
    await sql`update usage set used = used - 1`.execute(db);
    await sql`update messages set due_at = app_now() where id = ${waits}::uuid`.execute(db);
    await sender.gateway.services.messages.wakeNumber(sender.number.id);
    await waiting.untilStatus(waits, 'sent');
    expect(await usedUnits(sender)).toBe(full);
  });
});

test('messages of another user can be neither cancelled nor moved', async () => {
  const id = await waiting.queue({ number: newRecipient(), send_at: inMs(600_000) });
  const other = await sender.gateway.signUp();
  for (const of of [id, 'nonsense', '01234567-89ab-7def-8123-456789abcdef']) {
    expect(await other.api('POST', `/api/messages/${of}/cancel`)).toMatchObject({ status: 404 });
    expect(await other.api('PATCH', `/api/messages/${of}`, { priority: 'low' })).toMatchObject({ status: 404 });
  }
  expect(await waiting.messageOf(id)).toMatchObject({ status: 'scheduled' });
});
