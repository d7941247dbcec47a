import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createSources, type Source } from './sources.ts';

export type { Source } from './sources.ts';

/** `empty` takes away every series, so that nothing is said rather than something old. */
export type EmptiableGauge<Label extends string> = Gauge<Label> & { empty(): void };

/** Figures of one process, in base units: seconds, bytes, shares of one. */
export type Metrics = {
  /** Goes up only; its name ends in `_total`. Starts anew with the process. */
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  gauge<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): EmptiableGauge<Label>;
  histogram<Label extends string = never>(
    name: string,
    help: string,
    options: { buckets: readonly number[]; labels?: readonly Label[] },
  ): Histogram<Label>;
  /** Has gauges filled when somebody looks; see {@link Source}. */
  ask(source: Source): void;
  /** Adds what the runtime knows of itself: processor, memory, file descriptors, event loop, garbage. Once. */
  watchProcess(): void;
  /** Everything in the text format 0.0.4 of Prometheus. Never waits longer than a source may. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** A registry of its own: two of them in a process know nothing of each other. */
export function createMetrics(options: { askWithinMs?: number } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const sources = createSources({
    withinMs: options.askWithinMs ?? 2_000,
    isUp: new Gauge({
      name: 'evofleet_figures_up',
      help: 'Whether figures that are asked for at a scrape could be had: 1 or 0, by where they come from.',
      labelNames: ['source'],
      registers,
    }),
  });
  return {
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers }),
    gauge<Label extends string = never>(name: string, help: string, labels: readonly Label[] = []) {
      const gauge = new Gauge({ name, help, labelNames: [...labels], registers });
      // Resetting one without labels would have it say 0.
      return Object.assign(gauge, { empty: () => (labels.length === 0 ? gauge.remove() : gauge.reset()) });
    },
    histogram: (name, help, { buckets, labels = [] }) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers }),
    ask: sources.add,
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    async text() {
      await sources.refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
