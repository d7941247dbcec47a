import { spawnSync } from 'node:child_process';
import { accessSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { askFigures } from '../../src/figures.ts';
import { readSamples, type Sample } from '../http/samples.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { faultsOf, selectorsIn } from './promql.ts';

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
};
type Panel = { id: number; type: string; title: string; targets?: { expr: string; legendFormat: string }[] };

const { groups } = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(readFileSync('deploy/grafana/evofleet.json', 'utf8')) as { panels: Panel[] };
const expressions = [
  ...rules.map(({ alert, expr }) => ({ of: `alert ${alert}`, expr })),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ of: `panel ${title}`, expr }))),
];

const isMissing = spawnSync('promtool', ['--version']).status !== 0;

let gateway: TestGateway;
let figures: AsyncDisposable;
let samples: Sample[];
/** Every name under which a gateway that runs shows something. */
let names: Set<string>;

beforeAll(async () => {
  gateway = await startGateway();
  figures = askFigures(gateway.services);
  const text = await gateway.services.metrics.text();
  names = namesIn(text);
  samples = readSamples(text);
});
afterAll(async () => {
  await figures?.[Symbol.asyncDispose]();
  await gateway?.close();
});

describe('alerts and dashboard', () => {
  test('ask for nothing but what a running gateway shows', () => {
    expect(names.size).toBeGreaterThan(60);
    const asked = expressions.flatMap(({ of, expr }) => selectorsIn(expr).map(({ metric }) => ({ of, metric })));
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter(({ metric }) => metric !== 'up' && !names.has(metric))).toEqual([]);
  });

  test('narrow by labels that those figures have', () => {
    const labelsOf = (metric: string) =>
      new Set(samples.filter(({ name }) => name === metric).flatMap(({ labels }) => Object.keys(labels)));
    const wrong = expressions.flatMap(({ of, expr }) =>
      selectorsIn(expr).flatMap(({ metric, labels }) => {
        const known = labelsOf(metric);
        return labels
          .filter((label) => label !== 'job' && known.size > 0 && !known.has(label))
          .map((label) => ({ of, metric, label }));
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('are well-formed', () => {
    expect(expressions.flatMap(({ of, expr }) => faultsOf(expr).map((fault) => ({ of, fault })))).toEqual([]);
  });

  test('every figure of ours is looked at by one of them', () => {
    const asked = new Set(
      expressions.flatMap(({ expr }) =>
        selectorsIn(expr).map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
      ),
    );
    const ours = [...names]
      .filter((name) => name.startsWith('evofleet_'))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(ours)].filter((name) => !asked.has(name)).sort()).toEqual([
      'evofleet_phone_numbers_counted_seconds',
    ]);
  });
});

describe('the check of expressions', () => {
  test('finds the metrics, whatever stands around them', () => {
    const expr =
      'sum by (le, kind) (rate(a_total{x="b{c", y=~"d"}[5m])) / on (z) (max(e:f offset 10m) > 0.5) and g == 1e6';
    expect(selectorsIn(expr)).toEqual([
      { metric: 'a_total', labels: ['x', 'y'] },
      { metric: 'e:f', labels: [] },
      { metric: 'g', labels: [] },
    ]);
  });
  test.each(['sum(a', 'a)', 'a / ', 'a and', '(> 1)', 'a{b="c}', 'sum()', '1 + 2', ''])(
    'finds the fault in "%s"',
    (expr) => {
      expect(faultsOf(expr)).not.toEqual([]);
    },
  );
});

describe('each alert', () => {
  const runbooks = anchorsOf(readFileSync('docs/operations.md', 'utf8'));

  test('has a name of its own, a severity, and says what is the case', () => {
    expect(rules.length).toBeGreaterThan(20);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/.{10,}\.$/);
      expect(annotations.description, alert).toMatch(/.{10,}\.$/);
    }
  });

  test('leads to its cause and cure, and none of these is without an alert', () => {
    const led = rules.map(({ annotations }) => annotations.runbook);
    for (const runbook of led) expect(runbook).toMatch(/^docs\/operations\.md#[a-z0-9-]+$/);
    const anchors = new Set(led.map((runbook) => runbook.split('#')[1]));
    expect([...anchors].sort()).toEqual([...runbooks].sort());
  });
});

describe.skipIf(isMissing)(
  `Prometheus itself${isMissing ? ' [skipped without promtool: apt-get install prometheus]' : ''}`,
  () => {
    const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8' });

    test('takes the rules and the configuration', () => {
      expect(promtool('check', 'rules', 'deploy/prometheus/alerts.yml')).toMatchObject({ status: 0 });
      expect(promtool('check', 'config', 'deploy/prometheus/prometheus.yml')).toMatchObject({ status: 0 });
    });
    test('fires them when they should, and not when they should not', () => {
      expect(promtool('test', 'rules', 'deploy/prometheus/alerts.test.yml')).toMatchObject({ status: 0 });
    });
  },
);

test('Prometheus is told of these rules, and of the port that the gateway shows its figures on', () => {
  const config = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8'));
  expect(config.rule_files).toEqual(['alerts.yml']);
  expect(config.scrape_configs).toMatchObject([
    { job_name: 'evofleet', dns_sd_configs: [{ names: ['saas-api'], port: 9464 }] },
  ]);
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
  expect(compose.services['saas-api']).toMatchObject({
    environment: { METRICS_HOST: '0.0.0.0', METRICS_PORT: '9464' },
    expose: ['9464'],
  });
  const metrics = parse(readFileSync('deploy/prometheus/docker-compose.metrics.yml', 'utf8'));
  for (const { ports, volumes } of Object.values<{ ports: string[]; volumes: string[] }>(metrics.services)) {
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    for (const [file = ''] of volumes.map((volume) => volume.split(':')))
      if (file.startsWith('./deploy')) accessSync(file);
  }
});

function namesIn(text: string): Set<string> {
  const typed = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    typed.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

/** The anchors of what stands under "When an alert fires". */
function anchorsOf(markdown: string): string[] {
  const [, section = ''] = /\n## When an alert fires\n([\s\S]*?)(?=\n## |$)/.exec(markdown) ?? [];
  return [...section.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s+/g, '-'),
  );
}
