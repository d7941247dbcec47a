import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createLeases, stillHeld } from '../../../src/platform/lease/leases.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => sql`truncate leases`.execute(database.db));

const of = (holder: string) => createLeases({ db: database.db, holder });
const expire = (name: string) =>
  sql`update leases set until = app_now() - interval '1 ms' where name = ${name}`.execute(database.db);
const isHeld = async (name: string, epoch: number) => {
  const { rows } = await sql<{ held: boolean }>`select ${stillHeld(name, epoch)} as held`.execute(database.db);
  return rows[0]?.held;
};

test('one holder has a lease at a time, and the next one gets a higher epoch', async () => {
  const [first, second] = [of('first'), of('second')];
  expect(await first.acquire('sweep', 60_000)).toEqual({ epoch: 1 });
  expect(await second.acquire('sweep', 60_000)).toBeNull();
  expect(await first.acquire('sweep', 60_000)).toBeNull();
  expect(await second.acquire('other', 60_000)).toEqual({ epoch: 1 });
  await first.release('sweep', 1);
  expect(await second.acquire('sweep', 60_000)).toEqual({ epoch: 2 });
});

test('of many that try at once exactly one gets it', async () => {
  for (let round = 1; round <= 5; round++) {
    const got = await Promise.all(Array.from({ length: 10 }, (_, n) => of(`holder ${n}`).acquire('race', 60_000)));
    expect(got.filter((lease) => lease !== null)).toEqual([{ epoch: round }]);
    await expire('race');
  }
});

test('a lease ends by itself, and its former holder can neither renew nor release it', async () => {
  const [first, second] = [of('first'), of('second')];
  await first.acquire('sweep', 30);
  await vi.waitFor(async () => expect(await second.acquire('sweep', 60_000)).toEqual({ epoch: 2 }));
  expect(await first.renew('sweep', 1, 60_000)).toBe(false);
  await first.release('sweep', 1);
  expect(await isHeld('sweep', 2)).toBe(true);
});

test('renewing holds it longer; an ended lease cannot be renewed', async () => {
  const first = of('first');
  await first.acquire('sweep', 1_000);
  expect(await first.renew('sweep', 1, 600_000)).toBe(true);
  const { rows } = await sql<{ left: number }>`
    select extract(epoch from until - app_now())::float8 as left from leases`.execute(database.db);
  expect(rows[0]?.left).toBeGreaterThan(590);
  await expire('sweep');
  expect(await first.renew('sweep', 1, 600_000)).toBe(false);
});

test('a write that carries the epoch happens only while the lease lasts', async () => {
  const first = of('first');
  await first.acquire('sweep', 60_000);
  const write = async (epoch: number) => {
    const { numAffectedRows } = await sql`
      update installation set encryption_key_id = ${String(epoch)} where ${stillHeld('sweep', epoch)}`.execute(
      database.db,
    );
    return numAffectedRows;
  };
  expect(await write(1)).toBe(1n);
  expect(await write(2)).toBe(0n);
  await first.release('sweep', 1);
  expect(await write(1)).toBe(0n);
  await of('second').acquire('sweep', 60_000);
  expect(await write(1)).toBe(0n);
  expect(await write(2)).toBe(1n);
});

test('the lease does not change hands while a write that carries its epoch is under way', async () => {
  const first = of('first');
  await first.acquire('sweep', 60_000);
  let taken: unknown;
  let taking: Promise<void> | undefined;
  await database.db.transaction().execute(async (tx) => {
    await sql`update installation set encryption_key_id = 'mine' where ${stillHeld('sweep', 1)}`.execute(tx);
    taking = (async () => {
      await first.release('sweep', 1);
      taken = await of('second').acquire('sweep', 60_000);
    })();
    await vi.waitFor(async () => {
      const { rows } = await sql`
        select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(database.db);
      expect(rows).toHaveLength(1);
    });
    expect(taken).toBeUndefined();
  });
  await taking;
  expect(taken).toEqual({ epoch: 2 });
});
