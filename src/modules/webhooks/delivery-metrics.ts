import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { AttemptRecord } from './attempts-system.ts';

const deadReasons = ['gone', 'attempts_used_up', 'endpoint_disabled', 'endpoint_deleted', 'event_expired'];

/** Counts what became of attempts to deliver. */
export function createDeliveryMetrics(metrics: Metrics) {
  const attempts = metrics.counter('evofleet_delivery_attempts_total', 'Attempts to deliver, by what follows.', [
    'verdict',
  ]);
  const durations = metrics.histogram(
    'evofleet_delivery_attempt_duration_seconds',
    'A call of an endpoint, by whether it took the event.',
    { buckets: [0.05, 0.25, 1, 2.5, 5, 10, 15], labels: ['outcome'] },
  );
  const dead = metrics.counter('evofleet_dead_letters_total', 'Deliveries that were given up, by reason.', ['reason']);
  // From the start, so that the first one shows as a rise.
  for (const reason of deadReasons) dead.inc({ reason }, 0);
  for (const verdict of ['delivered', 'retry', 'dead']) attempts.inc({ verdict }, 0);
  return {
    attempted({ verdict, reason, call }: Pick<AttemptRecord, 'verdict' | 'reason' | 'call'>): void {
      attempts.inc({ verdict });
      if (verdict === 'dead') dead.inc({ reason: reason ?? 'other' });
      if (call !== null)
        durations.observe({ outcome: call.error === null ? 'taken' : 'failed' }, call.responseTimeMs / 1_000);
    },
  };
}
