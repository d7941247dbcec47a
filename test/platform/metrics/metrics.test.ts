import { describe, expect, test } from 'vitest';
import { createBoundedLabel } from '../../../src/platform/metrics/bounded-labels.ts';
import { createMetrics } from '../../../src/platform/metrics/metrics.ts';
import { readMetricsServer } from '../../../src/platform/metrics/metrics-settings.ts';
import { createSettingsReader } from '../../../src/platform/settings.ts';

describe('a source', () => {
  test('is read when somebody looks, and its answer is good for a while', async () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge('a', 'A.');
    let reads = 0;
    metrics.ask({ name: 'kept', keepMs: 60_000, gauges: [gauge], read: () => gauge.set(++reads) });
    expect(await metrics.text()).toContain('\na 1\n');
    expect(await metrics.text()).toContain('\na 1\n');
    expect(reads).toBe(1);
  });

  test('that fails takes its figures away, says so, and holds up no other', async () => {
    const metrics = createMetrics();
    const bare = metrics.gauge('bare', 'A.');
    const labelled = metrics.gauge('labelled', 'B.', ['x']);
    const other = metrics.gauge('other', 'C.');
    let isAway = false;
    metrics.ask({
      name: 'first',
      keepMs: 0,
      gauges: [bare, labelled],
      async read() {
        if (isAway) throw new Error('away');
        bare.set(1);
        labelled.set({ x: 'y' }, 2);
      },
    });
    metrics.ask({ name: 'second', keepMs: 0, gauges: [other], read: () => other.set(3) });
    expect(await metrics.text()).toMatch(/\nbare 1\n[\s\S]*labelled\{x="y"\} 2/);
    isAway = true;
    const text = await metrics.text();
    expect(text).not.toMatch(/^bare /m);
    expect(text).not.toMatch(/^labelled\{/m);
    expect(text).toContain('evofleet_figures_up{source="first"} 0');
    expect(text).toContain('evofleet_figures_up{source="second"} 1');
    expect(text).toContain('\nother 3\n');
    isAway = false;
    expect(await metrics.text()).toContain('\nbare 1\n');
  });

  test('that does not end is not waited for, and not asked twice', async () => {
    const metrics = createMetrics({ askWithinMs: 20 });
    const gauge = metrics.gauge('slow', 'A.');
    const { promise, resolve } = Promise.withResolvers<void>();
    let reads = 0;
    metrics.ask({
      name: 'slow',
      keepMs: 60_000,
      gauges: [gauge],
      async read() {
        reads++;
        await promise;
        gauge.set(7);
      },
    });
    expect(await metrics.text()).toContain('evofleet_figures_up{source="slow"} 0');
    expect(await metrics.text()).not.toMatch(/^slow /m);
    expect(reads).toBe(1);
    resolve();
    expect(await metrics.text()).toContain('\nslow 7\n');
    expect(reads).toBe(1);
  });
});

test('two registries know nothing of each other', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.counter('x_total', 'X.').inc();
  other.counter('x_total', 'X.').inc(5);
  expect(await one.text()).toContain('\nx_total 1\n');
  expect(await other.text()).toContain('\nx_total 5\n');
});

test('a bounded label takes so many values and no more', () => {
  const label = createBoundedLabel(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map((value) => label(value))).toEqual(['a', 'b', 'other', 'a', 'other', 'b']);
});

test('a value that may not take a place shows only where it has one', () => {
  const label = createBoundedLabel(2);
  expect(label('a', false)).toBe('other');
  expect(label('a')).toBe('a');
  expect(label('a', false)).toBe('a');
});

describe('METRICS_PORT', () => {
  const read = (env: Record<string, string>) => readMetricsServer(createSettingsReader(env));
  test('unset is a port on loopback that gives way', () => {
    expect(read({})).toEqual({ host: '127.0.0.1', port: 9464, isRequired: false });
  });
  test('set is a port that must be free', () => {
    expect(read({ METRICS_PORT: '9464', METRICS_HOST: '0.0.0.0' })).toEqual({
      host: '0.0.0.0',
      port: 9464,
      isRequired: true,
    });
  });
  test('0 is none', () => {
    expect(read({ METRICS_PORT: '0' })).toBeUndefined();
  });
});
