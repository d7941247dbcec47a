import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimCalls } from '../../../src/modules/inbound/inbound-calls-system.ts';
import { createKysely, createPool } from '../../../src/platform/database/connect.ts';
import type { DB } from '../../../src/schema.ts';
import { startProxy } from './proxy.ts';
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
beforeAll(async () => {
  t = await startInbound({ isIdle: true });
  await sql`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin
      if new.whatsapp_id like 'POISON%' then raise exception 'poison'; end if;
      return new;
    end $$`.execute(t.database.db);
  await sql`create trigger refuse_poison before insert on messages for each row execute function refuse_poison()`.execute(
    t.database.db,
  );
});
afterAll(() => t.close());

test("a call that cannot be applied holds up none of its number's others, and fails after 10 attempts", async () => {
  const number = await t.makeNumber();
  await postAll(number, ['A', 'POISON', 'B', 'C']);
  await using lane = t.makeLane({ retryMs: 1, lookEveryMs: 5 });
  await eventually(() => states(number)).toEqual(['applied', 'failed', 'applied', 'applied']);
  expect((await readStoredCalls(t.database, number))[1]).toMatchObject({ attempt: 10, note: 'error P0001' });
  expect(await receivedIds(number)).toEqual(['A', 'B', 'C']);
  expect(await countedReceived(number)).toBe(3);
  expect(lane.name).toBe('inbound');
});

test('a call that failed is applied when it comes again', async () => {
  const number = await t.makeNumber();
  await postAll(number, ['POISON-2']);
  await using lane = t.makeLane({ retryMs: 20, lookEveryMs: 10 });
  await eventually(async () => (await readStoredCalls(t.database, number))[0]?.note).toBe('error P0001');
  await sql`alter table messages disable trigger refuse_poison`.execute(t.database.db);
  await eventually(() => states(number)).toEqual(['applied']);
  await sql`alter table messages enable trigger refuse_poison`.execute(t.database.db);
  expect(await receivedIds(number)).toEqual(['POISON-2']);
  expect(lane.name).toBe('inbound');
});

test('calls whose worker died after claiming them are applied once their lease is over, each once', async () => {
  const number = await t.makeNumber();
  await postAll(number, ['A', 'B']);
  expect(await claim(number, { leaseMs: 1_500 })).toHaveLength(2);
  expect(await claim(number, { leaseMs: 1_500 })).toHaveLength(0);
  await using lane = t.makeLane({ lookEveryMs: 20 });
  await lane.drained();
  expect(await states(number)).toEqual(['due', 'due']);
  await eventually(() => states(number)).toEqual(['applied', 'applied']);
  expect(await receivedIds(number)).toEqual(['A', 'B']);
  expect(await countedReceived(number)).toBe(2);
});

test('a worker that outlives its lease and the one that took over apply a call once', async () => {
  const number = await t.makeNumber();
  await postAll(number, ['A']);
  const holder = await t.database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from phone_numbers where id = $1 for update', [number.id]);
  await using first = t.makeLane({ leaseMs: 100, lookEveryMs: 20 });
  await using second = t.makeLane({ leaseMs: 100, lookEveryMs: 20 });
  await eventually(async () => (await readStoredCalls(t.database, number))[0]?.attempt).toBeGreaterThan(1);
  await holder.query('commit');
  holder.release();
  await Promise.all([first.drained(), second.drained()]);
  await eventually(() => states(number)).toEqual(['applied']);
  expect(await receivedIds(number)).toEqual(['A']);
  expect(await countedReceived(number)).toBe(1);
  expect(await readEvents(t.database, number)).toHaveLength(1);
});

test('a number with many calls does not keep the others waiting, and its own stay in order', async () => {
  const noisy = await t.makeNumber();
  const quiet = await t.makeNumber();
  await postAll(
    noisy,
    Array.from({ length: 300 }, (_, n) => `N${n}`),
  );
  await postAll(quiet, ['Q']);
  const claimed = await claimCalls(t.database.db, {
    limit: 256,
    perNumberMax: 64,
    leaseMs: 1,
    afterNumber: noisy.id - 1,
    busyNumbers: [],
  });
  const ofNoisy = claimed.filter(({ phoneNumberId }) => phoneNumberId === noisy.id).map(({ id }) => id);
  expect(ofNoisy).toHaveLength(64);
  expect(ofNoisy).toEqual(ofNoisy.toSorted());
  expect(claimed.filter(({ phoneNumberId }) => phoneNumberId === quiet.id)).toHaveLength(1);
  await using lane = t.makeLane({ lookEveryMs: 10 });
  await eventually(async () => (await receivedIds(noisy)).length).toBe(300);
  expect(await countedReceived(noisy)).toBe(300);
  expect(lane.name).toBe('inbound');
});

test('large calls are claimed a few at a time, and none is left out', async () => {
  const number = await t.makeNumber();
  const large = { event: 'messages.set', instance: number.backendName, data: 'x'.repeat(9 * 1_048_576) };
  for (let n = 0; n < 3; n++) expect(await t.post(number, large)).toBe(200);
  const first = await claim(number, { leaseMs: 60_000 });
  expect(first).toHaveLength(2);
  await sql`update inbound_calls set state = 'applied' where id = any(${first.map(({ id }) => id)}::uuid[])`.execute(
    t.database.db,
  );
  expect(await claim(number, { leaseMs: 60_000 })).toHaveLength(1);
});

test('of many workers that claim at once one has the calls of a number, until its lease is over', async () => {
  const numbers = await Promise.all(Array.from({ length: 5 }, () => t.makeNumber()));
  for (const number of numbers) {
    await postAll(
      number,
      Array.from({ length: 40 }, (_, n) => `C${n}`),
    );
  }
  const { db } = t.database.connect({ max: 12 });
  const claims = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      claimCalls(db, {
        limit: 20,
        perNumberMax: 4,
        leaseMs: 60_000,
        // Half begin with the first number, half with the third.
        afterNumber: (numbers[n % 2 === 0 ? 0 : 2]?.id ?? 0) - 1,
        busyNumbers: [],
      }),
    ),
  );
  const holders = numbers.map(({ id }) =>
    claims.filter((claimed) => claimed.some((call) => call.phoneNumberId === id)),
  );
  // Who finds a number's turn taken passes it over, so one that nobody got is there for the next look.
  for (const claimed of holders) expect(claimed.length).toBeLessThanOrEqual(1);
  expect(holders.flat().length).toBeGreaterThan(0);
  const [first] = numbers;
  if (first === undefined) throw new Error('no number');
  if (holders[0]?.length === 0) {
    expect(
      await claimCalls(db, { limit: 4, perNumberMax: 4, leaseMs: 60_000, afterNumber: first.id - 1, busyNumbers: [] }),
    ).toHaveLength(4);
  }
  expect(await claim(first, { leaseMs: 1 })).toEqual([]);
  await sql`update inbound_calls set lease_until = app_now() where phone_number_id = ${first.id} and lease_until is not null`.execute(
    db,
  );
  const again = await claim(first, { leaseMs: 60_000 });
  expect(again).toHaveLength(10);
  expect(again.slice(0, 4).map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2]);
  await sql`update inbound_calls set state = 'applied' where state = 'due'`.execute(db);
});

test('two workers at once apply the calls of many numbers once each', async () => {
  const numbers = await Promise.all(Array.from({ length: 10 }, () => t.makeNumber()));
  const waIds = Array.from({ length: 30 }, (_, n) => `M${n}`);
  await Promise.all(numbers.map((number) => postAll(number, [...waIds, ...waIds])));
  await using first = t.makeLane();
  await using second = t.makeLane();
  await Promise.all([first.drained(), second.drained()]);
  await eventually(async () => (await Promise.all(numbers.map(states))).flat().includes('due')).toBe(false);
  const counts = await Promise.all(numbers.map(countedReceived));
  expect(counts).toEqual(numbers.map(() => 30));
});

test('calls under way when the database goes away are applied once it is back', async () => {
  const numbers = await Promise.all(Array.from({ length: 12 }, () => t.makeNumber()));
  for (const number of numbers) await postAll(number, ['A', 'B']);
  const proxy = await startProxy(t.database.url);
  const pool = createPool({
    url: proxy.url,
    max: 10,
    applicationName: 'test',
    statementTimeoutMs: 10_000,
    onError() {},
  });
  const holder = await t.database.pool.connect();
  await holder.query('begin');
  await holder.query('lock table phone_numbers in access exclusive mode');
  await using lane = t.makeLane({ db: createKysely<DB>(pool), leaseMs: 500, retryMs: 10, lookEveryMs: 20 });
  await eventually(
    async () => (await holder.query('select 1 from pg_locks where not granted')).rowCount,
  ).toBeGreaterThan(3);
  await proxy.cut();
  await holder.query('commit');
  holder.release();
  await eventually(() => proxy.refused()).toBeGreaterThan(8);
  await proxy.mend();
  await eventually(async () => (await Promise.all(numbers.map(states))).flat()).toEqual(Array(24).fill('applied'));
  expect(await Promise.all(numbers.map(countedReceived))).toEqual(numbers.map(() => 2));
  await lane[Symbol.asyncDispose]();
  await pool.end();
  await proxy.cut();
});

async function postAll(number: TestNumber, waIds: readonly string[]): Promise<void> {
  for (const waId of waIds) expect(await t.post(number, received(number, waId))).toBe(200);
}

function received(number: TestNumber, waId: string): Call {
  return {
    event: 'messages.upsert',
    instance: number.backendName,
    date_time: '2026-11-20T12:10:47.409Z',
    data: {
      key: { id: waId, remoteJid: '5511888888888@s.whatsapp.net', fromMe: false },
      message: { conversation: waId },
      messageType: 'conversation',
      messageTimestamp: 1795176647,
    },
  };
}

function claim(number: TestNumber, { leaseMs }: { leaseMs: number }) {
  return claimCalls(t.database.db, {
    limit: 10,
    perNumberMax: 10,
    leaseMs,
    afterNumber: number.id - 1,
    busyNumbers: [],
  });
}

async function states(number: TestNumber): Promise<string[]> {
  return (await readStoredCalls(t.database, number)).map(({ state }) => state);
}

async function receivedIds(number: TestNumber): Promise<(string | null)[]> {
  const rows = await t.database.db
    .selectFrom('messages')
    .select('whatsapp_id')
    .where('phone_number_id', '=', number.id)
    .orderBy('whatsapp_id')
    .execute();
  return rows.map((row) => row.whatsapp_id);
}

async function countedReceived(number: TestNumber): Promise<number | undefined> {
  const row = await t.database.db
    .selectFrom('message_stats')
    .select('messages_received')
    .where('phone_number_id', '=', number.id)
    .executeTakeFirst();
  return row?.messages_received;
}

test('a call that is no text holds up no other', async () => {
  const number = await t.makeNumber();
  await t.database.db
    .insertInto('inbound_calls')
    .values({
      id: ids.uuidv7(),
      secret_id: number.secretId,
      phone_number_id: number.id,
      body: Buffer.from([0x7b, 0xff, 0xfe]),
    })
    .execute();
  await t.post(number, recordedCall('h55-WA-messages.upsert-conversation', number));
  const lane = t.makeLane();
  await eventually(async () => (await readStoredCalls(t.database, number)).map((call) => call.state)).toEqual([
    'stored',
    'applied',
  ]);
  await lane[Symbol.asyncDispose]();
});
