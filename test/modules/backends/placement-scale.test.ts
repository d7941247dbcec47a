import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reserve } from '../../../src/modules/backends/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { createTurns } from '../../../src/platform/turns.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const isLong = process.env.LONG === '1';
const backends = 1_000;
const numbers = isLong ? 1_000_000 : 20_000;
const rounds = isLong ? 40 : 4;
const atOnce = 50;

const ids = createIds();
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database.connect({ max: 1 });
  await sql`set statement_timeout = 0`.execute(db);
  await sql`
    insert into backends (url, api_key_sealed, capacity, state, labels, latency_ms, assigned)
    select 'http://b' || n, '-', 2000, case when n % 20 = 0 then 'down' else 'active' end,
      case when n % 2 = 0 then array['region=br', 'disk=ssd'] else array['region=us'] end, n % 97, ${numbers / backends}
    from generate_series(1, ${backends}) as n`.execute(db);
  await sql`
    insert into users (email, password_hash, api_key, plan_type, max_phone_numbers, max_messages_per_day,
      requests_per_minute, own_placement_labels)
    select 'u' || n || '@example.com', '', '', 'enterprise', 0, 0, 1, case when n % 2 = 0 then array['region=br'] end
    from generate_series(1, 1000) as n`.execute(db);
  await sql`
    insert into phone_numbers (user_id, instance_name, token, backend_id, backend_name, status)
    select (select min(id) from users) + n % 1000, 'user_' || n, '', (select min(id) from backends) + n % ${backends},
      'ef-' || n, 'connected'
    from generate_series(1, ${numbers}) as n`.execute(db);
  await sql`analyze`.execute(db);
}, 600_000);
afterAll(() => database.close());

const place = (userId: number) => inTransaction(database.db, (tx) => reserve(tx, ids, { userId }));

test(`the place for a number is chosen in 5 ms among ${backends} backends with ${numbers} numbers`, async () => {
  const { rows } = await sql<{ id: number }>`select id from users order by id limit 100`.execute(database.db);
  const took: number[] = [];
  for (const { id } of rows) {
    const ms = await inTransaction(database.db, async (tx) => {
      const startedAt = performance.now();
      await reserve(tx, ids, { userId: id });
      return performance.now() - startedAt;
    });
    took.push(ms);
  }
  const figures = figuresOf(took);
  const { rows: plan } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, timing off) select id from backends
    where state = 'active' and assigned + reserved < capacity and labels @> array['region=br'] and isolation = 'shared'
    order by (assigned + reserved)::real / capacity, latency_ms, id limit 1`.execute(database.db);
  const execution = plan.map((row) => row['QUERY PLAN']).filter((line) => line.includes('Time'));
  console.info(`placement alone, ${numbers} numbers: ${JSON.stringify({ ...figures, execution })}`);
  // Three statements with their ways to the database and back; the machine of a test may be busy.
  expect(figures.p50).toBeLessThan(isLong ? 5 : 25);
}, 60_000);

test('fifty at once each have their place in 150 ms', async () => {
  const { rows } = await sql<{ id: number }>`select id from users order by id limit ${atOnce}`.execute(database.db);
  // As a process does it: a few hold connections, the others wait for their turn without one.
  const inTurn = createTurns(3);
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      rows.map(async ({ id }) => {
        const startedAt = performance.now();
        await inTurn(() => place(id));
        took.push(performance.now() - startedAt);
      }),
    );
  }
  const figures = figuresOf(took);
  console.info(`placement, ${atOnce} at once, ${numbers} numbers: ${JSON.stringify(figures)}`);
  expect(figures.p99).toBeLessThan(isLong ? 150 : 750);
  const { rows: wrong } = await sql`
    select 1 from backends where reserved > 0 and (state <> 'active' or assigned + reserved > capacity)`.execute(
    database.db,
  );
  expect(wrong).toEqual([]);
}, 120_000);

function figuresOf(took: readonly number[]) {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2));
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
