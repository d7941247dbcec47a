import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { newRecipient, onTheWire, type Sender, sendCalls, startSender, usedUnits } from './support.ts';

const hour = 3_600_000;
const within = { timeout: 8_000, interval: 20 };

let sender: Sender;
let to: string;

beforeAll(async () => {
  sender = await startSender();
});
afterAll(() => sender.gateway.close());
beforeEach(() => {
  to = newRecipient();
});

const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();

async function rowOf(id: string) {
  const { rows } = await sql<{
    status: string;
    quotaDay: string | null;
    dueInMs: number | null;
    livesMs: number | null;
    priority: number;
    turnInMs: number | null;
    content: Record<string, unknown>;
  }>`
    select m.status, m.quota_day::text as "quotaDay", m.priority, m.content,
      extract(epoch from m.due_at - now()) * 1000 as "dueInMs",
      extract(epoch from m.expires_at - m.due_at) * 1000 as "livesMs",
      (select extract(epoch from t.due_at - now()) * 1000 from send_turns t
        where t.phone_number_id = m.phone_number_id) as "turnInMs"
    from messages m where m.id = ${id}`.execute(sender.gateway.database.db);
  const [row] = rows;
  if (row === undefined) throw new Error('no such message');
  return {
    ...row,
    dueInMs: Number(row.dueInMs),
    livesMs: Number(row.livesMs),
    turnInMs: row.turnInMs === null ? null : Number(row.turnInMs),
  };
}

async function refused(body: Record<string, unknown>): Promise<{ status: number; code: string; detail: string }> {
  const before = { used: await usedUnits(sender), calls: sendCalls(sender) };
  const answer = await sender.sendText({ number: to, ...body });
  expect({ used: await usedUnits(sender), calls: sendCalls(sender) }).toEqual(before);
  return { status: answer.status, code: answer.body.code, detail: answer.body.detail };
}

test('an asynchronous send is answered with 202 once it is stored, and leaves by itself', async () => {
  const used = await usedUnits(sender);
  const { status, body, headers } = await sender.sendText({ number: to, async: true });
  expect(status).toBe(202);
  expect(body).toEqual({ success: true, message_id: expect.any(String), status: 'accepted', to, sandbox: true });
  expect(headers).toMatchObject({ 'x-quota-limit': '50000', 'x-quota-remaining': String(50_000 - used - 1) });
  expect(headers).not.toHaveProperty('preference-applied');
  expect(await usedUnits(sender)).toBe(used + 1);
  await vi.waitFor(() => expect(onTheWire(sender, to)).toMatchObject({ calls: 1 }), within);
});

test.each([
  ['respond-async', true],
  ['Respond-Async, wait=10', true],
  ['wait=10,respond-async;x=1', true],
  ['respond-asynchronously', false],
  ['return=minimal', false],
])('Prefer: %s', async (prefer, isAsync) => {
  const answer = await sender.user.api(
    'POST',
    '/api/messages/send-text',
    { token: sender.number.token, number: to, text: 'hi' },
    { prefer },
  );
  expect(answer.status).toBe(isAsync ? 202 : 200);
  expect(answer.headers['preference-applied']).toBe(isAsync ? 'respond-async' : undefined);
});

test('what the body says of async outweighs the header', async () => {
  const { token } = sender.number;
  const answer = await sender.user.api(
    'POST',
    '/api/messages/send-text',
    { token, number: to, text: 'hi', async: false },
    { prefer: 'respond-async' },
  );
  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('preference-applied');
});

test('a scheduled message takes no unit before its time, and gives its number a turn then', async () => {
  const used = await usedUnits(sender);
  const sendAt = ahead(hour);
  const { status, body, headers } = await sender.sendText({ number: to, send_at: sendAt, priority: 'high' });
  expect(status).toBe(202);
  expect(body).toEqual({
    success: true,
    message_id: expect.any(String),
    status: 'scheduled',
    to,
    send_at: sendAt,
    sandbox: true,
  });
  expect(headers['x-quota-remaining']).toBe(String(50_000 - used));
  expect(await usedUnits(sender)).toBe(used);
  const row = await rowOf(body.message_id);
  expect(row).toMatchObject({ status: 'scheduled', quotaDay: null, priority: 1, livesMs: 24 * hour });
  expect(Math.abs(row.dueInMs - hour)).toBeLessThan(60_000);
  expect(onTheWire(sender, to).calls).toBe(0);
});

test('a turn that is due earlier stays as it is, a later one comes forward', async () => {
  const user = await sender.gateway.signUp();
  const number = await sender.gateway.connectNumber(user);
  const schedule = async (ms: number) => {
    const body = { token: number.token, number: to, text: 'hi', send_at: ahead(ms) };
    return (await user.api('POST', '/api/messages/send-text', body)).body.message_id as string;
  };
  const turnAfter = async (ms: number) => (await rowOf(await schedule(ms))).turnInMs ?? 0;
  expect(Math.abs((await turnAfter(2 * hour)) - 2 * hour)).toBeLessThan(60_000);
  expect(Math.abs((await turnAfter(3 * hour)) - 2 * hour)).toBeLessThan(60_000);
  expect(Math.abs((await turnAfter(hour)) - hour)).toBeLessThan(60_000);
});

test('expires_in counts from the time it is to leave', async () => {
  const { body } = await sender.sendText({ number: to, send_at: ahead(hour), expires_in: 60, priority: 'low' });
  expect(await rowOf(body.message_id)).toMatchObject({ livesMs: 60_000, priority: -1 });
});

test('the options of a message that waits are kept with it, and with one that does not', async () => {
  const quotedAnswer = await sender.sendText({ number: to });
  const options = {
    delay: 5,
    quoted: quotedAnswer.body.message_id,
    mentions: ['+628111111111'],
    mentions_everyone: true,
  };
  const waiting = await sender.sendText({ number: to, send_at: ahead(hour), ...options });
  const sent = await sender.sendText({ number: to, ...options });
  expect([waiting.status, sent.status]).toEqual([202, 200]);
  for (const { body } of [waiting, sent]) {
    expect((await rowOf(body.message_id)).content).toEqual({
      text: 'hi',
      send_options: {
        quoted: { id: quotedAnswer.body.whatsapp_id, remoteJid: `${to}@s.whatsapp.net`, fromMe: true },
        mentions: ['628111111111'],
        mentions_everyone: true,
        delay_ms: 5,
      },
    });
  }
  const plain = await sender.sendText({ number: to });
  expect((await rowOf(plain.body.message_id)).content).toEqual({ text: 'hi' });
});

test('a message is quoted by its WhatsApp id as well', async () => {
  const first = await sender.sendText({ number: to });
  const answer = await sender.sendText({ number: to, quoted: first.body.whatsapp_id });
  expect(answer.status).toBe(200);
  const { content } = await rowOf(answer.body.message_id);
  expect(content).toMatchObject({ send_options: { quoted: { id: first.body.whatsapp_id, fromMe: true } } });
});

test('a message that nobody has heard of, or of another number, cannot be quoted', async () => {
  const other = await sender.gateway.signUp();
  const theirs = await other.api('POST', '/api/messages/send-text', {
    token: (await sender.gateway.connectNumber(other)).token,
    number: to,
    text: 'hi',
  });
  for (const quoted of [theirs.body.message_id, theirs.body.whatsapp_id, 'NOBODY', sender.number.instanceName]) {
    expect(await refused({ quoted })).toMatchObject({ status: 404, code: 'not_found' });
    expect(await refused({ quoted, async: true })).toMatchObject({ status: 404, code: 'not_found' });
  }
});

test('a number that is offline takes what may wait, and refuses what may not', async () => {
  const user = await sender.gateway.signUp();
  const created = await user.api('POST', '/api/phone-numbers/create', { display_name: 'Never scanned' });
  const { token } = created.body.phone_number;
  const send = (body: Record<string, unknown>) =>
    user.api('POST', '/api/messages/send-text', { token, number: to, text: 'hi', ...body });
  expect(await send({})).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  expect(await send({ async: true })).toMatchObject({ status: 202, body: { status: 'accepted' } });
});

test('a day without units refuses what leaves today, and takes what is scheduled', async () => {
  const user = await sender.gateway.signUp();
  const { token } = await sender.gateway.connectNumber(user);
  await sql`insert into usage (user_id, day, used) values (${user.id}, app_today(), 50000)`.execute(
    sender.gateway.database.db,
  );
  const send = (body: Record<string, unknown>) =>
    user.api('POST', '/api/messages/send-text', { token, number: to, text: 'hi', ...body });
  expect(await send({ async: true })).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
  expect(await send({ send_at: ahead(hour) })).toMatchObject({ status: 202, body: { status: 'scheduled' } });
});

test.each([
  [{ expires_in: 60 }, 'expires_in is for a message that waits'],
  [{ priority: 'high' }, 'priority is for a message that waits'],
  [{ async: false, expires_in: 60 }, 'expires_in is for a message that waits'],
  [{ async: false, send_at: '2099-01-01T00:00:00Z' }, 'send_at needs async'],
  [{ send_at: '2020-01-01T00:00:00Z' }, 'send_at must lie ahead'],
  [{ send_at: '2099-01-01T00:00:00Z' }, 'send_at must lie ahead'],
  [{ send_at: '2027-02-30T00:00:00Z' }, 'send_at'],
  [{ send_at: 'tomorrow' }, 'send_at'],
  [{ send_at: 1 }, 'send_at'],
  [{ async: 'yes' }, 'async'],
  [{ async: true, expires_in: 0 }, 'expires_in'],
  [{ async: true, expires_in: 604_801 }, 'expires_in'],
  [{ async: true, priority: 'urgent' }, 'priority'],
  [{ delay: 20_001 }, 'delay'],
  [{ mentions: [] }, 'mentions'],
  [{ mentions: ['abc'] }, 'mentions'],
  [{ quoted: '' }, 'quoted'],
])('%o is a bad request', async (body, says) => {
  const answer = await refused(body);
  expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.detail).toContain(says);
});

test('media is checked before it is accepted, and kept until it leaves', async () => {
  const media = (body: Record<string, unknown>) => sender.sendMedia({ number: to, send_at: ahead(hour), ...body });
  expect(await media({ mediaUrl: 'http://127.0.0.1/a.jpg' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_url' },
  });
  expect(await media({ mediaBase64: '!' })).toMatchObject({ status: 400, body: { code: 'invalid_media' } });
  expect(await media({})).toMatchObject({ status: 400, body: { code: 'invalid_media' } });
  const bytes = Buffer.from('a picture');
  const kept = await media({ mediaBase64: bytes.toString('base64'), caption: 'c' });
  expect(kept.status).toBe(202);
  const { rows } = await sql<{ bytes: Buffer; content: Record<string, unknown> }>`
    select b.bytes, m.content from messages m join media_blobs b on b.id = m.media_blob_id
    where m.id = ${kept.body.message_id}`.execute(sender.gateway.database.db);
  expect(rows[0]).toMatchObject({ bytes, content: { caption: 'c', bytes: bytes.length } });
  expect(JSON.stringify(rows[0]?.content)).not.toContain(bytes.toString('base64'));
});
