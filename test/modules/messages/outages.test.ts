import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createPool } from '../../../src/platform/database/connect.ts';
import { startTcpProxy, type TcpProxy } from '../../platform/database/tcp-proxy.ts';
import { startGateway } from '../../support/gateway.ts';
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
  through,
  usedUnits,
} from './support.ts';

let whole: Sender;
/** The same user at a gateway whose group commit goes over a wire that a test can cut. */
let sender: Sender;
let proxy: TcpProxy;
let pool: Pool;
let before: { used: number; stats: Awaited<ReturnType<typeof statsOf>> };

beforeAll(async () => {
  whole = await startSender();
  proxy = await startTcpProxy(whole.gateway.database.url);
});
afterAll(async () => {
  await whole.gateway.close();
  await proxy.close();
});
beforeEach(async () => {
  proxy.set('open');
  pool = createPool({
    url: proxy.url,
    max: 4,
    applicationName: 'cut',
    statementTimeoutMs: 3_000,
    lockTimeoutMs: 1_000,
    connectTimeoutMs: 500,
    onError() {},
  });
  const gateway = await startGateway({
    beside: whole.gateway,
    overrides: { messages: { batchPool: pool, answerWithinMs: 500, callWithinMs: 2_000, uncertainForMs: 300 } },
  });
  sender = through(gateway, whole);
  expect((await sender.sendText({ number: newRecipient() })).status).toBe(200);
  before = { used: await usedUnits(sender), stats: await statsOf(sender) };
});
afterEach(async () => {
  proxy.set('open');
  await sender.gateway.close();
  await pool.end();
});

const latency = (ms: number) =>
  sender.gateway.sandboxes[0]?.control.setKnobs({ latencyMsByRoute: { 'POST /message/': ms } });
const within = { timeout: 8_000, interval: 20 };

async function messageTo(recipient: string) {
  return vi.waitFor(async () => {
    const row = await sender.gateway.database.db
      .selectFrom('messages')
      .select(['id', 'status', 'status_reason'])
      .where('remote_jid', 'like', `${recipient}%`)
      .executeTakeFirst();
    if (row === undefined) throw new Error('not stored yet');
    return row;
  }, within);
}

// A call whose answer is still being held back has no body in the ledger yet.
const pending = () =>
  sender.gateway.sandboxes.some(({ control }) =>
    control.ledger.calls().some(({ url, outcome }) => url.startsWith('/message/') && outcome === 'pending'),
  );

test('a connection lost in COMMIT: 503, nothing is called, and the unit comes back once the database does', async () => {
  const to = newRecipient();
  proxy.set('mute');
  const answer = sender.sendText({ number: to });
  const { id, status } = await messageTo(to);
  expect(status).toBe('sending');
  expect(await usedUnits(sender)).toBe(before.used + 1);
  proxy.set('down');
  expect(await answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  expect((await answer).headers['retry-after']).toBe('2');
  proxy.set('open');
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('failed'), within);
  expect(await messageRow(sender, id)).toMatchObject({ status_reason: 'not_attempted' });
  expect(await usedUnits(sender)).toBe(before.used);
  expect(await eventsOfMessage(sender, id)).toEqual(['message.failed']);
  expect(onTheWire(sender, to)).toEqual({ sends: [], calls: 0 });
  await expectExactRecords(sender);
});

test('a statement that is committed only after its connection broke is found as well', async () => {
  const user = await whole.gateway.signUp();
  const first = through(sender.gateway, senderOf(whole.gateway, user, await whole.gateway.connectNumber(user)));
  const { pool: elsewhere } = sender.gateway.database;
  await elsewhere.query(`
    create function wait_for_test() returns trigger language plpgsql as
      'begin perform pg_advisory_xact_lock_shared(42); return new; end';
    create trigger wait_for_test before insert on messages for each row execute function wait_for_test()`);
  const holder = await elsewhere.connect();
  await holder.query('select pg_advisory_lock(42)');
  const to = newRecipient();
  const answer = first.sendText({ number: to });
  await sender.gateway.database.untilSomeoneWaits();
  const lookedOnce = new Promise<void>((resolve) => {
    let released = 0;
    pool.on('release', () => ++released === 2 && resolve());
  });
  proxy.cut();
  expect(await answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  await lookedOnce;
  await holder.query('select pg_advisory_unlock(42)');
  holder.release();
  const { id } = await messageTo(to);
  await vi.waitFor(async () => expect((await messageRow(first, id)).status).toBe('failed'), within);
  await elsewhere.query('drop function wait_for_test cascade');
  expect(await usedUnits(first)).toBe(0);
  expect(onTheWire(first, to).calls).toBe(0);
  await expectExactRecords(first);
});

test('a database that is away before accepting answers 503 and stores nothing', async () => {
  const to = newRecipient();
  proxy.set('down');
  expect(await sender.sendText({ number: to })).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  proxy.set('open');
  expect(await usedUnits(sender)).toBe(before.used);
  expect(onTheWire(sender, to).calls).toBe(0);
});

test('an outcome that cannot be stored is stored when the database is back, exactly once', async () => {
  latency(200);
  const to = newRecipient();
  const answering = sender.sendText({ number: to });
  await vi.waitUntil(pending, within);
  proxy.set('down');
  const answer = await answering;
  latency(0);
  expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown', message_id: expect.any(String) } });
  const { message_id: id } = answer.body;
  expect(onTheWire(sender, to).sends).toHaveLength(1);
  expect(await messageRow(sender, id)).toMatchObject({ status: 'sending' });
  proxy.set('open');
  await vi.waitFor(async () => expect((await eventsOfMessage(sender, id))[0]).toBe('message.sent'), within);
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('read'), within);
  expect(await usedUnits(sender)).toBe(before.used + 1);
  expect((await statsOf(sender)).messages_sent).toBe(before.stats.messages_sent + 1);
  expect(onTheWire(sender, to)).toMatchObject({ calls: 1 });
  await expectExactRecords(sender);
});

test('a settlement that was committed although its connection broke counts once', async () => {
  latency(100);
  const to = newRecipient();
  const answering = sender.sendText({ number: to });
  await vi.waitUntil(pending, within);
  proxy.set('mute');
  const { id } = await messageTo(to);
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).not.toBe('sending'), within);
  proxy.cut();
  proxy.set('open');
  latency(0);
  expect([200, 504]).toContain((await answering).status);
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('read'), within);
  expect((await statsOf(sender)).messages_sent).toBe(before.stats.messages_sent + 1);
  await expectExactRecords(sender);
});

test('an acknowledgement that came before a settlement nobody heard of is applied all the same', async () => {
  latency(300);
  const to = newRecipient();
  const answering = sender.sendText({ number: to });
  await vi.waitUntil(pending, within);
  const { id } = await messageTo(to);
  const holder = await sender.gateway.database.pool.connect();
  await holder.query('begin');
  await holder.query('select from messages where id = $1 for update', [id]);
  await vi.waitFor(async () => {
    const { rows } = await holder.query(
      "select from wire_messages where phone_number_id = $1 and status = 'read' and message_id is null",
      [sender.number.id],
    );
    expect(rows).toHaveLength(1);
  }, within);
  await sender.gateway.database.untilSomeoneWaits();
  proxy.set('mute');
  await holder.query('rollback');
  holder.release();
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('sent'), within);
  proxy.cut();
  proxy.set('open');
  latency(0);
  expect([200, 504]).toContain((await answering).status);
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('read'), within);
  await expectExactRecords(sender);
});

test('a message whose process ended before settling becomes unknown, keeps its unit and is never called again', async () => {
  const to = newRecipient();
  latency(1_500);
  const answer = await sender.sendText({ number: to });
  expect(answer).toMatchObject({ status: 504 });
  const { message_id: id } = answer.body;
  await whole.gateway.services.messages.endAbandoned();
  expect(await messageRow(sender, id)).toMatchObject({ status: 'sending' });

  await sender.gateway.database.db
    .updateTable('messages')
    .set({ lease_until: new Date(Date.now() - 1_000) })
    .where('id', '=', id)
    .execute();
  await Promise.all([
    whole.gateway.services.messages.endAbandoned(),
    sender.gateway.services.messages.endAbandoned(),
    whole.gateway.services.messages.endAbandoned(),
  ]);
  expect(await messageRow(sender, id)).toMatchObject({ status: 'unknown', status_reason: 'process_ended' });
  expect(await eventsOfMessage(sender, id)).toEqual(['message.unknown']);
  expect(await usedUnits(sender)).toBe(before.used + 1);
  latency(0);

  // This process was only slow: what it hears later is evidence.
  await vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe('read'), within);
  expect((await eventsOfMessage(sender, id)).slice(0, 2)).toEqual(['message.unknown', 'message.sent']);
  expect(onTheWire(sender, to)).toMatchObject({ calls: 1 });
  await expectExactRecords(sender);
});

test('closing waits for calls under way, but no longer than it may', async () => {
  latency(300);
  const to = newRecipient();
  const settled = sender.sendText({ number: to });
  await vi.waitUntil(pending, within);
  await sender.gateway.services.messages.close(5_000);
  expect((await settled).status).toBe(200);
  latency(0);
});

test('closing leaves a call that hangs, and its message is unknown later', async () => {
  const to = newRecipient('0000408');
  const hanging = sender.sendText({ number: to });
  await vi.waitUntil(() => onTheWire(sender, to).calls === 1, within);
  const startedAt = performance.now();
  await sender.gateway.services.messages.close(100);
  // The call itself is given up only after 2 s.
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  const answer = await hanging;
  expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  expect(await messageRow(sender, answer.body.message_id)).toMatchObject({ status: 'sending' });
});

test('backends that join anew while a message is being accepted do not disturb its call', async () => {
  const { services, database, sandboxes } = sender.gateway;
  const url = sandboxes[0]?.url ?? '';
  const to = newRecipient();
  const holder = await database.pool.connect();
  await holder.query('begin; lock table usage in exclusive mode');
  const answer = sender.sendText({ number: to });
  await database.untilSomeoneWaits();
  for (const apiKey of ['global-key', 'another-key']) {
    await services.backends.join([{ url, apiKey, isSandbox: true }]);
    await services.backends.refresh();
  }
  await holder.query('rollback');
  holder.release();
  expect((await answer).status).toBe(200);

  const refused = await sender.sendText({ number: newRecipient() });
  await services.backends.join([{ url, apiKey: 'global-key', isSandbox: true }]);
  await services.backends.refresh();
  expect(refused).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  expect(await messageRow(sender, refused.body.message_id)).toMatchObject({
    status: 'failed',
    status_reason: 'backend_unauthorized',
  });
  expect(await usedUnits(sender)).toBe(before.used + 1);
});

test('a number that its backend does not know answers number_not_connected, and the unit comes back', async () => {
  const other = await whole.gateway.connectNumber(whole.user);
  const { backend_name: name } = await sender.gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', other.id)
    .executeTakeFirstOrThrow();
  sender.gateway.sandboxes[0]?.control.forget(name ?? '');
  const answer = await sender.sendText({ token: other.token });
  expect(answer).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
  expect(await messageRow(sender, answer.body.message_id)).toMatchObject({
    status: 'failed',
    status_reason: 'number_missing_on_backend',
  });
  expect(await usedUnits(sender)).toBe(before.used);
});

test('a backend that takes no connection answers 503 and gives the unit back, until it is known to be down', async () => {
  const alone = await startSender();
  const { database, sandboxes, services } = alone.gateway;
  await sandboxes[0]?.close();
  const answer = await alone.sendText({ number: newRecipient() });
  expect(answer).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(await messageRow(alone, answer.body.message_id)).toMatchObject({
    status: 'failed',
    status_reason: 'backend_unreachable',
  });
  expect(await usedUnits(alone)).toBe(0);

  await vi.waitFor(async () => {
    await services.backends.probeAll();
    const { rows } = await database.pool.query('select state from backends');
    expect(rows).toEqual([{ state: 'down' }]);
  }, within);
  await services.backends.refresh();
  const startedAt = performance.now();
  const refused = await alone.sendText();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(refused).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  expect(refused.body.message_id).toBeUndefined();
  await expectExactRecords(alone);
  await alone.gateway.close();
});
