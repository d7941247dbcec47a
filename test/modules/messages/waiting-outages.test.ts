import { sql } from 'kysely';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createPool } from '../../../src/platform/database/connect.ts';
import { startTcpProxy, type TcpProxy } from '../../platform/database/tcp-proxy.ts';
import { startGateway } from '../../support/gateway.ts';
import {
  eventsOfMessage,
  expectExactRecords,
  newRecipient,
  onTheWire,
  type Sender,
  startSender,
  through,
  usedUnits,
} from './support.ts';
import { waitingOf } from './waiting-support.ts';

let whole: Sender;
/** The same user at the one gateway that sends what waits, whose group commit goes over a wire that a test can cut. */
let sender: Sender;
let waiting: ReturnType<typeof waitingOf>;
let proxy: TcpProxy;
let pool: Pool;
let used: number;

beforeAll(async () => {
  whole = await startSender({ knobs: { acks: false } });
  await whole.gateway.services.messages.sendLane[Symbol.asyncDispose]();
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
    overrides: { messages: { batchPool: pool, uncertainForMs: 300, retryMs: 50 } },
  });
  sender = through(gateway, whole);
  waiting = waitingOf(sender);
  await waiting.untilStatus(await waiting.queue({ number: newRecipient() }), 'sent');
  // What is still to be written would take the connection that the test is about.
  await vi.waitFor(async () => expect((await sql`select 1 from send_turns`.execute(db())).rows).toEqual([]));
  used = await usedUnits(sender);
});
afterEach(async () => {
  proxy.set('open');
  await sender.gateway.close();
  await pool.end();
});

const db = () => sender.gateway.database.db;
const setStatus = (status: string) => sql`update phone_numbers set status = ${status}`.execute(db());
const rowTo = (recipient: string) =>
  vi.waitFor(
    async () => {
      const { rows } = await sql<{ id: string; status: string }>`
        select id, status from messages where remote_jid = ${recipient}`.execute(db());
      const [row] = rows;
      if (row === undefined) throw new Error('no such message yet');
      return row;
    },
    { interval: 10 },
  );

test('a connection lost while a message is taken: it is put back, and leaves once, also where it was taken after all', async () => {
  const { pool: elsewhere, untilSomeoneWaits } = sender.gateway.database;
  await elsewhere.query(`
    create function wait_for_test() returns trigger language plpgsql as
      'begin perform pg_advisory_xact_lock_shared(42); return new; end';
    create trigger wait_for_test before update on messages for each row when (new.status = 'sending')
      execute function wait_for_test()`);
  const holder = await elsewhere.connect();
  await holder.query('select pg_advisory_lock(42)');
  const number = newRecipient();
  const id = await waiting.queue({ number });
  await untilSomeoneWaits();
  proxy.cut();
  await holder.query('select pg_advisory_unlock(42)');
  holder.release();
  await waiting.untilStatus(id, 'sent');
  await elsewhere.query('drop function wait_for_test cascade');
  expect(sender.gateway.logs.filter((line) => line.includes('message_not_taken'))).toHaveLength(1);
  expect(onTheWire(sender, number)).toMatchObject({ calls: 1, sends: [{ text: 'hi' }] });
  expect(await usedUnits(sender)).toBe(used + 1);
  expect(await eventsOfMessage(sender, id)).toEqual(['message.sent']);
  await expectExactRecords(sender);
});

test('a connection lost while a message is accepted to wait: 503, and it never leaves', async () => {
  const number = newRecipient();
  await setStatus('disconnected');
  proxy.set('mute');
  const answer = sender.sendText({ number, async: true });
  const { id, status } = await rowTo(number);
  expect(status).toBe('accepted');
  proxy.set('down');
  expect(await answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  proxy.set('open');
  await waiting.untilStatus(id, 'failed');
  expect(await waiting.messageOf(id)).toMatchObject({ status_reason: 'not_attempted' });
  expect(await usedUnits(sender)).toBe(used);
  await setStatus('connected');
  await waiting.untilStatus(await waiting.queue({ number: newRecipient() }), 'sent');
  expect(onTheWire(sender, number).calls).toBe(0);
});
