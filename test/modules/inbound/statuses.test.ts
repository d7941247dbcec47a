import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatchUp } from '../../../src/modules/messages/evidence/apply-status.ts';
import { createSettleBatch, type Settlement } from '../../../src/modules/messages/sending/settle.ts';
import {
  type Call,
  eventually,
  type InboundTest,
  ids,
  readEvents,
  readStoredCalls,
  recordedCall,
  startInbound,
  type TestNumber,
} from './support.ts';

let t: InboundTest;
let settle: ReturnType<typeof createSettleBatch>;
let catchUp: ReturnType<typeof createCatchUp>;
beforeAll(async () => {
  t = await startInbound();
  settle = createSettleBatch({ pool: t.database.connect().pool });
  catchUp = createCatchUp({ db: t.database.db, ids });
});
afterAll(async () => {
  await settle[Symbol.asyncDispose]();
  await t.close();
});

test('acknowledgements take a sent message from delivered to read, with one event each', async () => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, '3EB0198A6CA060A81A1F7B');
  await t.apply(number, recordedCall('h45-WA-messages.update-DELIVERY-ACK', number));
  expect(await readMessage(messageId)).toMatchObject({
    status: 'delivered',
    delivered_at: expect.any(Date),
    read_at: null,
  });
  await t.apply(number, recordedCall('h46-WA-messages.update-READ', number));
  expect(await readMessage(messageId)).toMatchObject({ status: 'read', read_at: expect.any(Date) });
  expect(await eventTypes(number)).toEqual(['message.sent', 'message.delivered', 'message.read']);
  expect((await readEvents(t.database, number))[1]).toMatchObject({
    message_id: messageId,
    payload: { message_id: messageId, status: 'delivered', whatsapp_id: '3EB0198A6CA060A81A1F7B', kind: 'text' },
  });
});

test('acknowledgements out of order end at the furthest, and a repeated one is a duplicate', async () => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, 'A1');
  for (const status of ['READ', 'DELIVERY_ACK', 'SERVER_ACK', 'ERROR', 'READ']) {
    await t.apply(number, ack(number, 'A1', status));
  }
  expect(await readMessage(messageId)).toMatchObject({ status: 'read', delivered_at: expect.any(Date) });
  expect(await eventTypes(number)).toEqual(['message.sent', 'message.delivered', 'message.read']);
  const states = (await readStoredCalls(t.database, number)).map(({ state }) => state);
  expect(states).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
});

test("the Graph API's words for the same mean the same", async () => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, 'wamid.1');
  await t.apply(number, ack(number, 'wamid.1', 'SENT'), ack(number, 'wamid.1', 'DELIVERED'));
  expect(await readMessage(messageId)).toMatchObject({ status: 'delivered' });
});

test('a voice note that was played stays played', async () => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, 'P1');
  await t.apply(number, ack(number, 'P1', 'PLAYED'), ack(number, 'P1', 'READ'));
  expect(await readMessage(messageId)).toMatchObject({ status: 'played', read_at: expect.any(Date) });
});

test('an error that is reported is kept, as the reason of a sent message, until something better is known', async () => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, 'E1');
  await t.apply(number, ack(number, 'E1', 'ERROR'));
  expect(await wireStatus(number, 'E1')).toBe('error');
  const reported = { status: 'sent', status_reason: 'reported_failed', delivered_at: null, read_at: null };
  expect(await readMessage(messageId)).toEqual(reported);
  expect(await eventTypes(number)).toEqual(['message.sent']);
  await t.apply(number, ack(number, 'E1', 'SERVER_ACK'));
  expect(await readMessage(messageId)).toEqual({ ...reported, status_reason: null });
  await t.apply(number, ack(number, 'E1', 'DELIVERY_ACK'));
  expect(await wireStatus(number, 'E1')).toBe('delivered');
  await t.apply(number, ack(number, 'E1', 'ERROR'));
  expect(await wireStatus(number, 'E1')).toBe('delivered');
  expect(await readMessage(messageId)).toMatchObject({ status: 'delivered', status_reason: null });
});

test.each([
  ['READ', ['message.sent', 'message.delivered', 'message.read']],
  ['DELIVERY_ACK', ['message.sent', 'message.delivered']],
])('%s after a reported error takes the reason away', async (better, types) => {
  const number = await t.makeNumber();
  const messageId = await sendAs(number, 'E2');
  await t.apply(number, ack(number, 'E2', 'ERROR'));
  expect(await readMessage(messageId)).toMatchObject({ status_reason: 'reported_failed' });
  await t.apply(number, ack(number, 'E2', better));
  expect(await readMessage(messageId)).toMatchObject({ status_reason: null, delivered_at: expect.any(Date) });
  expect(await eventTypes(number)).toEqual(types);
});

test('an error that is reported before the answer is caught up with as well', async () => {
  const number = await t.makeNumber();
  const messageId = await accept(number);
  await t.apply(number, ack(number, 'E3', 'ERROR'));
  await settleAndCatchUp(number, messageId, 'E3');
  expect(await readMessage(messageId)).toMatchObject({ status: 'sent', status_reason: 'reported_failed' });
});

test('an acknowledgement before the answer waits in the ledger and is caught up with', async () => {
  const number = await t.makeNumber();
  const messageId = await accept(number);
  await t.apply(number, ack(number, 'EARLY', 'DELIVERY_ACK'));
  expect(await readMessage(messageId)).toMatchObject({ status: 'sending' });
  expect(await settle.add(settlement(number, messageId, 'EARLY'))).toEqual({ settled: true, earlyStatus: 'delivered' });
  await catchUp(messageId);
  await catchUp(messageId);
  expect(await readMessage(messageId)).toMatchObject({ status: 'delivered' });
  expect(await eventTypes(number)).toEqual(['message.sent', 'message.delivered']);
});

test('settling and acknowledging at the same moment loses no acknowledgement and tells each once', async () => {
  const number = await t.makeNumber();
  const waIds = Array.from({ length: 200 }, (_, n) => `RACE-${n}`);
  const sends = await Promise.all(waIds.map(async (waId) => ({ waId, messageId: await accept(number) })));
  const send = ({ waId, messageId }: (typeof sends)[number]) => settleAndCatchUp(number, messageId, waId);
  const hear = ({ waId }: (typeof sends)[number], status: string) => t.post(number, ack(number, waId, status));
  await Promise.all(
    sends.flatMap((each, n) => [
      n % 2 === 0 ? send(each) : hear(each, 'SERVER_ACK').then(() => send(each)),
      hear(each, 'DELIVERY_ACK'),
      hear(each, 'READ'),
    ]),
  );
  await t.inbound.lane.drained();
  const rows = await Promise.all(sends.map(({ messageId }) => readMessage(messageId)));
  expect(rows.map(({ status }) => status)).toEqual(Array(200).fill('read'));
  const types = await eventTypes(number);
  for (const type of ['message.sent', 'message.delivered', 'message.read']) {
    expect(types.filter((each) => each === type)).toHaveLength(200);
  }
});

test('an acknowledgement whose message is being settled waits for the settlement and is applied', async () => {
  const number = await t.makeNumber();
  const messageId = await accept(number);
  const settling = await t.database.pool.connect();
  await settling.query('begin');
  await settling.query(`update messages set status = 'sent', whatsapp_id = 'HELD' where id = $1`, [messageId]);
  await settling.query(
    'insert into wire_messages (phone_number_id, wa_id, message_id, from_me) values ($1, $2, $3, true)',
    [number.id, 'HELD', messageId],
  );
  expect(await t.post(number, ack(number, 'HELD', 'DELIVERY_ACK'))).toBe(200);
  await eventually(() => lockWaiters()).toBeGreaterThan(0);
  await settling.query('commit');
  settling.release();
  await t.inbound.lane.drained();
  expect(await readMessage(messageId)).toMatchObject({ status: 'delivered' });
});

function ack(number: TestNumber, waId: string, status: string): Call {
  const call = recordedCall('h45-WA-messages.update-DELIVERY-ACK', number);
  return { ...call, data: { ...(call.data as Call), keyId: waId, status } };
}

async function accept(number: TestNumber): Promise<string> {
  const id = ids.uuidv7();
  await sql`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, quota_day)
    values (${id}, ${number.userId}, ${number.id}, 'outbound', 'text', '5511888888888', 'sending', '{"text":"x"}', app_today())`.execute(
    t.database.db,
  );
  return id;
}

async function sendAs(number: TestNumber, waId: string): Promise<string> {
  const messageId = await accept(number);
  await settle.add(settlement(number, messageId, waId));
  return messageId;
}

async function settleAndCatchUp(number: TestNumber, messageId: string, waId: string): Promise<void> {
  const { earlyStatus } = await settle.add(settlement(number, messageId, waId));
  if (earlyStatus !== null) await catchUp(messageId);
}

function settlement(number: TestNumber, messageId: string, whatsappId: string): Settlement {
  return {
    messageId,
    userId: number.userId,
    phoneNumberId: number.id,
    status: 'sent',
    statusReason: null,
    whatsappId,
    remoteJid: '5511888888888@s.whatsapp.net',
    isMedia: false,
    eventId: ids.uuidv7(),
    payload: '{}',
  };
}

async function readMessage(id: string) {
  return t.database.db
    .selectFrom('messages')
    .select(['status', 'status_reason', 'delivered_at', 'read_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

async function eventTypes(number: TestNumber): Promise<string[]> {
  return (await readEvents(t.database, number)).map(({ type }) => type);
}

async function wireStatus(number: TestNumber, waId: string): Promise<string | null | undefined> {
  const row = await t.database.db
    .selectFrom('wire_messages')
    .select('status')
    .where('phone_number_id', '=', number.id)
    .where('wa_id', '=', waId)
    .executeTakeFirst();
  return row?.status;
}

async function lockWaiters(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
    t.database.db,
  );
  return rows[0]?.n ?? 0;
}
