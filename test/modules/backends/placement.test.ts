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
