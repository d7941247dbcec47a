import { sql } from 'kysely';
import { expect } from 'vitest';
import type { LedgerSend } from '../../../src/sandbox/index.ts';
import {
  type Answer,
  type GatewayOptions,
  startGateway,
  type TestGateway,
  type TestNumber,
  type TestUser,
} from '../../support/gateway.ts';

export type Sender = {
  gateway: TestGateway;
  user: TestUser;
  number: TestNumber;
  sendText(body?: Record<string, unknown>): Promise<Answer>;
  sendMedia(body: Record<string, unknown>): Promise<Answer>;
};

/** A gateway with one user who has one connected number. */
export async function startSender(options: GatewayOptions = {}): Promise<Sender> {
  const gateway = await startGateway(options);
  const user = await gateway.signUp();
  return senderOf(gateway, user, await gateway.connectNumber(user));
}

export function senderOf(gateway: TestGateway, user: TestUser, number: TestNumber): Sender {
  const usual = { token: number.token, number: '628123456789' };
  return {
    gateway,
    user,
    number,
    sendText: (body = {}) => user.api('POST', '/api/messages/send-text', { ...usual, text: 'hi', ...body }),
    sendMedia: (body) => user.api('POST', '/api/messages/send-media', { ...usual, mediaType: 'image', ...body }),
  };
}

/** The same sender, calling another gateway on the same database. */
export function through(gateway: TestGateway, { user, number }: Sender): Sender {
  const api: TestUser['api'] = async (method, url, body, headers = {}) => {
    const answer = await gateway.app.inject({
      method: method ?? 'GET',
      url,
      headers: { 'x-api-key': user.apiKey, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  return senderOf(gateway, { ...user, api }, number);
}

export async function usedUnits({ gateway, user }: Pick<Sender, 'gateway' | 'user'>): Promise<number> {
  const row = await gateway.database.db
    .selectFrom('usage')
    .select((eb) => eb.fn.sum<string>('used').as('used'))
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow();
  return Number(row.used ?? 0);
}

export type MessageRow = {
  status: string;
  status_reason: string | null;
  whatsapp_id: string | null;
  remote_jid: string;
  kind: string;
  content: unknown;
  lease_until: Date | null;
};

export function messageRow({ gateway }: Pick<Sender, 'gateway'>, id: string): Promise<MessageRow> {
  return gateway.database.db
    .selectFrom('messages')
    .select(['status', 'status_reason', 'whatsapp_id', 'remote_jid', 'kind', 'content', 'lease_until'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** The types of the events about one message, in their order. */
export async function eventsOfMessage({ gateway }: Pick<Sender, 'gateway'>, messageId: string): Promise<string[]> {
  const rows = await gateway.database.db
    .selectFrom('events')
    .select('type')
    .where('message_id', '=', messageId)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => row.type);
}

export async function statsOf({ gateway, number }: Pick<Sender, 'gateway' | 'number'>) {
  const row = await gateway.database.db
    .selectFrom('message_stats')
    .select(['messages_sent', 'media_sent', 'messages_failed'])
    .where('phone_number_id', '=', number.id)
    .executeTakeFirst();
  return row ?? { messages_sent: 0, media_sent: 0, messages_failed: 0 };
}

/** What left for this recipient, and how many calls a backend got about it. */
export function onTheWire({ gateway }: Pick<Sender, 'gateway'>, recipient: string) {
  const sends: LedgerSend[] = [];
  let calls = 0;
  for (const { control } of gateway.sandboxes) {
    sends.push(...control.ledger.sends({ number: recipient }));
    calls += control.ledger
      .calls()
      .filter(({ body }) => (body as { number?: string } | null)?.number === recipient).length;
  }
  return { sends, calls };
}

export function sendCalls({ gateway }: Pick<Sender, 'gateway'>): number {
  return gateway.sandboxes.flatMap(({ control }) =>
    control.ledger.calls().filter(({ url }) => url.startsWith('/message/')),
  ).length;
}

let recipients = 0;

/** A number that nothing was sent to yet, ending in the given digits. */
export function newRecipient(ending = ''): string {
  return `6281${String(++recipients).padStart(4, '0')}${ending.padStart(7, '0')}`;
}

/**
 * Whether all records of a user's sends say the same: units, messages, statistics, the wire ledger and the events, whose
 * sequence has no gap; and that the backends' own ledgers know each sent message exactly once.
 */
export async function expectExactRecords({ gateway, user }: Pick<Sender, 'gateway' | 'user'>): Promise<void> {
  const { rows } = await sql<Record<string, number>>`
    with mine as (select * from messages where user_id = ${user.id} and direction = 'outbound'),
    settled as (select * from events where user_id = ${user.id}
      and type in ('message.sent', 'message.failed', 'message.unknown'))
    select
      (select coalesce(sum(used), 0) from usage where user_id = ${user.id})::int as used,
      (select count(*) from mine where status <> 'failed') as kept,
      (select count(*) from mine where status = 'sending') as sending,
      (select count(*) from mine where status in ('sent', 'delivered', 'read', 'played')) as sent,
      (select count(*) from mine where status = 'failed') as failed,
      (select coalesce(sum(messages_sent), 0) from message_stats s join phone_numbers n on n.id = s.phone_number_id
        where n.user_id = ${user.id})::int as "sentCounted",
      (select coalesce(sum(messages_failed), 0) from message_stats s join phone_numbers n on n.id = s.phone_number_id
        where n.user_id = ${user.id})::int as "failedCounted",
      (select count(*) from wire_messages w join mine m on m.id = w.message_id and m.whatsapp_id = w.wa_id) as wired,
      (select count(*) from settled where type = 'message.sent') as "sentEvents",
      (select count(distinct message_id) from settled where type = 'message.sent') as "sentEventsDistinct",
      (select count(*) from settled where type = 'message.failed') as "failedEvents",
      (select count(*) from mine where not exists (select 1 from settled s where s.message_id = mine.id)) as unheard,
      (select count(*) from events where user_id = ${user.id}) as events,
      (select coalesce(max(sequence), 0) from events where user_id = ${user.id}) as "lastSequence",
      (select coalesce(min(sequence), 1) from events where user_id = ${user.id}) as "firstSequence",
      (select coalesce(max(sequence), 0) from event_cursors where user_id = ${user.id}) as "cursor"
  `.execute(gateway.database.db);
  const is = rows[0];
  if (is === undefined) throw new Error('no row');
  expect(is).toEqual({
    ...is,
    sending: 0,
    used: is.kept,
    sentCounted: is.sent,
    failedCounted: is.failed,
    wired: is.sent,
    sentEvents: is.sent,
    sentEventsDistinct: is.sent,
    failedEvents: is.failed,
    unheard: 0,
    lastSequence: is.events,
    firstSequence: 1,
    cursor: is.events,
  });

  const known = await gateway.database.db
    .selectFrom('messages')
    .select('whatsapp_id')
    .where('user_id', '=', user.id)
    .where('direction', '=', 'outbound')
    .where('whatsapp_id', 'is not', null)
    .execute();
  const left = new Map<string, number>();
  for (const { control } of gateway.sandboxes) {
    for (const { id } of control.ledger.sends()) left.set(id, (left.get(id) ?? 0) + 1);
  }
  expect(known.filter((row) => left.get(row.whatsapp_id ?? '') !== 1)).toEqual([]);
  expect(new Set(known.map((row) => row.whatsapp_id)).size).toBe(is.sent);
}
