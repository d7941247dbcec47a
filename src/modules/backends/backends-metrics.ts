import type { Kysely } from 'kysely';
import type { SendOutcome } from '../../evolution/outcome.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { DB } from '../../schema.ts';
import { type BackendFigures, listFigures } from './overview-system.ts';

export type SendMetrics = ReturnType<typeof createSendMetrics>;

const sendBuckets = [0.05, 0.25, 1, 2.5, 10, 30];
/** Figures of a backend are told of so many; with more, of those that need a look most. */
const toldMax = 20;
const states: readonly BackendFigures['state'][] = [
  'joining',
  'active',
  'degraded',
  'draining',
  'cordoned',
  'down',
  'license_required',
  'unsupported',
];

/** Counts what became of messages handed to backends. */
export function createSendMetrics(metrics: Metrics) {
  const durations = metrics.histogram(
    'evofleet_send_duration_seconds',
    'A send as its backend saw it, from the call to the whole answer.',
    { buckets: sendBuckets, labels: ['kind', 'outcome'] },
  );
  const failures = metrics.counter(
    'evofleet_send_failures_total',
    'Sends that were not certainly made, by the reason.',
    ['outcome', 'reason'],
  );
  return {
    async watch(kind: string, call: Promise<SendOutcome>): Promise<SendOutcome> {
      const startedAt = performance.now();
      const outcome = await call;
      durations.observe({ kind, outcome: outcome.kind }, (performance.now() - startedAt) / 1_000);
      if (outcome.kind === 'not_sent') failures.inc({ outcome: outcome.kind, reason: outcome.code });
      else if (outcome.kind === 'unknown') failures.inc({ outcome: outcome.kind, reason: outcome.reason });
      return outcome;
    },
  };
}

/** The pool as the table has it: sums and states always, single backends up to a number, the worst first. */
export function askBackendFigures(deps: { metrics: Metrics; db: Kysely<DB> }): void {
  const { metrics, db } = deps;
  const byState = metrics.gauge('evofleet_backends', 'Backends of the pool, by state.', ['state']);
  const tripped = metrics.gauge('evofleet_backends_tripped', 'Backends whose numbers are refused, since sends failed.');
  const capacity = metrics.gauge('evofleet_backends_capacity_numbers', 'Phone numbers that all active backends take.');
  const assigned = metrics.gauge('evofleet_backends_assigned_numbers', 'Phone numbers that live on backends.');
  const isWell = metrics.gauge('evofleet_backend_up', 'Whether a backend serves its numbers: 1 or 0.', ['backend']);
  const breaker = metrics.gauge('evofleet_backend_breaker_open', 'Whether sends to a backend are refused: 1 or 0.', [
    'backend',
  ]);
  const latency = metrics.gauge('evofleet_backend_latency_seconds', 'How long a probe takes, smoothed.', ['backend']);
  const load = metrics.gauge('evofleet_backend_load_ratio', 'Assigned and reserved numbers as a share of capacity.', [
    'backend',
  ]);
  const gauges = [byState, tripped, capacity, assigned, isWell, breaker, latency, load];

  metrics.ask({
    name: 'backends',
    keepMs: 5_000,
    gauges,
    async read() {
      const all = await listFigures(db);
      for (const gauge of gauges) gauge.empty();
      for (const state of states) byState.set({ state }, all.filter((each) => each.state === state).length);
      tripped.set(all.filter((each) => each.isTripped).length);
      capacity.set(sum(all.filter(({ state }) => state === 'active').map((each) => each.capacity)));
      assigned.set(sum(all.map((each) => each.assigned)));
      for (const each of all.toSorted(worstFirst).slice(0, toldMax)) {
        const backend = String(each.id);
        isWell.set({ backend }, serves(each) ? 1 : 0);
        breaker.set({ backend }, each.isTripped ? 1 : 0);
        if (each.latencyMs !== null) latency.set({ backend }, each.latencyMs / 1_000);
        load.set({ backend }, loadOf(each));
      }
    },
  });
}

function serves({ state }: BackendFigures): boolean {
  return state !== 'down' && state !== 'license_required' && state !== 'joining';
}

function loadOf({ assigned, reserved, capacity }: BackendFigures): number {
  return (assigned + reserved) / capacity;
}

function worstFirst(a: BackendFigures, b: BackendFigures): number {
  return (
    Number(serves(a)) - Number(serves(b)) ||
    Number(b.isTripped) - Number(a.isTripped) ||
    Number(b.state === 'degraded') - Number(a.state === 'degraded') ||
    loadOf(b) - loadOf(a) ||
    a.id - b.id
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
