import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPool } from '../../../src/platform/database/connect.ts';
import { startTcpProxy } from '../../platform/database/tcp-proxy.ts';
import { type Answer, startGateway, type TestGateway } from '../../support/gateway.ts';
import {
  eventsOfMessage,
  messageRow,
  newRecipient,
  onTheWire,
  type Sender,
  senderOf,
  startSender,
  through,
  usedUnits,
} from './support.ts';

const quick = { messages: { answerWithinMs: 1_000, callWithinMs: 3_000, uncertainForMs: 300 } };
const within = { timeout: 8_000, interval: 20 };

let sender: Sender;
/** The same user at another process. */
let second: TestGateway;
let elsewhere: Sender;

beforeAll(async () => {
  sender = await startSender({ overrides: quick });
  second = await startGateway({ beside: sender.gateway, overrides: quick });
  elsewhere = through(second, sender);
});
afterAll(async () => {
  await second.close();
  await sender.gateway.close();
});

let keys = 0;
const newKey = () => `key-${++keys}`;

function sendText(from: Sender, key: string, body: Record<string, unknown>, headers = {}): Promise<Answer> {
  return from.user.api(
    'POST',
    '/api/messages/send-text',
    { token: from.number.token, number: '628123456789', text: 'hi', ...body },
    { 'idempotency-key': key, ...headers },
  );
}

async function failWithKey(key: string): Promise<Answer> {
  const answer = await sendText(sender, key, { number: newRecipient() });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  return answer;
}

test('a repeated key gets the first answer, says so, and sends nothing', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const used = await usedUnits(sender);
  const first = await sendText(sender, key, { number: to });
  const again = await sendText(sender, key, { number: to });
  const there = await sendText(elsewhere, key, { number: to });
  expect(first.status).toBe(200);
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  for (const replay of [again, there]) {
    expect(replay).toMatchObject({
      status: 200,
      headers: { 'idempotency-replayed': 'true', 'x-quota-limit': '50000' },
    });
    expect(replay.body).toEqual(first.body);
  }
  expect(onTheWire(sender, to)).toMatchObject({ calls: 1 });
  expect(await usedUnits(sender)).toBe(used + 1);
});

test('the order of the fields does not make another request', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const headers = { 'idempotency-key': key };
  const { token } = sender.number;
  const first = await sender.user.api('POST', '/api/messages/send-text', { token, number: to, text: 'a' }, headers);
  const again = await sender.user.api('POST', '/api/messages/send-text', { text: 'a', number: to, token }, headers);
  expect(again.body).toEqual(first.body);
  expect(onTheWire(sender, to).calls).toBe(1);
});

test('another request under the same key is refused, here and in another process', async () => {
  const [key, to] = [newKey(), newRecipient()];
  expect((await sendText(sender, key, { number: to })).status).toBe(200);
  for (const from of [sender, elsewhere]) {
    const other = await sendText(from, key, { number: to, text: 'something else' });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  }
  const [asked, never] = await Promise.all([
    sendText(sender, newKey(), { number: to, text: 'three' }),
    sendText(sender, `key-${keys}`, { number: to, text: 'four' }),
  ]);
  expect([asked.status, never.status]).toEqual([200, 422]);
  expect(onTheWire(sender, to).calls).toBe(2);
});

test('a key counts for one user and one route', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const user = await sender.gateway.signUp();
  const other = senderOf(sender.gateway, user, await sender.gateway.connectNumber(user));
  const first = await sendText(sender, key, { number: to });
  const theirs = await sendText(other, key, { number: to });
  expect([first.status, theirs.status]).toEqual([200, 200]);
  expect(theirs.body.message_id).not.toBe(first.body.message_id);
  const retried = await sender.user.api('POST', `/api/messages/${first.body.message_id}/retry`, undefined, {
    'idempotency-key': key,
  });
  expect(retried.body.code).toBe('not_retryable');
});

test('fifty equal requests at once are one message, one unit, and fifty equal answers', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const used = await usedUnits(sender);
  const answers = await Promise.all(Array.from({ length: 50 }, () => sendText(sender, key, { number: to })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
  expect(onTheWire(sender, to)).toMatchObject({ calls: 1 });
  expect(await usedUnits(sender)).toBe(used + 1);
});

test('equal requests at two processes are one message and one unit each, whatever comes together', async () => {
  const request = fc.record({ key: fc.nat({ max: 5 }), isElsewhere: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 50 }), async (requests) => {
      const used = await usedUnits(sender);
      const names = new Map(requests.map(({ key }) => [key, { name: newKey(), to: newRecipient() }]));
      const nameOf = (key: number) => names.get(key) ?? { name: '', to: '' };
      const answers = await Promise.all(
        requests.map(({ key, isElsewhere }) =>
          sendText(isElsewhere ? elsewhere : sender, nameOf(key).name, { number: nameOf(key).to }),
        ),
      );
      for (const [key, { to }] of names) {
        const ofKey = answers.filter((_answer, index) => requests[index]?.key === key);
        expect(ofKey.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
        expect(ofKey.some(({ status }) => status === 200)).toBe(true);
        for (const { status, body, headers } of ofKey) {
          if (status === 200) continue;
          expect(body.code).toBe('idempotency_key_in_use');
          expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        }
        const ids = ofKey.map(({ body }) => body.message_id).filter((id) => id !== undefined);
        expect(new Set(ids).size).toBe(1);
        expect(onTheWire(sender, to)).toMatchObject({ calls: 1 });
      }
      expect(await usedUnits(sender)).toBe(used + names.size);
    }),
    { numRuns: 20 },
  );
});

test('while the first waits for its answer, another process says when to come again; then it answers the same', async () => {
  const [key, to] = [newKey(), newRecipient('0000408')];
  const first = sendText(sender, key, { number: to });
  await vi.waitUntil(() => onTheWire(sender, to).calls === 1, within);
  const again = await sendText(elsewhere, key, { number: to });
  expect(again).toMatchObject({
    status: 409,
    body: { code: 'idempotency_key_in_use', message_id: expect.any(String) },
    headers: { 'retry-after': '2' },
  });
  const { body } = await first;
  expect(body).toMatchObject({ code: 'outcome_unknown', message_id: again.body.message_id });
  for (const from of [sender, elsewhere]) {
    const stillSending = await sendText(from, key, { number: to });
    expect(stillSending).toMatchObject({ status: 504, headers: { 'idempotency-replayed': 'true' } });
    expect({ ...stillSending.body, request_id: '' }).toEqual({ ...body, request_id: '' });
  }
  expect((await messageRow(sender, body.message_id)).status).toBe('sending');
  await vi.waitFor(async () => expect((await messageRow(sender, body.message_id)).status).toBe('unknown'), within);
  const later = await sendText(elsewhere, key, { number: to });
  expect(later).toMatchObject({ status: 504, headers: { 'idempotency-replayed': 'true' } });
  expect(later.body).toMatchObject({ code: 'outcome_unknown', message_id: body.message_id });
  expect(onTheWire(sender, to).calls).toBe(1);
});

test('the answer to a send with a delay is due that much later', async () => {
  const [key, to] = [newKey(), newRecipient('0000408')];
  const body = { number: to, delay: 3_000 };
  const first = sendText(sender, key, body);
  await vi.waitUntil(() => onTheWire(sender, to).calls === 1, within);
  const calledAgo = (seconds: number) =>
    sql`update messages set called_at = app_now() - make_interval(secs => ${seconds})
      where remote_jid = ${to}`.execute(sender.gateway.database.db);
  await calledAgo(2);
  expect(await sendText(elsewhere, key, body)).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_use' } });
  await calledAgo(5);
  expect(await sendText(elsewhere, key, body)).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  await first;
});

test('what was certainly not sent is answered as it was the first time', async () => {
  const [key, to] = [newKey(), newRecipient('0000404')];
  const first = await sendText(sender, key, { number: to });
  const again = await sendText(sender, key, { number: to });
  expect(first).toMatchObject({ status: 422, body: { code: 'recipient_not_on_whatsapp' } });
  expect(again).toMatchObject({ status: 422, headers: { 'idempotency-replayed': 'true' } });
  const { request_id: _a, ...body } = again.body;
  expect(first.body).toMatchObject(body);
  expect(onTheWire(sender, to).calls).toBe(1);
});

test('a request that was refused before it was accepted may come again under its key', async () => {
  const key = newKey();
  const to = `${newRecipient()}@s.whatsapp.net`;
  expect(await sendText(sender, key, { number: to })).toMatchObject({ status: 400, body: { code: 'invalid_number' } });
  await sender.gateway.database.db
    .insertInto('met_addresses')
    .values({ phone_number_id: sender.number.id, jid: to })
    .execute();
  const accepted = await sendText(elsewhere, key, { number: to });
  expect(accepted.status).toBe(200);
  expect(accepted.headers).not.toHaveProperty('idempotency-replayed');
});

test('a request that the day has no unit for may come again under its key', async () => {
  const user = await sender.gateway.signUp();
  const poor = senderOf(sender.gateway, user, await sender.gateway.connectNumber(user));
  const [key, to] = [newKey(), newRecipient()];
  const fill = (units: number) =>
    sql`insert into usage (user_id, day, used) values (${user.id}, app_today(), ${units})
      on conflict (user_id, day) do update set used = excluded.used`.execute(sender.gateway.database.db);
  await fill(50_000);
  expect(await sendText(poor, key, { number: to })).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
  expect(await keptKeys(user.id)).toBe(0);
  await fill(10);
  expect((await sendText(poor, key, { number: to })).status).toBe(200);
  expect(await keptKeys(user.id)).toBe(1);
});

async function keptKeys(userId: number): Promise<number> {
  const rows = await sender.gateway.database.db
    .selectFrom('idempotency_keys')
    .select('key')
    .where('user_id', '=', userId)
    .execute();
  return rows.length;
}

test('a message that waits is answered with what has become of it', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const body = { number: to, send_at: new Date(Date.now() + 3_600_000).toISOString() };
  const first = await sendText(sender, key, body);
  expect(first).toMatchObject({ status: 202, body: { status: 'scheduled', send_at: body.send_at, to } });
  const again = await sendText(elsewhere, key, body);
  expect(again).toMatchObject({ status: 202, headers: { 'idempotency-replayed': 'true' } });
  expect(again.body).toEqual(first.body);
  await sql`update messages set status = 'cancelled', ended_at = now() where id = ${first.body.message_id}`.execute(
    sender.gateway.database.db,
  );
  const later = await sendText(sender, key, body);
  expect(later).toMatchObject({ status: 202, body: { ...first.body, status: 'cancelled' } });
});

test('after 24 hours a key is free again, and its row goes', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const first = await sendText(sender, key, { number: to });
  const age = (hours: number) =>
    sql`update idempotency_keys set created_at = app_now() - make_interval(hours => ${hours}) where key = ${key}`.execute(
      sender.gateway.database.db,
    );
  await age(23);
  expect((await sendText(sender, key, { number: to })).body.message_id).toBe(first.body.message_id);
  await age(24);
  const [here, there] = await Promise.all([
    sendText(sender, key, { number: to, text: 'other' }),
    sendText(elsewhere, key, { number: to, text: 'other' }),
  ]);
  expect([here.status, there.status]).toContain(200);
  expect(onTheWire(sender, to).calls).toBe(2);
  await age(25);
  await sender.gateway.services.messages.removeOldKeys();
  const left = await sql<{ key: string }>`select key from idempotency_keys where key = ${key}`.execute(
    sender.gateway.database.db,
  );
  expect(left.rows).toEqual([]);
});

test('a key of a process that died before it could answer stays with its message', async () => {
  const third = await startGateway({ beside: sender.gateway, overrides: quick });
  const [key, to] = [newKey(), newRecipient('0000408')];
  const dying = sendText(through(third, sender), key, { number: to });
  await vi.waitUntil(() => onTheWire(sender, to).calls === 1, within);
  // Its call ends with it, and nobody settles.
  await third.services.messages.close(0);
  const { message_id: id } = (await dying).body;
  expect((await sendText(sender, key, { number: to })).body).toMatchObject({ message_id: id });
  await sql`update messages set lease_until = app_now() - interval '1 second' where id = ${id}`.execute(
    sender.gateway.database.db,
  );
  await sender.gateway.services.messages.endAbandoned();
  const answer = await sendText(sender, key, { number: to });
  expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown', message_id: id } });
  expect(onTheWire(sender, to).calls).toBe(1);
  await third.close();
});

/** A request that a third process takes, and whose COMMIT it does not hear of until the connection is lost. */
async function sendUnheard(key: string, body: Record<string, unknown>) {
  const { pool: database, db, url } = sender.gateway.database;
  const proxy = await startTcpProxy(url);
  const limits = { statementTimeoutMs: 10_000, lockTimeoutMs: 10_000, connectTimeoutMs: 500 };
  const pool = createPool({ url: proxy.url, max: 4, applicationName: 'cut', ...limits, onError() {} });
  const overrides = { messages: { ...quick.messages, batchPool: pool } };
  const third = await startGateway({ beside: sender.gateway, overrides });
  await database.query(`
    create function wait_for_test() returns trigger language plpgsql as
      'begin perform pg_advisory_xact_lock_shared(43); return new; end';
    create constraint trigger wait_for_test after insert on messages deferrable initially deferred
      for each row execute function wait_for_test()`);
  const holder = await database.connect();
  await holder.query('select pg_advisory_lock(43)');
  const answer = sendText(through(third, sender), key, body);
  // Only COMMIT fires the trigger.
  await vi.waitFor(async () => {
    const { rows } = await database.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory' and query = 'commit'",
    );
    expect(rows).not.toEqual([]);
  }, within);
  proxy.set('mute');
  await holder.query('select pg_advisory_unlock(43)');
  holder.release();
  const committed = () =>
    sql`select 1 from idempotency_keys k join messages m on m.id = k.message_id where k.key = ${key}`.execute(db);
  await vi.waitFor(async () => expect((await committed()).rows).toHaveLength(1), within);
  await database.query('drop function wait_for_test cascade');
  return {
    async loseConnection() {
      proxy.set('down');
      expect(await answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
      proxy.set('open');
    },
    /** Once the process has done what the lost connection left to be done. */
    async close() {
      await third.close();
      await proxy.close();
      await pool.end();
    },
  };
}

test('a key whose message was given back after a lost connection is free', async () => {
  const [key, to] = [newKey(), newRecipient()];
  const unheard = await sendUnheard(key, { number: to });
  expect((await sendText(sender, key, { number: to })).body.code).toBe('idempotency_key_in_use');
  await unheard.loseConnection();
  await unheard.close();
  expect(await sendText(sender, key, { number: to })).toMatchObject({ status: 200 });
  expect(onTheWire(sender, to).calls).toBe(1);
});

test.each(['leaves', 'waits'])(
  'a key stays with a message that %s, though nobody heard that it was accepted',
  async (fate) => {
    const [key, to] = [newKey(), newRecipient()];
    const body = { number: to, ...(fate === 'leaves' ? { async: true } : { send_at: '2027-11-01T00:00:00Z' }) };
    const before = await usedUnits(sender);
    const unheard = await sendUnheard(key, body);
    if (fate === 'leaves') {
      const isSent = sql`select 1 from messages where remote_jid like ${`${to}%`} and sent_at is not null`;
      const { db } = sender.gateway.database;
      await vi.waitFor(async () => expect((await isSent.execute(db)).rows).toHaveLength(1), within);
    }
    await unheard.loseConnection();
    const repeated = await sendText(sender, key, body);
    await unheard.close();
    const later = await sendText(elsewhere, key, body);
    const isReplayed = { status: fate === 'leaves' ? 200 : 202, headers: { 'idempotency-replayed': 'true' } };
    expect([repeated, later]).toMatchObject([isReplayed, isReplayed]);
    expect(later.body).toEqual(repeated.body);
    expect(onTheWire(sender, to).calls).toBe(fate === 'leaves' ? 1 : 0);
    expect(await usedUnits(sender)).toBe(before + (fate === 'leaves' ? 1 : 0));
  },
);

test.each([
  ['an empty key', ''],
  ['a key of 256 characters', 'x'.repeat(256)],
  ['a space', 'a b'],
  ['a character beyond ASCII', 'clé'],
  ['a quotation mark that is never closed', '"abc'],
  ['an empty key in quotation marks', '""'],
])('%s is refused', async (_name, key) => {
  await failWithKey(key);
});

test('a key in quotation marks is the key between them; 255 characters are not too many', async () => {
  const to = newRecipient();
  const key = `${newKey()}-`.padEnd(255, 'x');
  const first = await sendText(sender, key, { number: to });
  const quoted = await sendText(sender, `"${key}"`, { number: to });
  expect(first.status).toBe(200);
  expect(quoted.body).toEqual(first.body);
  expect(await eventsOfMessage(sender, first.body.message_id)).toContain('message.sent');
});
