import Fastify from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askFigures } from '../../src/figures.ts';
import { registerRequestMetrics } from '../../src/http/request-metrics.ts';
import { createSendMetrics } from '../../src/modules/backends/backends-metrics.ts';
import { readFleetNews } from '../../src/modules/fleet/fleet-figures-system.ts';
import { createInboundMetrics } from '../../src/modules/inbound/inbound-metrics.ts';
import { createDeliveryMetrics } from '../../src/modules/webhooks/delivery-metrics.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createBatchMetrics } from '../../src/platform/metrics/batch-metrics.ts';
import { createMetrics, type Metrics } from '../../src/platform/metrics/metrics.ts';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';
import { readSamples, type Sample } from './samples.ts';

const backends = 1_000;
const seriesMax = 2_000;

let database: TestDatabase;
let figures: AsyncDisposable;
let metrics: Metrics;

beforeAll(async () => {
  database = await openTestDatabase();
  metrics = createMetrics();
  figures = askFigures({
    config: { databaseUrl: database.url },
    logger: createLogger({ level: 'silent' }),
    metrics,
    connections: { main: database.pool, batch: database.connect().pool },
    redis: { status: 'ready' },
  });
  await fillDatabase();
});
afterAll(async () => {
  await figures?.[Symbol.asyncDispose]();
  await database?.close();
});

test('1,000 backends, 900 routes with every class of answer, and every kind, outcome and reason stay below 2,000 series', async () => {
  await askEveryRoute();
  await countEverything();
  const samples = readSamples(await metrics.text());
  const byName = Map.groupBy(samples, ({ name }) => name);
  expect(byName.get('evofleet_http_requests_total')?.length).toBe(400 + 3);
  const well = byName.get('evofleet_http_requests_total')?.filter(({ labels }) => labels.status_class === '2xx') ?? [];
  expect(well).toHaveLength(240 + 1);
  const areas = samples.filter(({ name }) => name === 'evofleet_http_request_duration_seconds_count');
  expect(areas).toHaveLength(20 + 1);
  // Those that follow the fleet's rows are counted 10 s after them; there are so many, if kinds are added one day.
  const ofFleet = await fleetSeries();
  expect(ofFleet).toBeGreaterThan(50);
  expect(samples.length).toBeGreaterThan(1_500);
  expect(samples.length + ofFleet).toBeLessThan(seriesMax);
});

test('of 1,000 backends the sums are told of all, and single figures of the 20 that need a look most', async () => {
  const samples = readSamples(await metrics.text());
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  expect(of('evofleet_backends').reduce((sum, { value }) => sum + value, 0)).toBe(backends);
  const away = of('evofleet_backend_up').filter(({ value }) => value === 0);
  expect(of('evofleet_backend_up')).toHaveLength(20);
  expect(away).toHaveLength(8);
  expect(await statesOf(away)).toEqual(['down']);
  expect(of('evofleet_backend_breaker_open').filter(({ value }) => value === 1)).toHaveLength(5);
  // Of those that serve, then the fullest.
  const loads = of('evofleet_backend_load_ratio')
    .slice(-3)
    .map(({ value }) => value);
  expect(Math.min(...loads)).toBeGreaterThan(0.98);
});

async function statesOf(samples: readonly Sample[]): Promise<string[]> {
  const ids = samples.map(({ labels }) => Number(labels.backend));
  const rows = await database.db.selectFrom('backends').select('state').where('id', 'in', ids).execute();
  return [...new Set(rows.map(({ state }) => state))];
}

async function fillDatabase(): Promise<void> {
  await sql`
    insert into backends (url, api_key_sealed, capacity, assigned, state, latency_ms, tripped_until)
    select 'http://backend-' || n, 'x', 1000, n - 1,
      case when n <= 8 then 'down' when n <= 200 then 'cordoned' else 'active' end, n,
      case when n between 9 and 13 then now() + interval '1 hour' end
    from generate_series(1, ${backends}) n`.execute(database.db);
}

// Refusals first, as a stranger makes them who tries every path there is.
async function askEveryRoute(): Promise<void> {
  const app = Fastify();
  registerRequestMetrics(app, metrics);
  app.decorateRequest('caller', null);
  for (let n = 0; n < 900; n++) {
    app.get<{ Querystring: { status: string } }>(
      `/api/area-${letters(n % 60)}/route-${n}/:id`,
      {},
      async (request, reply) => reply.code(Number(request.query.status)).send(''),
    );
  }
  for (const status of ['404', '200', '503']) {
    for (let n = 0; n < 900; n++)
      await app.inject({ url: `/api/area-${letters(n % 60)}/route-${n}/7`, query: { status } });
  }
  await app.close();
}

function letters(n: number): string {
  return String.fromCharCode(97 + (n % 26), 97 + Math.trunc(n / 26));
}

async function countEverything(): Promise<void> {
  const { watch } = createSendMetrics(metrics);
  const kinds = `text image video document audio voice ptv sticker location contact reaction poll list buttons template
    status`.split(/\s+/);
  const notSent = `backend_unreachable backend_unauthorized number_missing_on_backend number_not_connected
    recipient_not_on_whatsapp backend_refused`.split(/\s+/);
  const unknown = ['timeout', 'connection_lost', 'unreadable_answer', 'unlisted_answer'];
  for (const kind of kinds) {
    await watch(kind, Promise.resolve({ kind: 'sent', whatsappId: 'x', remoteJid: 'y', answer: null }));
    for (const code of notSent)
      await watch(
        kind,
        Promise.resolve({ kind: 'not_sent', code: code as 'backend_refused', detail: '', evidence: '' }),
      );
    for (const reason of unknown)
      await watch(kind, Promise.resolve({ kind: 'unknown', reason: reason as 'timeout', detail: '' }));
  }
  const { store } = createInboundMetrics(metrics);
  await store(Promise.resolve('due'));
  const { attempted } = createDeliveryMetrics(metrics);
  const call = { payload: '', statusCode: 200, error: null, responseTimeMs: 5 };
  attempted({ verdict: 'delivered', reason: null, call });
  attempted({ verdict: 'retry', reason: null, call: { ...call, error: 'x' } });
  const observer = createBatchMetrics(metrics);
  for (const batch of ['accept', 'settle', 'inbound', 'attempts']) {
    observer.ended(batch, { items: 3, written: 3, seconds: 0.1 });
    observer.ended(batch, { items: 3, written: 2, seconds: 0.1 });
  }
}

/** How many series the findings, repairs and incidents of every sort make, open ones included. */
async function fleetSeries(): Promise<number> {
  const { db } = database;
  const { until } = await readFleetNews(db, null);
  await sql`
    with kinds as (select 'kind ' || n as kind from generate_series(1, 12) n),
      found as (
        insert into findings (id, backend_id, kind, backend_name, found_at, ended_at, outcome)
        select gen_random_uuid(), 1, kind, outcome, ${until}::timestamptz + interval '1 microsecond',
          ${until}::timestamptz + interval '1 microsecond', outcome
        from kinds, unnest(array['mended', 'gone', 'given_up', 'left']) outcome returning id
      ), mended as (
        insert into repairs (id, finding_id, backend_id, step, outcome, began_at, ended_at)
        select gen_random_uuid(), (select id from found limit 1), 1, 'step ' || s, outcome, now(),
          ${until}::timestamptz + interval '1 microsecond'
        from generate_series(1, 8) s, unnest(array['proved', 'unproved', 'failed']) outcome returning 1
      )
    insert into incidents (id, kind, began_at)
    select gen_random_uuid(), kind, ${until}::timestamptz + interval '1 microsecond' from kinds`.execute(db);
  const news = await readFleetNews(db, until);
  const again = await readFleetNews(db, news.until);
  expect(again.found).toEqual([]);
  const open = 2 * 12;
  return news.found.length + news.ended.length + news.repairs.length + news.incidents.length + open;
}
