import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showMetrics } from '../../src/bin/metrics.ts';
import { askFigures } from '../../src/figures.ts';
import { type MetricsListener, startMetricsServer } from '../../src/http/metrics-server.ts';
import { areaOfPattern } from '../../src/http/request-metrics.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import type { Services } from '../../src/services.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';
import { readSamples, type Sample } from './samples.ts';

let gateway: TestGateway;
let figures: AsyncDisposable;
let server: MetricsListener;
let user: TestUser;
let number: TestNumber;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  figures = askFigures(gateway.services);
  server = await startMetricsServer({ ...gateway.services, host: '127.0.0.1', port: 0 });
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await figures?.[Symbol.asyncDispose]();
  await gateway?.close();
});

describe('the port', () => {
  test('GET /metrics is there in the text format, and nothing else is', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/metrics/x'],
      ['GET', '/health'],
      ['POST', '/metrics'],
      ['HEAD', '/metrics'],
    ] as const) {
      expect((await fetch(`http://127.0.0.1:${server.port}${path}`, { method })).status, `${method} ${path}`).toBe(404);
    }
  });

  test('the public port does not serve it', async () => {
    const answer = await fetch(`${gateway.url}/metrics`);
    expect(answer.ok).toBe(false);
    expect(await answer.text()).not.toMatch(/evofleet_|process_/);
  });

  test('that was chosen and is in use stops the start with a clear word', async () => {
    await expect(showMetrics(servicesOn({ isRequired: true }))).rejects.toThrow(
      `METRICS_PORT: ${server.port} on 127.0.0.1 is in use. Choose another one, or 0 to show no figures.`,
    );
  });

  test('that nobody chose gives way with a warning', async () => {
    await using _nothing = await showMetrics(servicesOn({ isRequired: false }));
    const warning = gateway.logs.map((line) => JSON.parse(line)).find(({ event }) => event === 'metrics_not_shown');
    expect(warning).toMatchObject({ level: 'warn', host: '127.0.0.1', port: server.port });
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(200);
  });

  test('that is 0 is none', async () => {
    const { config } = gateway.services;
    await using _nothing = await showMetrics({ ...gateway.services, config: { ...config, metricsServer: undefined } });
  });
});

describe('what is counted', () => {
  test('an answer counts under its route and status class, never under its path', async () => {
    await user.api('GET', `/api/phone-numbers/${number.id}/status`);
    await gateway.anonymous('GET', '/api/phone-numbers/424242/status');
    await gateway.anonymous('GET', '/no/such/path-of-a-stranger');
    const samples = await scrape();
    const requests = samples.filter(({ name }) => name === 'evofleet_http_requests_total');
    const route = '/api/phone-numbers/:id/status';
    expect(valueIn(requests, { route, method: 'GET', status_class: '2xx' })).toBeGreaterThan(0);
    expect(valueIn(requests, { route, method: 'GET', status_class: '4xx' })).toBe(1);
    expect(valueIn(requests, { route: '(unknown route)', method: 'GET', status_class: '4xx' })).toBeGreaterThan(0);
    expect(valueIn(samples, { area: 'phone-numbers' }, 'evofleet_http_request_duration_seconds_count')).toBeGreaterThan(
      1,
    );
    expect(valueIn(samples, {}, 'evofleet_http_requests_in_flight')).toBe(0);
  });

  test('a send counts with its kind and outcome, and its two commits in their batches', async () => {
    const before = await scrape();
    const sent = await user.api('POST', '/api/messages/send-text', {
      token: number.token,
      number: '5511999990001',
      text: 'counted',
    });
    expect(sent.status).toBe(200);
    const after = await scrape();
    const rise = (name: string, labels: Record<string, string>) =>
      (valueIn(after, labels, name) ?? 0) - (valueIn(before, labels, name) ?? 0);
    expect(rise('evofleet_send_duration_seconds_count', { kind: 'text', outcome: 'sent' })).toBe(1);
    expect(rise('evofleet_batch_rows_total', { batch: 'accept' })).toBe(1);
    expect(rise('evofleet_batch_rows_total', { batch: 'settle' })).toBe(1);
  });

  test('calls of backends count, those with a wrong secret as refused', async () => {
    const before = await scrape();
    await fetch(`${gateway.url}/hooks/evolution/none`, { method: 'POST', headers: { authorization: 'Bearer x' } });
    const after = await scrape();
    const of = (samples: Sample[], result: string) => valueIn(samples, { result }, 'evofleet_ingest_calls_total') ?? 0;
    expect(of(after, 'refused') - of(before, 'refused')).toBe(1);
    // The connecting of the number alone was several calls.
    expect(of(after, 'stored')).toBeGreaterThan(0);
    expect(valueIn(after, {}, 'evofleet_ingest_duration_seconds_count')).toBe(
      of(after, 'stored') + of(after, 'repeated'),
    );
  });
});

describe('what is asked for', () => {
  test('the pool, the lanes, the numbers and the connections are told of as they stand', async () => {
    const samples = await scrape();
    const read = (name: string, labels: Record<string, string> = {}) => valueIn(samples, labels, name);
    expect(read('evofleet_backends', { state: 'active' })).toBe(2);
    expect(read('evofleet_backends', { state: 'down' })).toBe(0);
    expect(samples.filter(({ name }) => name === 'evofleet_backend_up')).toHaveLength(2);
    expect(read('evofleet_phone_numbers', { status: 'connected' })).toBe(1);
    expect(read('evofleet_phone_numbers', { status: 'error' })).toBe(0);
    expect(read('evofleet_database_up')).toBe(1);
    expect(read('evofleet_database_connections_max', { pool: 'main' })).toBe(20);
    expect(read('evofleet_database_waiting', { pool: 'main' })).toBe(0);
    for (const lane of ['inbound', 'send', 'fan-out', 'deliver', 'mail'])
      expect(read('evofleet_lane_oldest_seconds', { lane }), lane).toBeGreaterThanOrEqual(0);
    for (const source of ['lanes', 'backends', 'phone_numbers', 'fleet'])
      expect(read('evofleet_figures_up', { source }), source).toBe(1);
    expect(read('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });
});

test('no label holds a user, a number, a message, a name, an address or a secret', async () => {
  const [row] = await gateway.database.db.selectFrom('phone_numbers').selectAll().execute();
  const forbidden = [
    user.email,
    user.apiKey,
    number.token,
    number.instanceName,
    row?.backend_name,
    row?.phone_number,
    gateway.sandboxes[0]?.url,
    '127.0.0.1',
    '5511999990001',
  ].filter((text) => typeof text === 'string');
  expect(forbidden.length).toBeGreaterThan(7);
  const text = await scrapeText();
  for (const each of forbidden) expect(text).not.toContain(each);
  const names = new Set((await scrape()).flatMap(({ labels }) => Object.keys(labels)));
  for (const name of ['user', 'user_id', 'phone_number', 'message_id', 'path', 'url', 'ip'])
    expect(names).not.toContain(name);
});

test('the area of a route is the part of its pattern that names what it is about', () => {
  expect(areaOfPattern('/api/messages/send-text')).toBe('messages');
  expect(areaOfPattern('/api/v1/sessions/:name')).toBe('sessions');
  expect(areaOfPattern('/hooks/evolution/:secretId')).toBe('hooks');
  expect(areaOfPattern('/')).toBe('(other)');
  expect(areaOfPattern('/:anything')).toBe('(other)');
  expect(areaOfPattern('(unknown route)')).toBe('(other)');
});

test('without the database the scrape still answers, and says so instead of old figures', async () => {
  const metrics = createMetrics();
  const nowhere = { ...gateway.services.config, databaseUrl: 'postgres://nobody@127.0.0.1:1/none' };
  await using _asked = askFigures({ ...gateway.services, metrics, config: nowhere });
  const samples = readSamples(await metrics.text());
  expect(valueIn(samples, {}, 'evofleet_database_up')).toBe(0);
  for (const source of ['lanes', 'backends', 'phone_numbers', 'fleet'])
    expect(valueIn(samples, { source }, 'evofleet_figures_up'), source).toBe(0);
  expect(samples.filter(({ name }) => name === 'evofleet_lane_oldest_seconds')).toEqual([]);
  expect(samples.filter(({ name }) => name === 'evofleet_phone_numbers')).toEqual([]);
  expect(valueIn(samples, { pool: 'batch' }, 'evofleet_database_connections_max')).toBe(8);
});

/** The gateway's, told to show its figures where they are shown already. */
function servicesOn({ isRequired }: { isRequired: boolean }): Services {
  const { config } = gateway.services;
  const metricsServer = { host: '127.0.0.1', port: server.port, isRequired };
  return { ...gateway.services, metrics: createMetrics(), config: { ...config, metricsServer } };
}

async function scrapeText(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
}

async function scrape(): Promise<Sample[]> {
  return readSamples(await scrapeText());
}

function valueIn(samples: readonly Sample[], labels: Record<string, string>, name?: string): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find(
    (sample) =>
      (name === undefined || sample.name === name) && wanted.every(([label, value]) => sample.labels[label] === value),
  )?.value;
}
