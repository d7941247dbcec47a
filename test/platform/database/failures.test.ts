import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  classifyDatabaseFailure,
  isDatabaseTrouble,
  violatedConstraint,
} from '../../../src/platform/database/failures.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function errorOfUrl(parts: { port?: string; hostname?: string; username?: string }): Promise<unknown> {
  const url = Object.assign(new URL(database.url), parts);
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 1_000 });
  return errorOf(client.connect().finally(() => client.end().catch(() => {})));
}

test.each([
  ["select 'x'::int", 'bad_data'],
  ["select repeat('[', 100000)::json", 'bad_data'],
  ["insert into backends (url, api_key_sealed, capacity) values ('u', 'k', 0)", 'bad_data'],
  ['set statement_timeout = 20; select pg_sleep(5)', 'cancelled'],
  ['selec', 'other'],
  ['select pg_terminate_backend(pg_backend_pid())', 'connection_lost'],
])('%s is %s', async (statement, failure) => {
  const error = await errorOf(database.connect({ max: 1 }).pool.query(statement));
  expect(classifyDatabaseFailure(error)).toBe(failure);
});

test('nobody listening, no such host and a refused log-in are times to try again', async () => {
  for (const parts of [{ port: '1' }, { hostname: 'nowhere.invalid' }, { username: 'nobody' }]) {
    const error = await errorOfUrl(parts);
    expect([classifyDatabaseFailure(error), isDatabaseTrouble(error)]).toEqual(['unavailable', true]);
  }
});

test('bad data and errors of ours are no trouble of the database', async () => {
  const error = await errorOf(
    database.pool.query("insert into backends (url, api_key_sealed, capacity) values ('u', 'k', -1)"),
  );
  expect(isDatabaseTrouble(error)).toBe(false);
  expect(violatedConstraint(error)).toBe('backends_capacity_check');
  expect(isDatabaseTrouble(new TypeError('x'))).toBe(false);
  expect(classifyDatabaseFailure('x')).toBe('other');
  expect(violatedConstraint(new TypeError('x'))).toBeUndefined();
});

test.each([
  ['40001', 3],
  ['40P01', 3],
  ['22000', 1],
])('a transaction that fails with %s runs %i times in all', async (code, runsMax) => {
  let runs = 0;
  const failing = inTransaction(database.db, async (tx) => {
    runs++;
    await sql.raw(`do $$ begin raise exception 'as asked' using errcode = '${code}'; end $$`).execute(tx);
  });
  expect(await errorOf(failing)).toMatchObject({ code });
  expect(runs).toBe(runsMax);
});

test('a transaction that succeeds at its second run is committed once', async () => {
  let runs = 0;
  await inTransaction(database.db, async (tx) => {
    await sql`update installation set encryption_key_id = coalesce(encryption_key_id, '') || 'x'`.execute(tx);
    if (++runs === 1) await sql.raw("do $$ begin raise exception 'x' using errcode = '40001'; end $$").execute(tx);
  });
  const row = await database.db.selectFrom('installation').select('encryption_key_id').executeTakeFirstOrThrow();
  expect([runs, row.encryption_key_id]).toEqual([2, 'x']);
});
