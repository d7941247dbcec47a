import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  eventsOfMessage,
  expectExactRecords,
  messageRow,
  newRecipient,
  onTheWire,
  type Sender,
  senderOf,
  startSender,
  statsOf,
  usedUnits,
} from './support.ts';

let sender: Sender;

beforeAll(async () => {
  sender = await startSender({ overrides: { messages: { answerWithinMs: 1_000, callWithinMs: 2_500 } } });
});
afterAll(() => sender.gateway.close());

const knobs = () => sender.gateway.sandboxes[0]?.control;

async function untilSettled(id: string) {
  return vi.waitFor(
    async () => {
      const row = await messageRow(sender, id);
      expect(row.status).not.toBe('sending');
      return row;
    },
    { timeout: 5_000, interval: 10 },
  );
}

test('a text is sent once, and the answer names it', async () => {
  const before = { used: await usedUnits(sender), stats: await statsOf(sender) };
  const to = newRecipient();
  const { status, body, headers } = await sender.sendText({ number: `+${to}`, text: 'hello' });
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    status: 'sent',
    whatsapp_id: expect.any(String),
    to,
    sandbox: true,
  });
  expect(headers).toMatchObject({ 'x-quota-limit': '50000', 'x-quota-remaining': String(50_000 - before.used - 1) });
  expect(Number(headers['x-quota-reset'])).toBeGreaterThan(0);
  expect(Number(headers['x-quota-reset'])).toBeLessThanOrEqual(86_400);

  const { sends, calls } = onTheWire(sender, to);
  expect([sends.length, calls]).toEqual([1, 1]);
  expect(sends[0]).toMatchObject({ id: body.whatsapp_id, text: 'hello' });
  const row = await messageRow(sender, body.message_id);
  expect(row).toMatchObject({ whatsapp_id: body.whatsapp_id, remote_jid: `${to}@s.whatsapp.net`, lease_until: null });
  expect((await eventsOfMessage(sender, body.message_id))[0]).toBe('message.sent');
  expect(await usedUnits(sender)).toBe(before.used + 1);
  expect(await statsOf(sender)).toEqual({ ...before.stats, messages_sent: before.stats.messages_sent + 1 });
});

test('acknowledgements move a sent message on, also those that come before the answer', async () => {
  knobs()?.setKnobs({ latencyMsByRoute: {} });
  const to = newRecipient();
  const { body } = await sender.sendText({ number: to });
  await vi.waitFor(async () => expect((await messageRow(sender, body.message_id)).status).toBe('read'), {
    timeout: 5_000,
    interval: 10,
  });
  expect(await eventsOfMessage(sender, body.message_id)).toEqual(['message.sent', 'message.delivered', 'message.read']);
  expect(await toldTo(body.message_id)).toEqual([to, to, to]);
});

test('every event of a reaction names the number it went to, as its answer does', async () => {
  const to = newRecipient();
  const { token } = sender.number;
  const text = await sender.sendText({ number: to });
  const reaction = { token, message_id: text.body.message_id, emoji: '👍' };
  const { body } = await sender.user.api('POST', '/api/messages/send-reaction', reaction);
  expect(body.to).toBe(to);
  expect(new Set(await toldTo(body.message_id))).toEqual(new Set([to]));
});

/** The `to` of each event about a message, in their order. */
async function toldTo(messageId: string): Promise<unknown[]> {
  const rows = await sender.gateway.database.db
    .selectFrom('events')
    .select('payload')
    .where('message_id', '=', messageId)
    .orderBy('sequence')
    .execute();
  return rows.map(({ payload }) => (payload as { to?: unknown }).to);
}

test.each([
  ['0000404', 422, 'recipient_not_on_whatsapp', 'recipient_not_on_whatsapp'],
  ['0000500', 409, 'number_not_connected', 'number_not_connected'],
])(
  '…%s: what was certainly not sent answers %i %s and gives its unit back once',
  async (ending, status, code, reason) => {
    const before = { used: await usedUnits(sender), stats: await statsOf(sender) };
    const to = newRecipient(ending);
    const answer = await sender.sendText({ number: to });
    expect(answer).toMatchObject({ status, body: { success: false, code, message_id: expect.any(String) } });
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    const { message_id: id } = answer.body;
    expect(await messageRow(sender, id)).toMatchObject({ status: 'failed', status_reason: reason, whatsapp_id: null });
    expect(await eventsOfMessage(sender, id)).toEqual(['message.failed']);
    expect(await usedUnits(sender)).toBe(before.used);
    expect(await statsOf(sender)).toEqual({ ...before.stats, messages_failed: before.stats.messages_failed + 1 });
    expect(onTheWire(sender, to)).toEqual({ sends: [], calls: 1 });
    await sender.gateway.services.messages.endAbandoned();
    expect(await usedUnits(sender)).toBe(before.used);
  },
);

test('a request that the backend finds too large was not sent', async () => {
  const { bodyLimitBytes = 0 } = knobs()?.knobs() ?? {};
  knobs()?.setKnobs({ bodyLimitBytes: 300 });
  const used = await usedUnits(sender);
  const answer = await sender.sendText({ number: newRecipient(), text: 'x'.repeat(500) });
  knobs()?.setKnobs({ bodyLimitBytes });
  expect(answer).toMatchObject({ status: 422, body: { code: 'backend_refused' } });
  expect(await messageRow(sender, answer.body.message_id)).toMatchObject({ status: 'failed' });
  expect(await usedUnits(sender)).toBe(used);
});

test.each([
  ['0000200', 'an HTML page', 'unreadable_answer', 1],
  ['0000201', 'a 201 without an id', 'unlisted_answer', 0],
  ['0000206', 'an answer that drips', 'timeout', 1],
  ['0000400', 'an undocumented 400 after the effect', 'unlisted_answer', 1],
  ['0000408', 'no answer', 'timeout', 0],
  ['0000413', 'an endless answer', 'unreadable_answer', 1],
  ['0000501', 'a 500 before the effect', 'unlisted_answer', 0],
  ['0000502', 'a reset after the effect', 'connection_lost', 1],
  ['0000503', 'a reset before the effect', 'connection_lost', 0],
  ['0000504', 'no answer after the effect', 'timeout', 1],
  ['0000505', 'a 500 after the effect', 'unlisted_answer', 1],
])(
  '…%s: after %s nobody knows: 504, the unit is kept, and it is never sent again',
  async (ending, _what, reason, left) => {
    // An echo would be evidence of what nobody knows here.
    knobs()?.setKnobs({ webhooks: false });
    onTestFinished(() => void knobs()?.setKnobs({ webhooks: true }));
    const before = { used: await usedUnits(sender), stats: await statsOf(sender) };
    const to = newRecipient(ending);
    const startedAt = performance.now();
    const answer = await sender.sendText({ number: to });
    expect(performance.now() - startedAt).toBeLessThan(2_400);
    expect(answer).toMatchObject({ status: 504, body: { success: false, code: 'outcome_unknown', reason } });
    const { message_id: id } = answer.body;
    expect(await untilSettled(id)).toMatchObject({ status: 'unknown', status_reason: reason, lease_until: null });
    await sender.gateway.services.messages.endAbandoned();
    expect(await eventsOfMessage(sender, id)).toEqual(['message.unknown']);
    expect(await usedUnits(sender)).toBe(before.used + 1);
    expect(await statsOf(sender)).toEqual(before.stats);
    const { sends, calls } = onTheWire(sender, to);
    expect([sends.length, calls]).toEqual([left, 1]);
  },
);

test('an answer that comes after the 504 still settles the message', async () => {
  const before = { used: await usedUnits(sender), stats: await statsOf(sender) };
  knobs()?.setKnobs({ latencyMsByRoute: { 'POST /message/': 1_600 } });
  const to = newRecipient();
  const answer = await sender.sendText({ number: to });
  knobs()?.setKnobs({ latencyMsByRoute: {} });
  expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown', reason: 'timeout' } });
  const { message_id: id } = answer.body;
  expect(await messageRow(sender, id)).toMatchObject({ status: 'sending' });
  await vi.waitFor(async () => expect((await eventsOfMessage(sender, id))[0]).toBe('message.sent'), {
    timeout: 5_000,
    interval: 10,
  });
  expect(await usedUnits(sender)).toBe(before.used + 1);
  expect((await statsOf(sender)).messages_sent).toBe(before.stats.messages_sent + 1);
  expect(onTheWire(sender, to).sends).toHaveLength(1);
});

test('all records of these sends agree', async () => {
  await expectExactRecords(sender);
});

test('whatever becomes of a send, its event names the alias the number has then', async () => {
  const alias = `it's "ours" ${'"alias":null'} \\ é`;
  const { gateway, user } = sender;
  const own = senderOf(gateway, user, await gateway.connectNumber(user, { alias: 'former' }));
  expect((await user.api('PATCH', `/api/phone-numbers/${own.number.id}`, { alias })).status).toBe(200);
  const answers = await Promise.all(
    [newRecipient(), newRecipient('0000404'), newRecipient('0000408')].map((number) => own.sendText({ number })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 422, 504]);
  for (const { body } of answers) await untilSettled(body.message_id);
  const payloads = async (phoneNumberId: number) => {
    const rows = await gateway.database.db
      .selectFrom('events')
      .select(['type', 'payload'])
      .where('phone_number_id', '=', phoneNumberId)
      .where('type', 'in', ['message.sent', 'message.failed', 'message.unknown'])
      .execute();
    return new Map(rows.map(({ type, payload }) => [type, payload as Record<string, unknown>]));
  };
  const told = await payloads(own.number.id);
  expect([...told.keys()].sort()).toEqual(['message.failed', 'message.sent', 'message.unknown']);
  for (const payload of told.values()) expect(payload).toMatchObject({ alias, phone_number_id: own.number.id });

  const nameless = await payloads(sender.number.id);
  expect(nameless.get('message.sent')).toMatchObject({ alias: null });
});
