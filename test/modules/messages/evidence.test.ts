import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outbound } from '../../../src/evolution/outbound.ts';
import { fingerprintOf } from '../../../src/modules/messages/drafts/fingerprint.ts';
import { createSettleByEvidence } from '../../../src/modules/messages/evidence/settle-by-evidence.ts';
import {
  type Call,
  type InboundTest,
  ids,
  logger,
  readEvents,
  startInbound,
  type TestNumber,
} from '../inbound/support.ts';

let inbound: InboundTest;
let number: TestNumber;

beforeAll(async () => {
  inbound = await startInbound();
});
afterAll(() => inbound.close());

const settleByEvidence = () => createSettleByEvidence({ db: inbound.database.db, ids, logger })();

type Made = { to?: string; outbound?: Outbound; status?: 'unknown' | 'sending'; calledSecondsAgo?: number };

const hello: Outbound = { kind: 'text', text: 'hello' };

/** A message as a call without an answer leaves it. */
async function makeMessage(made: Made = {}): Promise<string> {
  const { to = '5511888888888', outbound = hello, status = 'unknown', calledSecondsAgo = 60 } = made;
  const id = ids.uuidv7();
  const calledAt = sql<Date>`app_now() - make_interval(secs => ${calledSecondsAgo})`;
  await inbound.database.db
    .insertInto('messages')
    .values({
      id,
      user_id: number.userId,
      phone_number_id: number.id,
      direction: 'outbound',
      kind: outbound.kind,
      remote_jid: to,
      status,
      status_reason: status === 'unknown' ? 'timeout' : null,
      content: JSON.stringify({}),
      fingerprint: fingerprintOf(outbound),
      called_at: calledAt,
      lease_until: status === 'sending' ? sql<Date>`app_now() + interval '90 seconds'` : null,
      unknown_at: status === 'unknown' ? sql<Date>`app_now()` : null,
    })
    .execute();
  return id;
}

let echoes = 0;

function echoOf(text: string, fields: { jid?: string; alt?: string; id?: string; message?: object } = {}): Call {
  const id = fields.id ?? `3EB0EVIDENCE${String(++echoes).padStart(6, '0')}`;
  return {
    event: 'send.message',
    instance: number.backendName,
    date_time: new Date().toISOString(),
    data: {
      key: {
        id,
        fromMe: true,
        remoteJid: fields.jid ?? '5511888888888@s.whatsapp.net',
        ...(fields.alt === undefined ? {} : { remoteJidAlt: fields.alt }),
      },
      status: 'PENDING',
      message: fields.message ?? { conversation: text },
      messageType: 'conversation',
      messageTimestamp: Math.floor(Date.now() / 1_000),
      source: 'web',
    },
  };
}

const idOf = (echo: Call) => (echo.data as { key: { id: string } }).key.id;

function acknowledgement(waId: string, status: string): Call {
  return {
    event: 'messages.update',
    instance: number.backendName,
    data: { keyId: waId, remoteJid: '5511888888888@s.whatsapp.net', fromMe: true, status },
  };
}

async function messageOf(id: string) {
  return inbound.database.db
    .selectFrom('messages')
    .select(['status', 'status_reason', 'evidence', 'whatsapp_id', 'sent_at', 'played_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

async function statusesOf(messageIds: readonly string[]): Promise<string[]> {
  return Promise.all(messageIds.map(async (id) => (await messageOf(id)).status));
}

async function sentCounted(): Promise<number> {
  const row = await inbound.database.db
    .selectFrom('message_stats')
    .select('messages_sent')
    .where('phone_number_id', '=', number.id)
    .executeTakeFirst();
  return row?.messages_sent ?? 0;
}

const sentEvents = async () =>
  (await readEvents(inbound.database, number)).filter(({ type }) => type === 'message.sent');

test('many that nothing proves keep none from being proven', async () => {
  number = await inbound.makeNumber();
  const { db } = inbound.database;
  await sql`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, fingerprint,
      called_at, unknown_at)
    select gen_random_uuid(), ${number.userId}, ${number.id}, 'outbound', 'text', (628100000000 + n)::text, 'unknown', '{}',
      ${fingerprintOf(hello)}, app_now() - interval '2 hours', app_now() - interval '1 hour'
    from generate_series(1, 2000) n`.execute(db);
  await sql`
    insert into wire_messages (phone_number_id, wa_id, remote_jid, from_me, kind, fingerprint, first_seen_at, echoed_at)
    select ${number.id}, 'PAST' || n, (628200000000 + n) || '@s.whatsapp.net', true, 'text', ${fingerprintOf(hello)},
      app_now(), app_now()
    from generate_series(1, 2000) n`.execute(db);
  const id = await makeMessage();
  await inbound.apply(number, echoOf('hello'));
  await settleByEvidence();
  expect(await messageOf(id)).toMatchObject({ status: 'sent', evidence: 'echo' });
});

describe('an unknown message', () => {
  beforeAll(async () => {
    number = await inbound.makeNumber();
  });

  test('becomes sent by its echo: with its id, an event that says so, and counted once', async () => {
    number = await inbound.makeNumber();
    const id = await makeMessage();
    const echo = echoOf('hello');
    await inbound.apply(number, echo);
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({
      status: 'sent',
      status_reason: null,
      evidence: 'echo',
      whatsapp_id: idOf(echo),
      sent_at: expect.any(Date),
    });
    const events = await sentEvents();
    expect(events).toEqual([
      {
        type: 'message.sent',
        message_id: id,
        payload: expect.objectContaining({
          message_id: id,
          status: 'sent',
          evidence: 'echo',
          whatsapp_id: idOf(echo),
          to: '5511888888888',
          remote_jid: '5511888888888@s.whatsapp.net',
        }),
      },
    ]);
    await inbound.apply(number, echo);
    await settleByEvidence();
    expect(await sentEvents()).toEqual(events);
    expect(await sentCounted()).toBe(1);
  });

  test('becomes sent also by an echo that came before it was unknown', async () => {
    number = await inbound.makeNumber();
    const id = await makeMessage({ status: 'sending' });
    await inbound.apply(number, echoOf('hello'));
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'sending' });
    await inbound.database.db
      .updateTable('messages')
      .set({ status: 'unknown', status_reason: 'process_ended', unknown_at: sql<Date>`app_now()` })
      .where('id', '=', id)
      .execute();
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'sent', evidence: 'echo' });
  });

  test('gets the acknowledgements that came with its echo or before it', async () => {
    number = await inbound.makeNumber();
    const id = await makeMessage();
    const echo = echoOf('hello');
    await inbound.apply(number, acknowledgement(idOf(echo), 'DELIVERY_ACK'));
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'unknown', status_reason: 'timeout' });
    await inbound.apply(number, acknowledgement(idOf(echo), 'READ'), echo);
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'read', evidence: 'echo' });
    const types = (await readEvents(inbound.database, number)).map(({ type }) => type);
    expect(types).toEqual(['message.sent', 'message.delivered', 'message.read']);
    await inbound.apply(number, acknowledgement(idOf(echo), 'PLAYED'));
    expect(await messageOf(id)).toMatchObject({ status: 'played', played_at: expect.any(Date) });
    expect((await readEvents(inbound.database, number)).at(-1)).toMatchObject({
      type: 'message.played',
      payload: { message_id: id, status: 'played' },
    });
  });

  test('stays unknown, and says why, by what the owner typed, by other content and by an older echo', async () => {
    number = await inbound.makeNumber();
    const id = await makeMessage({ calledSecondsAgo: -30 });
    await inbound.apply(
      number,
      { ...echoOf('hello'), event: 'messages.upsert' },
      echoOf('hello!'),
      echoOf('hello', { jid: '5511777777777@s.whatsapp.net' }),
      echoOf('hello'),
    );
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'unknown', status_reason: 'timeout', evidence: null });
    expect(await sentCounted()).toBe(0);
  });

  test('is not proven by an echo that a twin in flight may claim', async () => {
    number = await inbound.makeNumber();
    const id = await makeMessage();
    const twin = await makeMessage({ status: 'sending', calledSecondsAgo: 1 });
    await inbound.apply(number, echoOf('hello'));
    await settleByEvidence();
    expect(await statusesOf([id, twin])).toEqual(['unknown', 'sending']);
    await inbound.apply(number, echoOf('hello', { message: { conversation: 'other' } }));
    await inbound.database.db
      .updateTable('messages')
      .set({ status: 'failed', lease_until: null })
      .where('id', '=', twin)
      .execute();
    await settleByEvidence();
    expect(await messageOf(id)).toMatchObject({ status: 'sent' });
  });
});

test.each([
  ['Brazil, with the 9 or without', '5531988887777', '553188887777@s.whatsapp.net'],
  ['Mexico, with the 1 or without', '5215512345678', '525512345678@s.whatsapp.net'],
  ['Argentina, with the 9 or without', '5491123456789', '541123456789@s.whatsapp.net'],
  ['a server that keeps numbers as they are given', '5511888888888', '5511888888888'],
  ['a device in the address', '5511888888888', '5511888888888:7@s.whatsapp.net'],
  ['a group', '120363025246125486@g.us', '120363025246125486@g.us'],
])('the recipient is known in all its forms: %s', async (_name, to, jid) => {
  number = await inbound.makeNumber();
  const id = await makeMessage({ to });
  await inbound.apply(number, echoOf('hello', { jid }));
  await settleByEvidence();
  expect(await messageOf(id)).toMatchObject({ status: 'sent' });
});

test('a hidden address counts only where the backend told who is behind it', async () => {
  number = await inbound.makeNumber();
  const id = await makeMessage();
  const lid = '99887766554433@lid';
  await inbound.apply(number, echoOf('hello', { jid: lid }));
  await settleByEvidence();
  expect(await messageOf(id)).toMatchObject({ status: 'unknown' });
  await inbound.apply(number, {
    event: 'messages.upsert',
    instance: number.backendName,
    data: {
      key: { id: 'IN-LID', fromMe: false, remoteJid: lid, remoteJidAlt: '5511888888888@s.whatsapp.net' },
      message: { conversation: 'hi' },
      messageType: 'conversation',
      messageTimestamp: 1_795_176_644,
    },
  });
  const echo = echoOf('hello', { jid: lid });
  await inbound.apply(number, echo);
  await settleByEvidence();
  expect(await messageOf(id)).toMatchObject({ status: 'sent' });
});

test('of twins as many become sent as there are echoes, the oldest first, whoever looks at once', async () => {
  number = await inbound.makeNumber();
  const messageIds: string[] = [];
  for (let index = 0; index < 6; index++) messageIds.push(await makeMessage({ calledSecondsAgo: 60 - index }));
  await inbound.apply(number, echoOf('hello'), echoOf('hello'), echoOf('hello'), echoOf('hello'));
  const others = [1, 2, 3].map(() => inbound.database.connect().db);
  await Promise.all([
    settleByEvidence(),
    ...others.map((db) => createSettleByEvidence({ db, ids, logger })()),
    settleByEvidence(),
  ]);
  expect(await statusesOf(messageIds)).toEqual(['sent', 'sent', 'sent', 'sent', 'unknown', 'unknown']);
  const claimed = await inbound.database.db
    .selectFrom('wire_messages')
    .select(['wa_id', 'message_id'])
    .where('phone_number_id', '=', number.id)
    .execute();
  expect(new Set(claimed.map((row) => row.message_id))).toEqual(new Set(messageIds.slice(0, 4)));
  expect(await sentCounted()).toBe(4);
  expect((await sentEvents()).map(({ message_id }) => message_id).sort()).toEqual(messageIds.slice(0, 4).sort());
});

test('a voice note, whose bytes change on the way, is proven only while it is the only one', async () => {
  number = await inbound.makeNumber();
  const voice: Outbound = { kind: 'voice', media: Buffer.from('ogg').toString('base64') };
  const message = { audioMessage: { ptt: true, fileSha256: { 0: 1, 1: 2, 2: 3 } } };
  const first = await makeMessage({ outbound: voice });
  const second = await makeMessage({ outbound: voice });
  await inbound.apply(number, echoOf('', { message }));
  await settleByEvidence();
  expect(await statusesOf([first, second])).toEqual(['unknown', 'unknown']);

  number = await inbound.makeNumber();
  const only = await makeMessage({ outbound: voice });
  await inbound.apply(number, echoOf('', { message }));
  await settleByEvidence();
  expect(await messageOf(only)).toMatchObject({ status: 'sent', evidence: 'echo' });
});
