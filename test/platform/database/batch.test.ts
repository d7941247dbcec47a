import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Batch, type BatchOptions } from '../../../src/platform/database/batch.ts';
import { createPool } from '../../../src/platform/database/connect.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

type Item = { id: number; owner: number; bytes?: number };

let database: TestDatabase;
let proxy: TcpProxy;
let open: { pools: Pool[]; batches: AsyncDisposable[] };
/** The ids of every write, in the order in which the writes began. */
let writes: number[][];

beforeAll(async () => {
  database = await openTestDatabase();
  proxy = await startTcpProxy(database.url);
  await database.pool.query('create table items (id int primary key check (id <> 13), owner int)');
});
afterAll(async () => {
  await proxy.close();
  await database.close();
});
beforeEach(async () => {
  open = { pools: [], batches: [] };
  writes = [];
  proxy.set('open');
  await database.pool.query('truncate items');
});
afterEach(async () => {
  proxy.cut();
  proxy.set('open');
  for (const batch of open.batches) await batch[Symbol.asyncDispose]();
  for (const pool of open.pools) await pool.end();
});

function newPool(options: { url?: string; statementTimeoutMs?: number } = {}): Pool {
  const pool = createPool({
    url: options.url ?? database.url,
    max: 4,
    applicationName: 'batch test',
    statementTimeoutMs: options.statementTimeoutMs ?? 3_000,
    lockTimeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    onError() {},
  });
  open.pools.push(pool);
  return pool;
}

function newBatch(options: Partial<BatchOptions<Item, number>> = {}): Batch<Item, number> {
  const batch = new Batch<Item, number>({
    name: 'items',
    pool: options.pool ?? newPool(),
    ownerOf: (item) => item.owner,
    bytesOf: (item) => item.bytes ?? 0,
    async write(client, items) {
      writes.push(items.map((item) => item.id));
      const { rows } = await client.query<{ id: number }>(
        'insert into items select * from unnest($1::int[], $2::int[]) returning id',
        [items.map((item) => item.id), items.map((item) => item.owner)],
      );
      return rows.map((row) => row.id);
    },
    ...options,
  });
  open.batches.push(batch);
  return batch;
}

const item = (id: number, owner = 1): Item => ({ id, owner });
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const codesOf = (settled: PromiseSettledResult<number>[]) =>
  settled.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason.code as string)));

async function stored(): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>('select id from items order by id');
  return rows.map((row) => row.id);
}

/** A transaction elsewhere that holds the whole table until it is ended. */
async function holdTable(): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('begin; lock table items in access exclusive mode');
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

test('a lone item is written at once; those that come while batches commit form the next', async () => {
  let inFlight = 0;
  let inFlightMost = 0;
  const batch = newBatch({
    async write(client, items) {
      inFlightMost = Math.max(inFlightMost, ++inFlight);
      writes.push(items.map(({ id }) => id));
      await client.query('select pg_sleep(0.02)');
      inFlight--;
      return items.map(({ id }) => id);
    },
  });
  await expect(batch.add(item(1))).resolves.toBe(1);
  expect(writes).toEqual([[1]]);

  const results = await Promise.all(
    range(2, 1_000).map(async (id) => {
      await wait(id % 40);
      return batch.add(item(id, id % 8));
    }),
  );
  expect(results).toEqual(range(2, 1_000));
  expect(inFlightMost).toBe(2);
  expect(writes.length).toBeLessThan(60);
  expect(writes.flat().sort((a, b) => a - b)).toEqual(range(1, 1_001));
});

test('a batch holds at most 256 rows and 1 MiB', async () => {
  const batch = newBatch();
  await Promise.all(range(100, 700).map((id) => batch.add(item(id, id))));
  expect(Math.max(...writes.map((ids) => ids.length))).toBe(256);
  writes = [];
  await Promise.all(range(1_000, 10).map((id) => batch.add({ ...item(id), bytes: 400_000 })));
  expect(writes.map((ids) => ids.length)).toEqual([2, 2, 2, 2, 2]);
  writes = [];
  await batch.add({ ...item(2_000), bytes: 5_000_000 });
  expect(writes).toEqual([[2_000]]);
});

test('only the rows with bad data fail, each with its own error', async () => {
  const batch = newBatch();
  await batch.add(item(7));
  writes = [];
  const ids = [...range(1, 6), 13, 7, ...range(100, 40)];
  const settled = await Promise.allSettled(ids.map((id) => batch.add(item(id))));
  const failed = settled.flatMap((each, index) => (each.status === 'rejected' ? [[ids[index], each.reason.code]] : []));
  expect(failed).toEqual([
    [13, '23514'],
    [7, '23505'],
  ]);
  expect(await stored()).toEqual([...range(1, 7), ...range(100, 40)]);
  expect(writes.some((written) => written.length === 1 && written[0] === 13)).toBe(true);
});

test('a batch that met a deadlock is written again as a whole, three times in all', async () => {
  const outcomes = ['40P01', '40001', undefined];
  const batch = newBatch({
    async write(client, items) {
      writes.push(items.map(({ id }) => id));
      const code = outcomes[writes.length - 1];
      if (code !== undefined) await raise(client, code);
      return items.map(({ id }) => id);
    },
  });
  expect(await Promise.all([batch.add(item(1)), batch.add(item(2))])).toEqual([1, 2]);
  expect(writes).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);

  outcomes.splice(0, 3, '40P01', '40P01', '40P01', '40P01');
  writes = [];
  await expect(batch.add(item(3))).rejects.toMatchObject({ code: 'database_unavailable', retryAfterSeconds: 2 });
  expect(writes).toHaveLength(3);
});

test('two batches that really deadlock are both committed in the end', async () => {
  await database.pool.query('insert into items values (1, 0), (2, 0)');
  let met = 0;
  const crossing = () =>
    newBatch({
      async write(client, items) {
        const [id = 0] = items.map((each) => each.id);
        await client.query('begin');
        try {
          await client.query('update items set owner = owner + 1 where id = $1', [id]);
          if (++met <= 2) await vi.waitUntil(() => met >= 2);
          await client.query('update items set owner = owner + 1 where id = $1', [3 - id]);
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        }
        return items.map((each) => each.id);
      },
      pool: newPoolWithoutLockTimeout(),
    });
  const [one, other] = [crossing(), crossing()];
  expect(await Promise.all([one.add(item(1)), other.add(item(2))])).toEqual([1, 2]);
  expect(met).toBeGreaterThanOrEqual(3);
  expect((await database.pool.query('select owner from items order by id')).rows).toEqual([{ owner: 2 }, { owner: 2 }]);
});

function newPoolWithoutLockTimeout(): Pool {
  const pool = createPool({
    url: database.url,
    max: 2,
    applicationName: 'batch test',
    statementTimeoutMs: 5_000,
    onError() {},
  });
  open.pools.push(pool);
  return pool;
}

test('a statement that Postgres ends for its time accepts nobody, and the connection lives on', async () => {
  const pool = newPool({ statementTimeoutMs: 500 });
  const batch = newBatch({ pool });
  await batch.add(item(1));
  const release = await holdTable();
  const settled = await Promise.allSettled([batch.add(item(2)), batch.add(item(3))]);
  await release();
  expect(codesOf(settled)).toEqual(['database_unavailable', 'database_unavailable']);
  expect(await stored()).toEqual([1]);
  await batch.add(item(4));
  expect(pool.totalCount).toBe(1);
});

test('a lock that does not come within its time accepts nobody', async () => {
  const batch = newBatch();
  const release = await holdTable();
  await expect(batch.add(item(2))).rejects.toMatchObject({ code: 'database_unavailable', kind: 'unavailable' });
  await release();
  expect(await stored()).toEqual([]);
});

test('a connection lost while committing answers database_unavailable and hands the items over as uncertain', async () => {
  const uncertain: Item[] = [];
  const batch = newBatch({
    pool: newPool({ url: proxy.url }),
    onUncertain: (items) => void uncertain.push(...items),
  });
  await batch.add(item(1));
  proxy.set('mute');
  const lost = Promise.allSettled([batch.add(item(2)), batch.add(item(3))]);
  await vi.waitFor(async () => expect(await stored()).toEqual([1, 2, 3]));
  proxy.cut();
  expect(codesOf(await lost)).toEqual(['database_unavailable', 'database_unavailable']);
  expect(uncertain).toEqual([item(2), item(3)]);
  proxy.set('open');
  await expect(batch.add(item(4))).resolves.toBe(4);
});

test('a backend process ended by the operator loses its batch only', async () => {
  const uncertain: Item[] = [];
  const pool = newPool();
  const batch = newBatch({ pool, onUncertain: (items) => void uncertain.push(...items) });
  const release = await holdTable();
  const lost = Promise.allSettled([batch.add(item(1))]);
  await database.untilSomeoneWaits();
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'batch test' and wait_event_type = 'Lock'",
  );
  expect(codesOf(await lost)).toEqual(['database_unavailable']);
  await release();
  expect(uncertain).toEqual([item(1)]);
  expect(await stored()).toEqual([]);
  await expect(batch.add(item(2))).resolves.toBe(2);
});

test('a connection lost in the first half of a split leaves the second half unwritten and certain', async () => {
  const uncertain: Item[] = [];
  const batch = newBatch({
    pool: newPool({ url: proxy.url }),
    onUncertain: (items) => void uncertain.push(...items),
    async write(client, items) {
      writes.push(items.map(({ id }) => id));
      if (items.length === 4) await raise(client, '22021');
      proxy.cut();
      await client.query('select 1');
      return items.map(({ id }) => id);
    },
  });
  const settled = await Promise.allSettled(range(1, 4).map((id) => batch.add(item(id))));
  expect(codesOf(settled)).toEqual(Array(4).fill('database_unavailable'));
  expect(writes).toEqual([
    [1, 2, 3, 4],
    [1, 2],
  ]);
  expect(uncertain).toEqual([item(1), item(2)]);
});

test('while the database is away nobody is uncertain, and all are answered', async () => {
  const uncertain: Item[] = [];
  const batch = newBatch({
    pool: newPool({ url: proxy.url }),
    onUncertain: (items) => void uncertain.push(...items),
  });
  proxy.set('down');
  const settled = await Promise.allSettled(range(1, 5).map((id) => batch.add(item(id))));
  expect(codesOf(settled)).toEqual(Array(5).fill('database_unavailable'));
  expect(uncertain).toEqual([]);
});

test('a database that says nothing any more counts as lost', async () => {
  const uncertain: Item[] = [];
  const batch = newBatch({
    pool: newPool({ url: proxy.url }),
    writeWithinMs: 800,
    onUncertain: (items) => void uncertain.push(...items),
  });
  await batch.add(item(1));
  proxy.set('hang');
  await expect(batch.add(item(2))).rejects.toMatchObject({ code: 'database_unavailable' });
  expect(uncertain).toEqual([item(2)]);
});

test('a full line refuses at once with overloaded and a time to come back', async () => {
  const batch = newBatch({ lineMax: 3, inFlightMax: 1 });
  const release = await holdTable();
  const first = batch.add(item(1));
  await database.untilSomeoneWaits();
  const waiting = [batch.add(item(2)), batch.add(item(3)), batch.add(item(4))];
  await expect(batch.add(item(5))).rejects.toMatchObject({
    code: 'overloaded',
    kind: 'unavailable',
    retryAfterSeconds: 1,
  });
  expect(batch.waiting).toBe(3);
  await release();
  expect(await Promise.all([first, ...waiting])).toEqual([1, 2, 3, 4]);
});

test('who waited too long is refused, even while every batch in flight hangs', async () => {
  const batch = newBatch({
    lineWaitMaxMs: 100,
    inFlightMax: 1,
    pool: newPool({ url: proxy.url }),
    writeWithinMs: 2_000,
  });
  await batch.add(item(1));
  proxy.set('hang');
  const hanging = Promise.allSettled([batch.add(item(2))]);
  await vi.waitUntil(() => writes.length === 2);
  const startedAt = performance.now();
  await expect(batch.add(item(3))).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  proxy.cut();
  expect(codesOf(await hanging)).toEqual(['database_unavailable']);
  expect(writes.flat()).not.toContain(3);
});

test('an owner with many items gets a quarter of a full batch, and others come at once', async () => {
  const batch = newBatch({ rowsMax: 8, inFlightMax: 1 });
  const release = await holdTable();
  const first = batch.add(item(1));
  await database.untilSomeoneWaits();
  const greedy = range(100, 20).map((id) => batch.add(item(id, 1)));
  const modest = [batch.add(item(200, 2)), batch.add(item(201, 3))];
  await release();
  await Promise.all([first, ...greedy, ...modest]);
  expect(writes[1]).toEqual([100, 101, 200, 201]);
  expect(writes.flat()).toHaveLength(23);
});

test('disposing writes what is in the line and refuses what comes later', async () => {
  const batch = newBatch({ inFlightMax: 1, rowsMax: 2 });
  const release = await holdTable();
  const added = range(1, 7).map((id) => batch.add(item(id, id)));
  await database.untilSomeoneWaits();
  const disposed = batch[Symbol.asyncDispose]();
  await expect(batch.add(item(99))).rejects.toMatchObject({ code: 'overloaded' });
  await release();
  await disposed;
  expect(await Promise.all(added)).toEqual(range(1, 7));
  expect(await stored()).toEqual(range(1, 7));
});

test('disposing ends although everybody in the line had waited too long', async () => {
  const batch = newBatch({ lineWaitMaxMs: 0 });
  const added = Promise.allSettled(range(1, 3).map((id) => batch.add(item(id))));
  await wait(2);
  await batch[Symbol.asyncDispose]();
  expect((await added).every(({ status }) => status === 'fulfilled' || status === 'rejected')).toBe(true);
});

async function raise(client: PoolClient, code: string): Promise<void> {
  await client.query(`do $$ begin raise exception 'as asked' using errcode = '${code}'; end $$`);
}
