import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Call,
  type InboundTest,
  readEvents,
  readStoredCalls,
  recordedCall,
  recordedCalls,
  startInbound,
  type TestNumber,
} from './support.ts';

let t: InboundTest;
beforeAll(async () => {
  t = await startInbound();
});
afterAll(() => t.close());

test('a received text becomes a message, an event and one more in the statistics', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h55-WA-messages.upsert-conversation', number));
  expect(await readMessages(number)).toMatchObject([
    {
      direction: 'inbound',
      status: 'received',
      kind: 'text',
      remote_jid: '5511888888888@s.whatsapp.net',
      whatsapp_id: '3AINBOUND000000000001',
      content: {
        text: 'hi from phone',
        push_name: 'Alice WA',
        message_type: 'conversation',
        timestamp: 1795176647,
        message: { conversation: 'hi from phone' },
      },
    },
  ]);
  expect(await readEvents(t.database, number)).toMatchObject([
    {
      type: 'message.received',
      payload: {
        message_id: expect.any(String),
        whatsapp_id: '3AINBOUND000000000001',
        phone_number_id: number.id,
        alias: expect.stringContaining('alias'),
        from: '5511888888888',
        chat: '5511888888888@s.whatsapp.net',
        kind: 'text',
        text: 'hi from phone',
        push_name: 'Alice WA',
        timestamp: 1795176647,
        key: { id: '3AINBOUND000000000001' },
        message: { conversation: 'hi from phone' },
      },
    },
  ]);
  expect(await readReceivedStats(number)).toEqual({ messages: 1, media: 0 });
});

test('20 parallel copies of one message count once, and each copy leaves a row that says so', async () => {
  const number = await t.makeNumber();
  const call = recordedCall('h55-WA-messages.upsert-conversation', number);
  await Promise.all(Array.from({ length: 20 }, () => t.post(number, call)));
  await t.inbound.lane.drained();
  expect(await readMessages(number)).toHaveLength(1);
  expect(await readEvents(t.database, number)).toHaveLength(1);
  expect(await readReceivedStats(number)).toEqual({ messages: 1, media: 0 });
  const states = (await readStoredCalls(t.database, number)).map(({ state }) => state);
  expect(states.toSorted()).toEqual(['applied', ...Array.from({ length: 19 }, () => 'duplicate')]);
});

test('received media counts as media and keeps its caption, never its bytes', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h24-business-messages.upsert-image-base64', number));
  const [message] = await readMessages(number);
  expect(message).toMatchObject({ kind: 'image', content: { media_type: 'image' } });
  expect(JSON.stringify(message)).not.toContain('base64');
  expect(await readReceivedStats(number)).toEqual({ messages: 1, media: 1 });
});

test('the recorded message kinds are told apart', async () => {
  const number = await t.makeNumber();
  await t.apply(number, ...recordedCalls('h07-messages.upsert-EVOLUTION', number));
  const kinds = (await readMessages(number)).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['image', 'text', 'text']);
});

test.each([
  ['extendedTextMessage', { extendedTextMessage: { text: 'x' } }, 'text'],
  ['audioMessage', { audioMessage: { mimetype: 'audio/ogg' } }, 'audio'],
  ['ephemeralMessage', { ephemeralMessage: { message: { imageMessage: { caption: 'c' } } } }, 'image'],
  [
    'documentWithCaptionMessage',
    { documentWithCaptionMessage: { message: { documentMessage: { fileName: 'a.pdf' } } } },
    'document',
  ],
  ['reactionMessage', { reactionMessage: { text: '👍' } }, 'reaction'],
  ['pollCreationMessageV3', { pollCreationMessageV3: { name: 'q' } }, 'poll'],
  ['somethingNew', { somethingNew: {} }, 'other'],
])('a message of type %s is kept', async (messageType, message, kind) => {
  const number = await t.makeNumber();
  await t.apply(number, received(number, { message, messageType }));
  expect((await readMessages(number))[0]).toMatchObject({ kind });
});

test('byte arrays and thumbnails of a message are dropped, and what is too long altogether', async () => {
  const number = await t.makeNumber();
  const bytes = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [n, n]));
  const image = { caption: 'c', jpegThumbnail: 'AAAA', fileSha256: bytes, mediaKey: Array(32).fill(1), height: 3 };
  const huge = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`key ${n}`, 'x'.repeat(20)]));
  // One after the other, for messages applied together may be of one millisecond and have no order.
  await t.apply(number, received(number, { message: { imageMessage: image }, messageType: 'imageMessage' }));
  await t.apply(number, received(number, { message: { other: huge }, messageType: 'other' }));
  const [bounded, dropped] = (await readMessages(number)).map(({ content }) => content.message);
  expect(bounded).toEqual({ imageMessage: { caption: 'c', height: 3 } });
  expect(dropped).toBeNull();
});

test('a message in a group names the chat and who wrote it', async () => {
  const number = await t.makeNumber();
  const key = { id: 'G1', remoteJid: '120363041234567890@g.us', fromMe: false, participant: '99@lid' };
  await t.apply(number, received(number, { key: { ...key, participantAlt: '5511777777777@s.whatsapp.net' } }));
  expect((await readEvents(t.database, number))[0]?.payload).toMatchObject({
    chat: '120363041234567890@g.us',
    participant: '99@lid',
    from: '5511777777777',
  });
});

test('U+0000 and lone surrogates are stored and told verbatim, and leave the message readable for SQL', async () => {
  const number = await t.makeNumber();
  const text = 'a\u0000b\ud800c';
  await t.apply(number, received(number, { message: { conversation: text }, key: key('id\u0000x') }));
  const [call] = await readStoredCalls(t.database, number);
  expect(call?.state).toBe('applied');
  expect(JSON.parse(String(call?.body)).data.message.conversation).toBe(text);
  expect((await readEvents(t.database, number))[0]?.payload).toMatchObject({ text, whatsapp_id: 'id\u0000x' });
  const { rows } = await sql<{ text: string; whatsapp_id: string }>`
    select content ->> 'text' as text, whatsapp_id from messages where phone_number_id = ${number.id}`.execute(
    t.database.db,
  );
  expect(rows).toEqual([{ text: 'a\ufffdb\ufffdc', whatsapp_id: 'id\ufffdx' }]);
});

test('wrong types inside a call harm nobody: the call is stored with a note', async () => {
  const number = await t.makeNumber();
  await t.apply(
    number,
    { event: 'messages.upsert', instance: number.backendName, data: { key: 7, message: [] } },
    { event: 'messages.upsert', instance: number.backendName, data: null },
    { event: 'messages.update', instance: number.backendName, data: { keyId: 'x', status: {} } },
    { event: 'never.heard.of', instance: number.backendName },
    received(number, { key: key('x'.repeat(300)) }),
  );
  const calls = await readStoredCalls(t.database, number);
  expect(calls.map(({ state }) => state)).toEqual(Array(5).fill('stored'));
  expect(calls.every(({ note }) => note !== null)).toBe(true);
});

test('a message the owner writes on the phone is known, and neither counted nor told', async () => {
  const number = await t.makeNumber();
  const own = received(number, { key: { ...key('OWN1'), fromMe: true } });
  await t.apply(number, own, own);
  expect(await readMessages(number)).toEqual([]);
  expect(await readEvents(t.database, number)).toEqual([]);
  expect(await readReceivedStats(number)).toBeUndefined();
  expect(await readWireRow(number, 'OWN1')).toMatchObject({ from_me: true, echoed_at: null, message_id: null });
  const states = (await readStoredCalls(t.database, number)).map(({ state }) => state);
  expect(states).toEqual(['applied', 'duplicate']);
});

test('an echo of a send is kept in the wire ledger and settles nothing', async () => {
  const number = await t.makeNumber();
  const echo = recordedCall('h44-WA-send.message-conversation', number);
  await t.apply(number, echo, echo);
  expect(await readWireRow(number, '3EB0198A6CA060A81A1F7B')).toMatchObject({
    from_me: true,
    echoed_at: expect.any(Date),
    message_id: null,
  });
  const states = (await readStoredCalls(t.database, number)).map(({ state }) => state);
  expect(states).toEqual(['applied', 'duplicate']);
});

test('an acknowledgement that comes before the received message does not hide it', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h25-business-messages.update', number));
  await t.apply(number, recordedCall('h23-business-messages.upsert-text', number));
  expect(await readMessages(number)).toMatchObject([{ whatsapp_id: 'wamid.IN1', status: 'received' }]);
  expect(await readReceivedStats(number)).toEqual({ messages: 1, media: 0 });
});

function key(id: string) {
  return { id, remoteJid: '5511888888888@s.whatsapp.net', fromMe: false };
}

function received(number: TestNumber, data: Record<string, unknown>): Call {
  return {
    event: 'messages.upsert',
    instance: number.backendName,
    date_time: '2026-11-20T12:10:47.409Z',
    data: {
      key: key(`ID-${Math.random()}`),
      message: { conversation: 'x' },
      messageType: 'conversation',
      messageTimestamp: 1795176647,
      ...data,
    },
  };
}

type MessageRow = { kind: string; status: string; content: Record<string, unknown>; whatsapp_id: string | null };

async function readMessages(number: TestNumber): Promise<MessageRow[]> {
  const rows = await t.database.db
    .selectFrom('messages')
    .selectAll()
    .where('phone_number_id', '=', number.id)
    .orderBy('id')
    .execute();
  return rows as unknown as MessageRow[];
}

async function readReceivedStats(number: TestNumber) {
  return t.database.db
    .selectFrom('message_stats')
    .select(['messages_received as messages', 'media_received as media'])
    .where('phone_number_id', '=', number.id)
    .executeTakeFirst();
}

async function readWireRow(number: TestNumber, waId: string) {
  return t.database.db
    .selectFrom('wire_messages')
    .selectAll()
    .where('phone_number_id', '=', number.id)
    .where('wa_id', '=', waId)
    .executeTakeFirst();
}
