import type { BatchObserver } from '../database/batch.ts';
import type { Metrics } from './metrics.ts';

/** Counts group commits, by the batch's name. */
export function createBatchMetrics(metrics: Metrics): BatchObserver {
  const durations = metrics.histogram(
    'evofleet_batch_duration_seconds',
    'A group commit, from its connection to its end, by the batch.',
    { buckets: [0.0025, 0.01, 0.05, 0.25, 1, 3], labels: ['batch'] },
  );
  const rows = metrics.counter('evofleet_batch_rows_total', 'Items that were written in group commits.', ['batch']);
  const failures = metrics.counter(
    'evofleet_batch_failures_total',
    'Group commits of which something was not written.',
    ['batch'],
  );
  return {
    ended(batch, { items, written, seconds }) {
      durations.observe({ batch }, seconds);
      rows.inc({ batch }, written);
      if (written < items) failures.inc({ batch });
    },
  };
}
