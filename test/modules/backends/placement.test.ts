import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { confirm, release, replaceReservation, reserve, unassign } from '../../../src/modules/backends/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const ids = createIds();
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.db.deleteFrom('backends').execute());
afterAll(() => database.close());

async function addBackends(
  ...backends: { capacity?: number; state?: string; latency_ms?: number }[]
): Promise<number[]> {
  const rows = await database.db
    .insertInto('backends')
    .values(
      backends.map((backend, n) => ({
        url: `http://b${n}`,
        api_key_sealed: '-',
        capacity: 10,
        state: 'active',
        ...backend,
      })),
    )
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

const loads = () => database.db.selectFrom('backends').select(['assigned', 'reserved']).orderBy('id').execute();
const reserveOne = (wish = {}) => inTransaction(database.db, (tx) => reserve(tx, ids, wish));

test('the least loaded for its capacity is chosen, of equals the quicker one', async () => {
  const [small, large, quick] = await addBackends(
    { capacity: 2 },
    { capacity: 4, latency_ms: 9 },
    { capacity: 4, latency_ms: 1 },
  );
  const chosen: (number | undefined)[] = [];
  for (let n = 0; n < 10; n++) chosen.push((await reserveOne()).backendId);
  expect(chosen.filter((id) => id === small)).toHaveLength(2);
  expect(chosen.filter((id) => id === large)).toHaveLength(4);
  expect(chosen[0]).toBe(quick);
  await expect(reserveOne()).rejects.toMatchObject({ code: 'no_backend_available', kind: 'unavailable' });
});

test('no parallel placements exceed the capacity, and all of it is used', async () => {
  await addBackends({ capacity: 7 }, { capacity: 5 });
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => reserveOne()));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(12);
  expect(await loads()).toEqual([
    { assigned: 0, reserved: 7 },
    { assigned: 0, reserved: 5 },
  ]);
});

test.each([['joining'], ['degraded'], ['draining'], ['cordoned'], ['down'], ['license_required'], ['unsupported']])(
  'a backend that is %s gets nothing',
  async (state) => {
    await addBackends({ state });
    await expect(reserveOne()).rejects.toMatchObject({ code: 'no_backend_available' });
  },
);

test('a backend to avoid is taken when nothing else is left, an excluded one never', async () => {
  const [first, second] = (await addBackends({ capacity: 1 }, { capacity: 9 })) as [number, number];
  expect((await reserveOne({ avoid: [second] })).backendId).toBe(first);
  expect((await reserveOne({ avoid: [second] })).backendId).toBe(second);
  await expect(reserveOne({ exclude: [second] })).rejects.toMatchObject({ code: 'no_backend_available' });
});

test('a reservation ends once: confirmed it is an assigned place, released it is free, and then it is neither', async () => {
  await addBackends({});
  const first = await reserveOne();
  const ends = await Promise.all([
    ...Array.from({ length: 3 }, () => inTransaction(database.db, (tx) => confirm(tx, first.reservationId))),
    ...Array.from({ length: 3 }, () => inTransaction(database.db, (tx) => release(tx, first.reservationId))),
  ]);
  expect(ends.filter(Boolean)).toHaveLength(1);
  const [afterFirst] = await loads();
  expect(afterFirst?.reserved).toBe(0);
  if (afterFirst?.assigned === 1) await inTransaction(database.db, (tx) => unassign(tx, first.backendId));
  expect(await loads()).toEqual([{ assigned: 0, reserved: 0 }]);
});

test('one that is back gets its share of new numbers little by little, and all of it after a minute', async () => {
  const [steady, back] = (await addBackends({ capacity: 100 }, { capacity: 100 })) as [number, number];
  const backSince = (seconds: number) =>
    database.pool.query(
      `update backends set reserved = 0, assigned = case when id = $1 then 50 else 0 end,
        slow_start_at = case when id = $2 then now() - make_interval(secs => $3) end`,
      [steady, back, seconds],
    );
  const share = async (seconds: number) => {
    await backSince(seconds);
    const chosen: number[] = [];
    for (let n = 0; n < 30; n++) chosen.push((await reserveOne()).backendId);
    return chosen.filter((id) => id === back).length;
  };
  const [early, later, whole] = [await share(6), await share(30), await share(61)];
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(later);
  expect(later).toBeLessThan(whole);
  expect(whole).toBe(30);
});

test('labels and isolation required by a plan or a user rule backends out; the first of a dedicated user claims one', async () => {
  const [plain, ssd, own, others] = (await addBackends({}, {}, {}, {})) as [number, number, number, number];
  const { pool } = database;
  await pool.query("update backends set labels = '{disk=ssd,region=br}' where id = $1", [ssd]);
  await pool.query("update backends set isolation = 'dedicated' where id = any($1)", [[own, others]]);
  const { rows } = await pool.query(`
    insert into users (email, password_hash, api_key, plan_type, max_phone_numbers, max_messages_per_day,
      requests_per_minute, own_placement_labels, own_isolation)
    values ('a@x', '', '', 'starter', 0, 0, 1, null, null), ('b@x', '', '', 'starter', 0, 0, 1, '{}', null),
      ('c@x', '', '', 'starter', 0, 0, 1, null, 'dedicated') returning id`);
  const [follower, free, lonely] = rows.map(({ id }) => id);
  await pool.query("update plans set placement_labels = '{disk=ssd}' where plan_type = 'starter'");
  const placesOf = async (userId: number, count = 4) => {
    const places = new Set<number>();
    for (let n = 0; n < count; n++) places.add((await reserveOne({ userId })).backendId);
    return places;
  };
  expect(await placesOf(follower)).toEqual(new Set([ssd]));
  expect(await placesOf(free, 9)).toEqual(new Set([plain, ssd]));
  await expect(reserveOne({ userId: lonely })).rejects.toMatchObject({ code: 'no_backend_available' });
  await pool.query("update plans set placement_labels = '{}' where plan_type = 'starter'");
  const [first] = await placesOf(lonely, 1);
  await pool.query('update backends set latency_ms = 0.1 where id <> $1', [first]);
  expect(await placesOf(lonely)).toEqual(new Set([first]));
  await expect(reserveOne({ userId: lonely, only: plain })).rejects.toMatchObject({ code: 'no_backend_available' });
  expect((await reserveOne({ userId: follower, only: plain })).backendId).toBe(plain);
});

test('replacing a reservation counts the place given back as free', async () => {
  const [only] = await addBackends({ capacity: 1 });
  const first = await reserveOne();
  const next = await inTransaction(database.db, (tx) => replaceReservation(tx, ids, first.reservationId, {}));
  expect(next.backendId).toBe(only);
  expect(next.reservationId).not.toBe(first.reservationId);
  expect(await loads()).toEqual([{ assigned: 0, reserved: 1 }]);
});

test('a placement that is rolled back leaves nothing', async () => {
  await addBackends({});
  await expect(
    inTransaction(database.db, async (tx) => {
      await reserve(tx, ids);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await loads()).toEqual([{ assigned: 0, reserved: 0 }]);
  expect(await database.db.selectFrom('reservations').selectAll().execute()).toEqual([]);
});
