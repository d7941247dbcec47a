import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createRequestRecorder, type RequestRecorder } from '../../../src/modules/statistics/index.ts';
import { createPool } from '../../../src/platform/database/connect.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { collectLogs, type DatabaseProxy, type LogLine, startProxy } from './support.ts';

let database: TestDatabase;
let proxy: DatabaseProxy;
let pool: Pool;
let recorder: RequestRecorder;
let lines: LogLine[];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  await database.pool.query('truncate api_requests');
  proxy = await startProxy(database.url);
  pool = createPool({
    url: proxy.url,
    max: 3,
    applicationName: 'recorder test',
    statementTimeoutMs: 3_000,
    connectTimeoutMs: 1_000,
    onError() {},
  });
  const logs = collectLogs();
  lines = logs.lines;
  recorder = createRequestRecorder({ pool, ids: createIds(), logger: logs.logger });
});
afterEach(async () => {
  await recorder.close();
  await proxy.close();
  await pool.end();
});

const request = (requestId: string) => ({
  userId: 7,
  endpoint: '/api/phone-numbers/:id/qr',
  method: 'GET',
  ipAddress: '192.0.2.1',
  statusCode: 200,
  responseTimeMs: 12,
  requestId,
});

function record(count: number, name = 'request'): void {
  for (let n = 0; n < count; n++) recorder.record(request(`${name}-${n}`));
}

async function requestIds(): Promise<string[]> {
  const { rows } = await database.pool.query<{ request_id: string }>(
    'select request_id from api_requests order by created_at, id',
  );
  return rows.map((row) => row.request_id);
}

async function statements(): Promise<number> {
  const { rows } = await database.pool.query('select count(distinct xmin::text) as count from api_requests');
  return rows[0].count;
}

const eventsOf = (event: string) => lines.filter((line) => line.event === event);

// Within a second of a machine that is not busy with others just then.
test('a request becomes a row with all its columns within a second, without anybody asking', { retry: 2 }, async () => {
  recorder.record(request('one'));
  await vi.waitFor(async () => expect(await requestIds()).toEqual(['one']), { timeout: 1_000, interval: 20 });
  const { rows } = await database.pool.query('select * from api_requests');
  expect(rows).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      user_id: 7,
      endpoint: '/api/phone-numbers/:id/qr',
      method: 'GET',
      ip_address: '192.0.2.1',
      created_at: expect.any(Date),
      status_code: 200,
      response_time_ms: 12,
      request_id: 'one',
    },
  ]);
});

test('requests of nobody are rows without a user', async () => {
  recorder.record({ ...request('anonymous'), userId: null });
  await recorder.flush();
  const { rows } = await database.pool.query('select user_id from api_requests');
  expect(rows).toEqual([{ user_id: null }]);
});

test('many requests share statements of at most 500 rows', async () => {
  record(1_200);
  await recorder.flush();
  expect((await requestIds()).length).toBe(1_200);
  expect(await statements()).toBe(3);
});

test('flush resolves for nothing at once, and for every caller who waits', async () => {
  await recorder.flush();
  record(3);
  await Promise.all([recorder.flush(), recorder.flush()]);
  expect((await requestIds()).length).toBe(3);
});

test('close writes what waits, and later requests are left out', async () => {
  record(20);
  await recorder.close();
  record(5, 'late');
  await recorder.flush();
  expect((await requestIds()).length).toBe(20);
});

test('rows wait for a database that is away, and arrive once each when it is back', async () => {
  record(10, 'before');
  await recorder.flush();
  proxy.cut();
  record(1_500, 'during');
  await vi.waitFor(() => expect(eventsOf('request_log_stalled').length).toBe(1), 15_000);
  proxy.restore();
  record(10, 'after');
  await recorder.flush();
  const ids = await requestIds();
  expect(ids.length).toBe(1_520);
  expect(new Set(ids).size).toBe(1_520);
  await vi.waitFor(() => expect(eventsOf('request_log_resumed').length).toBe(1));
  expect(eventsOf('request_log_stalled').length).toBe(1);
  expect(eventsOf('requests_dropped')).toEqual([]);
});

test('a statement that was committed without our hearing of it makes no second rows', async () => {
  record(1);
  await recorder.flush();
  proxy.swallowAnswers();
  record(50, 'unheard');
  const flushed = recorder.flush();
  await vi.waitFor(async () => expect((await requestIds()).length).toBe(51), 15_000);
  proxy.restore();
  await flushed;
  expect((await requestIds()).length).toBe(51);
});

test('a connection that hangs is given up, and its rows are written over another', async () => {
  record(1);
  await recorder.flush();
  proxy.hang();
  record(5, 'hung');
  const flushed = recorder.flush();
  await vi.waitFor(() => expect(eventsOf('request_log_stalled').length).toBe(1), 15_000);
  proxy.restore();
  await flushed;
  expect((await requestIds()).length).toBe(6);
});

test('no more than 20,000 rows wait: the oldest are dropped and counted in the log', async () => {
  proxy.cut();
  record(20_300);
  await vi.waitFor(() => expect(eventsOf('requests_dropped').length).toBe(1), 15_000);
  const reported = eventsOf('requests_dropped').map((line) => line.count as number);
  proxy.restore();
  await recorder.flush();
  const ids = await requestIds();
  expect(ids.length).toBe(20_000);
  expect(reported).toEqual([300]);
  expect(ids).toContain('request-20299');
});

test('a row that the database refuses is left out alone', async () => {
  record(5, 'good');
  recorder.record({ ...request('bad'), endpoint: 'with \u0000 in it' });
  record(5, 'also-good');
  await recorder.flush();
  const ids = await requestIds();
  expect(ids.length).toBe(10);
  expect(ids).not.toContain('bad');
  expect(eventsOf('request_log_row_refused').length).toBe(1);
});

test('close gives up on a database that stays away, and says what was lost', async () => {
  proxy.cut();
  record(42);
  const startedAt = performance.now();
  await recorder.close();
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  expect(eventsOf('requests_dropped').map((line) => line.count)).toEqual([42]);
});
