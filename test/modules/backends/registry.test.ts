import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { apiKey, openPool, type Pool } from './support.ts';

let pool: Pool;
beforeAll(async () => {
  pool = await openPool();
});
afterEach(() => pool.reset());
afterAll(() => pool.close());

test('what one process or an operator changes holds in the other at its next round', async () => {
  const [first, second] = [await pool.startSandbox(), await pool.startSandbox()];
  const [here, there] = [pool.process(), pool.process()];
  await here.join([{ url: first.url, apiKey }]);
  await here.probeAll();
  await there.probeAll();
  expect(there.summary()).toEqual({ total: 1, healthy: 1 });
  await here.join([{ url: second.url, apiKey }]);
  await here.probeAll();
  await there.refresh();
  expect(there.summary()).toEqual({ total: 2, healthy: 2 });
  const { id } = await pool.row(second.url);
  await pool.database.db.updateTable('backends').set({ state: 'down' }).where('id', '=', id).execute();
  await there.refresh();
  await expect(there.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });
  await pool.database.db.deleteFrom('backends').where('id', '=', id).execute();
  await there.refresh();
  expect(there.summary()).toEqual({ total: 1, healthy: 1 });
  await expect(there.backendOf(id)).rejects.toMatchObject({ code: 'backend_unavailable', kind: 'unavailable' });
});

test('a backend that another process has just added is found without waiting for a round', async () => {
  const sandbox = await pool.startSandbox();
  const [here, there] = [pool.process(), pool.process()];
  await there.refresh();
  await here.join([{ url: sandbox.url, apiKey }]);
  const { id } = await pool.row(sandbox.url);
  expect(await there.backendOf(id)).toMatchObject({ id, url: sandbox.url, state: 'joining' });
});

test('a changed key reaches the other process, whose calls use it from then on', async () => {
  const sandbox = await pool.startSandbox();
  const [here, there] = [pool.process(), pool.process()];
  await here.join([{ url: sandbox.url, apiKey: 'an-old-key' }]);
  const { id } = await pool.row(sandbox.url);
  await expect((await there.backendOf(id)).control.verifyCredentials()).rejects.toMatchObject({ kind: 'unauthorized' });
  await here.join([{ url: sandbox.url, apiKey }]);
  await there.refresh();
  await (await there.backendOf(id)).control.verifyCredentials();
});

test('the summary stays as it was, from memory, while the database is away', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  await sql`alter table backends rename to backends_away`.execute(pool.database.db);
  await expect(backends.probeAll()).rejects.toThrow();
  expect(backends.summary()).toEqual({ total: 1, healthy: 1 });
  const { rows } = await sql<{ id: number }>`select id from backends_away`.execute(pool.database.db);
  expect((await backends.requireUsable(rows[0]?.id ?? 0)).url).toBe(sandbox.url);
  await sql`alter table backends_away rename to backends`.execute(pool.database.db);
  await backends.probeAll();
  expect(backends.summary()).toEqual({ total: 1, healthy: 1 });
});

test('the key of a backend is nowhere in the database in clear, nor in a log line', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  await sandbox.close();
  await backends.probeAll();
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(pool.database.db);
  expect(tables.length).toBeGreaterThan(15);
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
      pool.database.db,
    );
    expect(rows.filter(({ row }) => row.includes(apiKey))).toEqual([]);
  }
  expect(JSON.stringify(pool.logs)).not.toContain(apiKey);
});

test('a sealed key opens only for the URL it was sealed for', async () => {
  const [one, other] = [await pool.startSandbox(), await pool.startSandbox()];
  const backends = pool.process();
  await backends.join([{ url: one.url, apiKey }]);
  await pool.database.db.updateTable('backends').set({ url: other.url }).execute();
  await expect(backends.refresh()).rejects.toThrow();
});
