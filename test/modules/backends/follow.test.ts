import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { apiKey, eventually, openPool, type Pool } from './support.ts';

let pool: Pool;
beforeAll(async () => {
  pool = await openPool();
});
afterEach(() => pool.reset());
afterAll(() => pool.close());

test('a process that never probes learns who went, and within a second or two who is back', async () => {
  const sandbox = await pool.startSandbox();
  const [worker, api] = [pool.process(), pool.process()];
  api.follow(200);
  await worker.join([{ url: sandbox.url, apiKey }]);
  await worker.probeAll();
  await eventually(() => api.summary()).toEqual({ total: 1, healthy: 1 });
  const { id } = await pool.row(sandbox.url);

  await sandbox.close();
  await worker.probeAll();
  await eventually(() => api.summary()).toEqual({ total: 1, healthy: 0 });
  await expect(api.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });

  await pool.startSandbox({ port: Number(new URL(sandbox.url).port) });
  await worker.probeAll();
  await worker.probeAbsent();
  await eventually(() => api.summary()).toEqual({ total: 1, healthy: 1 });
  expect((await api.requireUsable(id)).state).toBe('active');
});

test('however long the interval, a backend that does not serve is looked at every second', async () => {
  const sandbox = await pool.startSandbox();
  const [worker, api] = [pool.process(), pool.process()];
  await worker.join([{ url: sandbox.url, apiKey }]);
  await api.refresh();
  expect(api.summary()).toEqual({ total: 1, healthy: 0 });
  api.follow(3_600_000);
  await worker.probeAll();
  await eventually(() => api.summary()).toEqual({ total: 1, healthy: 1 });
});

test('while the table cannot be read the last picture holds, and the log says so once', async () => {
  const sandbox = await pool.startSandbox();
  const api = pool.process();
  await api.join([{ url: sandbox.url, apiKey }]);
  await api.probeAll();
  await pool.database.pool.query('alter table backends rename to backends_away');
  api.follow(20);
  await eventually(() => pool.logs.filter(({ event }) => event === 'pool_not_read').length).toBe(1);
  expect(api.summary()).toEqual({ total: 1, healthy: 1 });
  await pool.database.pool.query('alter table backends_away rename to backends');
  const { id } = await pool.row(sandbox.url);
  await pool.database.db.updateTable('backends').set({ state: 'down' }).where('id', '=', id).execute();
  await eventually(() => api.summary()).toEqual({ total: 1, healthy: 0 });
  expect(pool.logs.filter(({ event }) => event === 'pool_not_read')).toHaveLength(1);
});
