import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import { createLeases } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';

export type NumberLease = ReturnType<typeof createNumberLease>;

export type Turn<T> = { kind: 'ran'; result: T } | { kind: 'busy' };

const tryAgainAfterMs = 100;

/** Lets one process at a time work on a number's connection: the lease `connect:<phone number id>`. */
export function createNumberLease(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'base62'>;
  clock: Pick<Clock, 'monotonicMs'>;
  /** How long nobody may work on a number after the process that did has died. */
  ttlMs: number;
}) {
  const { ttlMs } = deps;
  const leases = createLeases({ db: deps.db, holder: `phone numbers ${deps.ids.base62(12)}` });

  async function acquire(name: string, waitMs: number): Promise<{ epoch: number } | null> {
    const endsAt = deps.clock.monotonicMs() + waitMs;
    for (;;) {
      const held = await leases.acquire(name, ttlMs);
      if (held !== null || deps.clock.monotonicMs() >= endsAt) return held;
      await setTimeout(tryAgainAfterMs);
    }
  }

  return {
    /**
     * Runs `work` while nobody else works on the number; `busy` where somebody still does after `waitMs`. A process that
     * the database did not hear of for so long that its lease ended may be joined by another: what is done under it can
     * be done twice.
     */
    async exclusively<T>(id: number, work: () => Promise<T>, waitMs = 0): Promise<Turn<T>> {
      const name = `connect:${id}`;
      const held = await acquire(name, waitMs);
      if (held === null) return { kind: 'busy' };
      const renewal = setInterval(() => {
        leases.renew(name, held.epoch, ttlMs).catch(() => undefined);
      }, ttlMs / 3);
      try {
        return { kind: 'ran', result: await work() };
      } finally {
        clearInterval(renewal);
        // It ends by itself as well.
        await leases.release(name, held.epoch).catch(() => undefined);
      }
    },
  };
}
