import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../../support/gateway.ts';
import { type MediaServer, startMediaServer } from './media-server.ts';
import { messageRow, newRecipient, onTheWire, type Sender, startSender, usedUnits } from './support.ts';

const within = { timeout: 8_000, interval: 20 };

let sender: Sender;
let server: MediaServer;
let to: string;

beforeAll(async () => {
  server = await startMediaServer();
  sender = await startSender({
    overrides: {
      egress: { allowCidrs: ['127.0.0.1/32'] },
      messages: { answerWithinMs: 500, callWithinMs: 800 },
    },
  });
});
afterAll(async () => {
  await sender.gateway.close();
  await server.close();
});
beforeEach(() => {
  to = newRecipient();
});

const retry = (id: string, body?: Record<string, unknown>, headers = {}): Promise<Answer> =>
  sender.user.api('POST', `/api/messages/${id}/retry`, body, headers);
const show = async (id: string) => (await sender.user.api('GET', `/api/messages/${id}`)).body.message;

/** Sends while the backend refuses everything, definitely and before any sending. */
async function failing(send: () => Promise<Answer>): Promise<string> {
  const control = sender.gateway.sandboxes[0]?.control;
  const { bodyLimitBytes = 0 } = control?.knobs() ?? {};
  control?.setKnobs({ bodyLimitBytes: 20 });
  const answer = await send();
  control?.setKnobs({ bodyLimitBytes });
  expect(answer).toMatchObject({ status: 422, body: { code: 'backend_refused' } });
  return answer.body.message_id;
}

test('a failed message goes out as a new one that names it', async () => {
  const quoted = (await sender.sendText({ number: newRecipient() })).body.message_id;
  const used = await usedUnits(sender);
  const failed = await failing(() =>
    sender.sendText({ number: to, text: 'again', quoted, mentions: ['628111111111'] }),
  );
  const answer = await retry(failed);
  expect(answer).toMatchObject({ status: 200, body: { status: 'sent', to } });
  expect(answer.headers['x-quota-limit']).toBe('50000');
  const { message_id: id } = answer.body;
  expect(id).not.toBe(failed);
  expect(await show(id)).toMatchObject({ retry_of: failed, kind: 'text', content: { text: 'again' } });
  expect(await show(failed)).toMatchObject({ retry_of: null, status: 'failed' });
  expect(onTheWire(sender, to).sends).toMatchObject([{ text: 'again' }]);
  const rows = await Promise.all([failed, id].map((each) => messageRow(sender, each)));
  expect(rows[1]?.content).toEqual(rows[0]?.content);
  expect(rows[1]?.content).toMatchObject({ send_options: { mentions: ['628111111111'], quoted: { fromMe: true } } });
  expect(await usedUnits(sender)).toBe(used + 1);
});

test('an unknown message goes out again only because its user says so, and each try stands for itself', async () => {
  const unknown = newRecipient('0000501');
  const first = await sender.sendText({ number: unknown });
  expect(first).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  const again = await retry(first.body.message_id);
  expect(again).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  const third = await retry(again.body.message_id);
  expect(await show(third.body.message_id)).toMatchObject({ retry_of: again.body.message_id, status: 'unknown' });
  expect(onTheWire(sender, unknown).calls).toBe(3);
});

test('a retry may wait', async () => {
  const failed = await failing(() => sender.sendText({ number: to }));
  const answer = await retry(failed, { async: true, priority: 'high' });
  expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
  await vi.waitFor(() => expect(onTheWire(sender, to).sends).toHaveLength(1), within);
  expect(await show(answer.body.message_id)).toMatchObject({ retry_of: failed });
  const scheduled = await retry(failed, { send_at: new Date(Date.now() + 3_600_000).toISOString() });
  expect(scheduled).toMatchObject({ status: 202, body: { status: 'scheduled' } });
});

test('an option of the retry takes the place of the old one', async () => {
  const failed = await failing(() => sender.sendText({ number: to, delay: 1, mentions: ['628111111111'] }));
  const answer = await retry(failed, { mentions: ['628222222222'] });
  expect((await messageRow(sender, answer.body.message_id)).content).toMatchObject({
    send_options: { delay_ms: 1, mentions: ['628222222222'] },
  });
});

test('a key makes a repeated retry one message', async () => {
  const failed = await failing(() => sender.sendText({ number: to }));
  const other = await failing(() => sender.sendText({ number: to }));
  const headers = { 'idempotency-key': 'retry-1' };
  const answers = await Promise.all([retry(failed, {}, headers), retry(failed, {}, headers)]);
  const later = await retry(failed, undefined, headers);
  expect(new Set([...answers, later].map(({ body }) => body.message_id)).size).toBe(1);
  expect(await retry(other, {}, headers)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  expect(onTheWire(sender, to).sends).toHaveLength(1);
});

test.each(['accepted', 'scheduled', 'sending', 'sent', 'delivered', 'read', 'played', 'expired', 'cancelled'])(
  'a message that is %s cannot be sent again',
  async (status) => {
    const id = randomUUID();
    await sql`insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content,
        due_at, expires_at, lease_until)
      values (${id}, ${sender.user.id}, ${sender.number.id}, 'outbound', 'text', ${to}, ${status}, '{"text":"hi"}',
        now() + interval '1 day', now() + interval '2 days', now() + interval '1 day')`.execute(
      sender.gateway.database.db,
    );
    expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'not_retryable', message_status: status } });
    expect(onTheWire(sender, to).calls).toBe(0);
  },
);

test("a received message cannot be sent again, and another user's or none is not found", async () => {
  const received = randomUUID();
  await sql`insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content)
    values (${received}, ${sender.user.id}, ${sender.number.id}, 'inbound', 'text', ${to}, 'received', '{"text":"hi"}')`.execute(
    sender.gateway.database.db,
  );
  expect(await retry(received)).toMatchObject({ status: 409, body: { code: 'not_retryable' } });
  const failed = await failing(() => sender.sendText({ number: to }));
  const stranger = await sender.gateway.signUp();
  const theirs = await stranger.api('POST', `/api/messages/${failed}/retry`);
  const never = await retry(randomUUID());
  const malformed = await retry('no-id');
  for (const answer of [theirs, never, malformed]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', detail: 'Message not found.' } });
  }
});

test('media by URL is fetched again', async () => {
  const bytes = randomBytes(500);
  const mediaUrl = server.serve('retry.jpg', (response) =>
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(bytes),
  );
  const failed = await failing(() => sender.sendMedia({ number: to, mediaUrl, caption: 'look' }));
  const answer = await retry(failed);
  expect(answer.status).toBe(200);
  expect(server.asked.filter((path) => path === '/retry.jpg')).toHaveLength(2);
  expect(await show(answer.body.message_id)).toMatchObject({ content: { caption: 'look', media_url: mediaUrl } });
});

test('media that came with its request and is not kept cannot be sent again', async () => {
  const mediaBase64 = randomBytes(300).toString('base64');
  const failed = await failing(() => sender.sendMedia({ number: to, mediaBase64 }));
  for (const body of [{}, { async: true }]) {
    expect(await retry(failed, body)).toMatchObject({ status: 422, body: { code: 'media_unavailable' } });
  }
});

test('media that is still kept is sent again, and no more once it is gone', async () => {
  const bytes = randomBytes(300);
  const absent = newRecipient('0000404');
  const waiting = await sender.sendMedia({ number: absent, mediaBase64: bytes.toString('base64'), async: true });
  const id = waiting.body.message_id;
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('failed'), within);
  const again = await retry(id);
  expect(again).toMatchObject({ status: 422, body: { code: 'recipient_not_on_whatsapp' } });
  expect(onTheWire(sender, absent).calls).toBe(2);
  const { db } = sender.gateway.database;
  await sql`delete from media_blobs where id in (select media_blob_id from messages where id = ${id})`.execute(db);
  for (const body of [{}, { async: true }]) {
    expect(await retry(id, body)).toMatchObject({ status: 422, body: { code: 'media_unavailable' } });
  }
  expect(onTheWire(sender, absent).calls).toBe(2);
});

test('the number of a message that is deleted sends nothing again', async () => {
  const number = await sender.gateway.connectNumber(sender.user);
  const failed = await failing(() =>
    sender.user.api('POST', '/api/messages/send-text', { token: number.token, number: to, text: 'hi' }),
  );
  await sender.user.api('DELETE', `/api/phone-numbers/${number.id}`);
  expect(await retry(failed)).toMatchObject({ status: 404, body: { detail: 'Phone number not found.' } });
});
