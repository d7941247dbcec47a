import { within } from '../../../platform/within.ts';
import { LeaseLost } from '../findings.ts';
import { createListPass } from './list-pass.ts';
import type { OrphanDeps } from './orphan-deps.ts';
import { listDueBackends } from './orphans-system.ts';

/** Lists take seconds on a large server, and one that hangs half a minute. */
const leaseMs = 90_000;
const waitAtMostMs = 2_000;

/**
 * Instances of ours that nobody has any more. Each backend is asked for its whole list once per interval, spread out
 * over it; one that hangs keeps no other from its turn.
 */
export function createOrphans(deps: OrphanDeps) {
  const { db, leases, listEveryMs = 300_000, lookEveryMs = 5_000 } = deps;
  const pass = createListPass(deps);
  const flights = new Map<number, Promise<void>>();
  let isClosing = false;

  async function underLease(backendId: number): Promise<void> {
    const name = `orphans:${backendId}`;
    const held = await leases.acquire(name, leaseMs);
    if (held === null) return;
    const lease = { name, epoch: held.epoch };
    try {
      await pass(backendId, lease, {
        /** False once the work must stop: another process has taken over, or this one ends. */
        goOn: async () => !isClosing && (await leases.renew(name, held.epoch, leaseMs)),
      });
    } finally {
      await leases.release(name, held.epoch);
    }
  }

  function start(backendId: number): Promise<void> {
    const flight = underLease(backendId)
      .catch((error) => {
        if (error instanceof LeaseLost) return;
        deps.logger.warn({ event: 'list_pass_failed', backend_id: backendId, err: error }, 'list of a backend failed');
      })
      .finally(() => flights.delete(backendId));
    flights.set(backendId, flight);
    return flight;
  }

  return {
    /** Periodic, every `lookEveryMs`: lists those backends that are due. Safe in parallel. */
    async lookForOrphans(): Promise<void> {
      if (isClosing) return;
      const due = await listDueBackends(db, { intervalMs: listEveryMs, share: lookEveryMs / listEveryMs });
      const free = due.filter((id) => !flights.has(id));
      await within(waitAtMostMs, Promise.all(free.map(start)));
    },
    lookEveryMs,
    /** Lets passes under way come to their end, which they do at their next step. */
    async close(withinMs: number): Promise<void> {
      isClosing = true;
      await within(withinMs, Promise.all(flights.values()));
    },
  };
}
