import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { type DeliveryTest, eventually, only, startDelivery, startReceiver, type TestReceiver } from './support.ts';

let house: DeliveryTest;
let receiver: TestReceiver;
let userId: number;

beforeEach(async () => {
  house = await startDelivery({ isIdle: true });
  receiver = await startReceiver();
  userId = await house.addUser();
});
afterEach(async () => {
  await house.close();
  await receiver[Symbol.asyncDispose]();
});

const endLeases = () =>
  sql`update deliveries set lease_until = app_now(), due_at = app_now() where lease_until is not null`.execute(
    house.database.db,
  );

test('a process that dies after the call and before its record leads to a second call with the same id', async () => {
  await house.addEndpoint(userId, receiver.url);
  const { pool } = house.database.connect();
  await pool.end();
  const dying = house.startWorker({ batchPool: pool });
  await house.tell(userId, {});
  await eventually(() => receiver.calls).toHaveLength(1);
  await eventually(() => dying.logs.some((line) => line.includes('attempt_not_recorded'))).toBe(true);
  expect(await house.logs(userId)).toEqual([]);
  await dying.delivery.close();
  // Its lanes end too: it must not be the one that claims again.
  await dying.end();

  house.startWorker();
  expect(receiver.calls).toHaveLength(1);
  await endLeases();
  await eventually(async () => only(await house.deliveries(userId)).status).toBe('delivered');
  const [first, second] = receiver.calls;
  expect(receiver.calls).toHaveLength(2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.raw).toBe(first?.raw);
  expect((await house.logs(userId)).map((row) => row.attempt)).toEqual([2]);
});

test('two processes call each endpoint once per delivery, and never more than 10 of a user at a time', async () => {
  const other = await startReceiver();
  for (const each of [receiver, other]) {
    await house.addEndpoint(userId, each.url);
    each.answer((response) => setTimeout(() => response.end(), 20));
  }
  let openMost = 0;
  const watch = setInterval(() => {
    openMost = Math.max(openMost, receiver.open + other.open);
  }, 1);
  house.startWorker();
  house.startWorker();
  await house.tell(userId, ...Array.from({ length: 150 }, () => ({})));
  await eventually(() => receiver.calls.length + other.calls.length, 15_000).toBe(300);
  await eventually(async () => (await house.deliveries(userId)).filter((row) => row.status !== 'delivered')).toEqual(
    [],
  );
  clearInterval(watch);
  for (const each of [receiver, other]) {
    expect(new Set(each.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(150);
    expect(each.calls).toHaveLength(150);
    expect(each.openMost).toBeLessThanOrEqual(8);
  }
  expect(openMost).toBeGreaterThan(1);
  expect(openMost).toBeLessThanOrEqual(10);
  expect((await house.deliveries(userId)).every((row) => row.attempt === 1)).toBe(true);
  await other[Symbol.asyncDispose]();
});

test('a process that was stopped so long that its lease may be over does not call', async () => {
  await house.addEndpoint(userId, receiver.url);
  let leapMs = 0;
  const stopped = house.startWorker({
    clock: {
      ...systemClock,
      monotonicMs() {
        leapMs += 16_000;
        return leapMs;
      },
    },
  });
  await house.tell(userId, {});
  await eventually(async () => (await house.deliveries(userId))[0]?.attempt).toBe(1);
  await stopped.delivery.deliverLane.drained();
  await stopped.end();
  expect(receiver.calls).toEqual([]);
  expect(only(await house.deliveries(userId))).toMatchObject({ status: 'pending' });
});

test('a database that goes away during the call makes no second call', async () => {
  await house.addEndpoint(userId, receiver.url);
  const worker = house.startWorker();
  receiver.answer(async (response) => {
    await sql`alter table webhook_logs rename to webhook_logs_away`.execute(house.database.db);
    response.end();
  });
  await house.tell(userId, {});
  await eventually(() => worker.logs.filter((line) => line.includes('attempt_not_recorded'))).not.toEqual([]);
  await sql`alter table webhook_logs_away rename to webhook_logs`.execute(house.database.db);
  await eventually(async () => only(await house.deliveries(userId)).status).toBe('delivered');
  expect(receiver.calls).toHaveLength(1);
  expect(await house.logs(userId)).toHaveLength(1);
});

test('deliveries that ended long ago are removed; those that are pending stay', async () => {
  await house.addEndpoint(userId, receiver.url);
  const old = "'2020-01-01T00:00:00Z'";
  const insert = (status: string) =>
    sql`insert into deliveries (id, user_id, endpoint_id, event_id, event_type, status, created_at)
      values (${`016f5e66-e800-7000-8000-0000000000${status === 'dead' ? '01' : '02'}`}, ${userId}, 1, gen_random_uuid(),
        'message.received', ${status}, ${sql.raw(old)})`.execute(house.database.db);
  await insert('dead');
  await insert('pending');
  await house.worker.delivery.removeOld();
  expect((await house.deliveries(userId)).map((row) => row.status)).toEqual(['pending']);
});
