import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeliveryTest, eventually, startDelivery, startReceiver, type TestReceiver } from './support.ts';

let house: DeliveryTest;
let receiver: TestReceiver;

beforeAll(async () => {
  house = await startDelivery({ isIdle: true });
  receiver = await startReceiver();
});
afterAll(async () => {
  await house.close();
  await receiver[Symbol.asyncDispose]();
});

const arrivals = async () =>
  (await sql<{ n: number }>`select count(*) as n from event_arrivals`.execute(house.database.db)).rows[0]?.n;

test('events leave one trace of their arrival per user and append, however many they are', async () => {
  const user = await house.addUser();
  await house.tell(user, {}, {}, {});
  await house.tell(user, {});
  const { rows } = await sql`
    select first_sequence as first, last_sequence as last from event_arrivals where user_id = ${user} order by id`.execute(
    house.database.db,
  );
  expect(rows).toEqual([
    { first: 1, last: 3 },
    { first: 4, last: 4 },
  ]);
});

test('what was appended while nobody looked, and while two look, becomes one delivery each', async () => {
  const users = await Promise.all(Array.from({ length: 8 }, () => house.addUser()));
  for (const user of users) await house.addEndpoint(user, receiver.url);
  const tellAll = () => Promise.all(users.map((user) => house.tell(user, ...Array.from({ length: 5 }, () => ({})))));
  await tellAll();
  const workers = [house.startWorker(), house.startWorker()];
  for (let round = 0; round < 10; round++) await tellAll();
  for (const user of users) {
    await eventually(
      async () => (await house.deliveries(user)).filter((row) => row.status === 'delivered'),
      15_000,
    ).toHaveLength(55);
    const events = await house.database.db.selectFrom('events').select('id').where('user_id', '=', user).execute();
    const delivered = (await house.deliveries(user)).map((row) => row.event_id);
    expect(delivered.sort()).toEqual(events.map(({ id }) => id).sort());
  }
  await eventually(arrivals).toBe(0);
  const calls = receiver.calls.map(({ headers }) => headers['webhook-id']);
  expect(calls).toHaveLength(8 * 55);
  expect(new Set(calls).size).toBe(8 * 55);
  await Promise.all(workers.map((worker) => worker.end()));
});

test('a pass that fails leaves its events for the next one', async () => {
  const { db } = house.database;
  const user = await house.addUser();
  await house.addEndpoint(user, receiver.url);
  await sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`.execute(db);
  await sql`create trigger refuse before insert on deliveries for each row execute function refuse()`.execute(db);
  await house.tell(user, {}, {});
  const worker = house.startWorker();
  await eventually(() => worker.logs.some((line) => line.includes('lane_claim_failed'))).toBe(true);
  expect(await arrivals()).toBe(1);
  await sql`drop trigger refuse on deliveries`.execute(db);
  await eventually(async () => (await house.deliveries(user)).map((row) => row.status)).toEqual([
    'delivered',
    'delivered',
  ]);
  await worker.end();
});

test('an endpoint hears of nothing that happened before it was made', async () => {
  const user = await house.addUser();
  await house.tell(user, { payload: { n: 1 } });
  const later = sql<{ later: boolean }>`
    select bool_and(clock_timestamp() > created_at + interval '2 ms') as later from events where user_id = ${user}`;
  await eventually(async () => (await later.execute(house.database.db)).rows[0]?.later).toBe(true);
  await house.addEndpoint(user, receiver.url);
  await house.tell(user, { payload: { n: 2 } });
  const worker = house.startWorker();
  await eventually(arrivals).toBe(0);
  await eventually(async () => (await house.deliveries(user)).map((row) => row.status)).toEqual(['delivered']);
  expect(receiver.calls.at(-1)?.body.payload).toEqual({ n: 2 });
  await worker.end();
});

test('a user without an endpoint leaves nothing behind', async () => {
  const user = await house.addUser();
  await house.tell(user, {}, {});
  const worker = house.startWorker();
  await eventually(arrivals).toBe(0);
  expect(await house.deliveries(user)).toEqual([]);
  await worker.end();
});
