import type { Kysely } from 'kysely';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { DB } from '../../schema.ts';
import { countByStatus, statuses } from './status-count-system.ts';

const countedAtOnce = 10_000;
const freshMs = 30_000;
/** Counting takes this share of the time at most. */
const shareMax = 0.02;

/**
 * Phone numbers by status. They are counted in slices of their ids, beside the scrape, so that no statement is long
 * however many there are; what is shown is the last complete count.
 */
export function askNumberFigures(deps: { metrics: Metrics; db: Kysely<DB> }): void {
  const { metrics, db } = deps;
  const numbers = metrics.gauge('evofleet_phone_numbers', 'Phone numbers, by status.', ['status']);
  const age = metrics.gauge('evofleet_phone_numbers_counted_seconds', 'How long ago phone numbers were counted.');
  let counted: { byStatus: ReadonlyMap<string, number>; at: number; tookMs: number } | undefined;
  let counting: Promise<void> | undefined;

  async function count(): Promise<void> {
    const startedAt = performance.now();
    const byStatus = new Map<string, number>(statuses.map((status) => [status, 0]));
    let after = 0;
    for (let next: number | null = after; next !== null; ) {
      after = next;
      const slice: Awaited<ReturnType<typeof countByStatus>> = await countByStatus(db, after, countedAtOnce);
      for (const [status, more] of slice.counts) byStatus.set(status, (byStatus.get(status) ?? 0) + more);
      next = slice.next;
    }
    const at = performance.now();
    counted = { byStatus, at, tookMs: at - startedAt };
  }

  function begin(): Promise<void> {
    counting ??= count().finally(() => {
      counting = undefined;
    });
    return counting;
  }

  metrics.ask({
    name: 'phone_numbers',
    keepMs: 1_000,
    gauges: [numbers, age],
    async read() {
      const restMs = counted === undefined ? 0 : Math.max(freshMs, counted.tookMs / shareMax);
      if (counted === undefined || performance.now() - counted.at >= restMs) {
        const flight = begin();
        // Small tables are counted at once; of a large one the former count is shown meanwhile.
        if (counted === undefined) await flight;
        else {
          flight.catch(() => undefined);
          await Promise.race([flight, new Promise((resolve) => setTimeout(resolve, 50))]);
        }
      }
      if (counted === undefined) return;
      for (const [status, n] of counted.byStatus) numbers.set({ status }, n);
      age.set((performance.now() - counted.at) / 1_000);
    },
  });
}
