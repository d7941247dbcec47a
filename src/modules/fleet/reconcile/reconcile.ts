import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Leases } from '../../../platform/lease/leases.ts';
import type { Logger } from '../../../platform/logger.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import { type Findings, LeaseLost } from '../findings.ts';
import { createRepair, type RepairOptions } from '../repair/repair.ts';
import { createPass, type PassOptions } from './pass.ts';
import { beginPass, listDuePasses } from './reconciles-system.ts';

export type ReconcileOptions = PassOptions &
  RepairOptions & {
    /** From one pass over a backend to the next, at most; 30,000 if unset. */
    everyMs?: number;
    /** Part of it by which each wait is shorter at most, by chance; 0.2 if unset. */
    jitter?: number;
    /** From one look at which passes are due to the next; 1,000 if unset. */
    lookEveryMs?: number;
    /** Passes of one process at a time; the others wait, or are another process's. 50 if unset. */
    passesAtOnce?: number;
    /** How long nobody looks at a backend after the process that did has died; 45,000 if unset. */
    leaseMs?: number;
  };

const waitAtMostMs = 500;

/**
 * Holds what each phone number should be against what its backend says, and mends what differs. Each backend has its
 * own pass, in one process at a time; one that hangs keeps no other from its turn.
 */
export function createReconcile(
  deps: {
    db: Kysely<DB>;
    ids: Ids;
    clock: Clock;
    logger: Logger;
    leases: Leases;
    backends: Pick<Backends, 'backendOf'>;
    phoneNumbers: Pick<PhoneNumbers, 'desired' | 'repairs'>;
    findings: Findings;
  } & ReconcileOptions,
) {
  const { db, leases, everyMs = 30_000, jitter = 0.2, lookEveryMs = 1_000, leaseMs = 45_000, passesAtOnce = 50 } = deps;
  const pass = createPass({ ...deps, everyMs: everyMs * (1 - jitter) });
  const repair = createRepair(deps);
  const flights = new Map<number, Promise<void>>();
  let isClosing = false;

  async function underLease(backendId: number): Promise<void> {
    const name = `reconcile:${backendId}`;
    const held = await leases.acquire(name, leaseMs);
    if (held === null) return;
    const lease = { name, epoch: held.epoch };
    let isLost = false;
    const renewal = setInterval(() => {
      leases.renew(name, held.epoch, leaseMs).then(
        (isHeld) => {
          isLost ||= !isHeld;
        },
        () => undefined,
      );
    }, leaseMs / 3);
    const check = () => {
      if (isLost || isClosing) throw new LeaseLost(name);
    };
    try {
      // Two passes fit into twice the time, also where each begins a little late.
      const nextInMs = everyMs * (1 - jitter * (0.2 + 0.8 * deps.ids.random()));
      const remembered = await beginPass(db, backendId, lease, nextInMs);
      if (remembered === undefined) return;
      const backend = await deps.backends.backendOf(backendId);
      const { isTrusted } = await pass(backend, lease, remembered, check);
      if (isTrusted) await repair(lease, backend, check);
    } finally {
      clearInterval(renewal);
      // It ends by itself as well.
      await leases.release(name, held.epoch).catch(() => undefined);
    }
  }

  function start(backendId: number): Promise<void> {
    const flight = underLease(backendId)
      .catch((error) => {
        if (error instanceof LeaseLost) return;
        deps.logger.warn({ event: 'pass_failed', backend_id: backendId, err: error }, 'pass over a backend failed');
      })
      .finally(() => flights.delete(backendId));
    flights.set(backendId, flight);
    return flight;
  }

  return {
    /** Periodic, every `lookEveryMs`: begins the passes that are due. Safe in parallel. */
    async reconcile(): Promise<void> {
      if (isClosing) return;
      const due = (await listDuePasses(db)).filter((id) => !flights.has(id));
      const now = due.slice(0, Math.max(0, passesAtOnce - flights.size));
      await within(waitAtMostMs, Promise.all(now.map(start)));
    },
    lookEveryMs,
    /** Passes under way end at their next step. */
    async close(withinMs: number): Promise<void> {
      isClosing = true;
      await within(withinMs, Promise.all(flights.values()));
    },
  };
}
