import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  eventsOfMessage,
  expectExactRecords,
  newRecipient,
  onTheWire,
  type Sender,
  startSender,
  usedUnits,
} from './support.ts';
import { inMs, waitingOf } from './waiting-support.ts';

let sender: Sender;
let waiting: ReturnType<typeof waitingOf>;

beforeEach(async () => {
  sender = await startSender({ knobs: { acks: false }, env: { HEALTH_CHECK_INTERVAL_MS: '500' } });
  waiting = waitingOf(sender);
});
afterEach(() => sender.gateway.close());

const db = () => sender.gateway.database.db;
const setBackend = (state: string) => sql`update backends set state = ${state}`.execute(db());

test('what a number cannot send while it is not connected leaves in its order when it is again', async () => {
  const number = newRecipient();
  await sql`update phone_numbers set status = 'disconnected' where id = ${sender.number.id}`.execute(db());
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await waiting.queue({ number, text: `nr ${i}` }));
  await vi.waitFor(async () => {
    const { rows } = await sql`select waits_for from send_turns where failures > 0`.execute(db());
    expect(rows).toEqual([{ waits_for: 'connection' }]);
  });
  expect(await waiting.messageOf(ids[0] ?? '')).toMatchObject({ status: 'accepted' });
  await sql`update phone_numbers set status = 'connected' where id = ${sender.number.id}`.execute(db());
  await waiting.untilStatus(ids[4] ?? '', 'sent');
  expect(onTheWire(sender, number).sends.map(({ text }) => text)).toEqual(['nr 0', 'nr 1', 'nr 2', 'nr 3', 'nr 4']);
  await expectExactRecords(sender);
});

test('a backend that says that the number is closed there has the message wait, with its unit', async () => {
  const number = newRecipient();
  const [sandbox] = sender.gateway.sandboxes;
  const name = await waiting.backendName();
  sandbox?.control.forgetMemory(name);
  const id = await waiting.queue({ number });
  await vi.waitFor(async () => {
    const { rows } = await sql`select waits_for from send_turns where failures > 0`.execute(db());
    expect(rows).toHaveLength(1);
  });
  expect(await waiting.messageOf(id)).toMatchObject({ status: 'accepted', called_at: null });
  expect(await usedUnits(sender)).toBe(1);
  expect(onTheWire(sender, number).sends).toEqual([]);
  expect(await eventsOfMessage(sender, id)).toEqual([]);
});

test('a message that waits too long expires, and gives its unit back', async () => {
  await sql`update phone_numbers set status = 'disconnected' where id = ${sender.number.id}`.execute(db());
  const number = newRecipient();
  const id = await waiting.queue({ number, expires_in: 1 });
  expect(await usedUnits(sender)).toBe(1);
  await waiting.untilStatus(id, 'expired');
  expect(await waiting.messageOf(id)).toMatchObject({
    status_reason: null,
    ended_at: expect.any(String),
    sent_at: null,
  });
  expect(await usedUnits(sender)).toBe(0);
  expect(await eventsOfMessage(sender, id)).toEqual(['message.expired']);
  await sql`update phone_numbers set status = 'connected' where id = ${sender.number.id}`.execute(db());
  await waiting.untilStatus(await waiting.queue({ number }), 'sent');
  expect(onTheWire(sender, number).sends).toHaveLength(1);
});

test('a definite refusal fails the message, and the next one leaves', async () => {
  const refused = await waiting.queue({ number: newRecipient('0000404') });
  const next = await waiting.queue({ number: newRecipient() });
  await waiting.untilStatus(next, 'sent');
  expect(await waiting.messageOf(refused)).toMatchObject({
    status: 'failed',
    status_reason: 'recipient_not_on_whatsapp',
    history: [{ status: 'accepted' }, { status: 'sending' }, { status: 'failed' }],
  });
  expect(await usedUnits(sender)).toBe(1);
  await expectExactRecords(sender);
});

test('deleting a number cancels what waits on it, near and far', async () => {
  await sql`update phone_numbers set status = 'disconnected' where id = ${sender.number.id}`.execute(db());
  const near = await waiting.queue({ number: newRecipient() });
  const far = await waiting.queue({ number: newRecipient(), send_at: inMs(86_400_000) });
  expect(await sender.user.api('DELETE', `/api/phone-numbers/${sender.number.id}`)).toMatchObject({ status: 200 });
  for (const id of [near, far]) {
    await waiting.untilStatus(id, 'cancelled');
    expect(await waiting.messageOf(id)).toMatchObject({ status_reason: 'number_deleted' });
    expect(await eventsOfMessage(sender, id)).toEqual(['message.cancelled']);
  }
  expect(await usedUnits(sender)).toBe(0);
  await vi.waitFor(async () => expect((await sql`select 1 from send_turns`.execute(db())).rows).toEqual([]));
});

test('messages of a suspended user wait until he may send again', async () => {
  const number = newRecipient();
  const id = await waiting.queue({ number, send_at: inMs(1_000) });
  await sql`update users set status = 'suspended' where id = ${sender.user.id}`.execute(db());
  await vi.waitFor(async () => {
    const { rows } = await sql`select waits_for from send_turns where failures > 0`.execute(db());
    expect(rows).toEqual([{ waits_for: 'user' }]);
  });
  expect(onTheWire(sender, number).calls).toBe(0);
  await sql`update users set status = 'active' where id = ${sender.user.id}`.execute(db());
  await waiting.untilStatus(id, 'sent');
});

test('messages of a paused campaign wait, and hold up no other; cancelled, they give their units back', async () => {
  const campaignId = randomUUID();
  await sql`insert into campaigns (id, user_id, phone_number_id, kind, status, total)
    values (${campaignId}, ${sender.user.id}, ${sender.number.id}, 'text', 'paused', 2)`.execute(db());
  const first = await waiting.queue({ number: newRecipient(), send_at: inMs(1_000) });
  const second = await waiting.queue({ number: newRecipient(), send_at: inMs(600_000) });
  await sql`update messages set campaign_id = ${campaignId}`.execute(db());
  const own = await waiting.queue({ number: newRecipient(), send_at: inMs(1_500) });
  await waiting.untilStatus(own, 'sent');
  expect(await waiting.messageOf(first)).toMatchObject({ status: 'scheduled', campaign_id: campaignId });
  await sql`update campaigns set status = 'running'`.execute(db());
  await sender.gateway.services.messages.wakeNumber(sender.number.id);
  await waiting.untilStatus(first, 'sent');
  await sender.gateway.services.messages.cancelCampaign(campaignId);
  expect(await waiting.messageOf(second)).toMatchObject({ status: 'cancelled', status_reason: 'campaign_cancelled' });
  expect(await usedUnits(sender)).toBe(2);
  const { body } = await sender.user.api('GET', `/api/messages?campaign_id=${campaignId}`);
  expect(body.messages.map(({ id }: { id: string }) => id)).toEqual([second, first]);
});

test('a backend that is down keeps its numbers waiting without a call, until it is back', async () => {
  const number = newRecipient();
  await setBackend('down');
  await sender.gateway.services.backends.refresh();
  const id = await waiting.queue({ number });
  await waiting.untilStatus(id, 'sent');
  expect(onTheWire(sender, number)).toMatchObject({ calls: 1 });
});
