import { DomainError } from '../../platform/errors.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';

/** `stored` covers what is due, what is only kept, and what is about nobody any more. */
const results = ['stored', 'repeated', 'refused', 'overloaded', 'database_unavailable'] as const;

/** Counts the calls of backends. */
export function createInboundMetrics(metrics: Metrics) {
  const calls = metrics.counter('evofleet_ingest_calls_total', 'Calls of backends, by what became of them.', [
    'result',
  ]);
  const durations = metrics.histogram(
    'evofleet_ingest_duration_seconds',
    'From a whole call of a backend until it is committed.',
    { buckets: [0.0025, 0.01, 0.025, 0.1, 0.25, 1, 5] },
  );
  for (const result of results) calls.inc({ result }, 0);

  function failed(error: unknown): void {
    const code = error instanceof DomainError ? error.code : undefined;
    if (code === 'unauthenticated') calls.inc({ result: 'refused' });
    else calls.inc({ result: code === 'overloaded' ? 'overloaded' : 'database_unavailable' });
  }

  return {
    /** Counts a call that is refused by what runs here. */
    async admit<T>(work: Promise<T>): Promise<T> {
      try {
        return await work;
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    /** Counts a call that is taken, and how long that lasted. */
    async store<State extends string>(work: Promise<State>): Promise<State> {
      const startedAt = performance.now();
      try {
        const state = await work;
        calls.inc({ result: state === 'repeated' ? 'repeated' : 'stored' });
        durations.observe((performance.now() - startedAt) / 1_000);
        return state;
      } catch (error) {
        failed(error);
        throw error;
      }
    },
  };
}
