import type { Kysely, RawBuilder, SqlBool } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import { createLeases, stillHeld as isHeld } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';

/** The right to act, which one process has at a time. */
export type Lease = {
  epoch: number;
  /** Prolongs it before something is done that no database can refuse. Throws when it is lost. */
  confirm(): Promise<void>;
  /** What whoever finds it lost throws. */
  lost(): LeaseLost;
};

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const leaseName = 'provisioner';

/** A condition for each write. */
export function stillHeld(lease: Lease): RawBuilder<SqlBool> {
  return isHeld(leaseName, lease.epoch);
}

/** One process provisions; the others stand by and take over `ttlMs` after it has died. */
export function createLeaseOfOne(deps: { db: Kysely<DB>; ids: Pick<Ids, 'base62'>; ttlMs: number }) {
  const leases = createLeases({ db: deps.db, holder: `provisioner ${deps.ids.base62(12)}` });
  let held: Lease | undefined;

  function leaseOf(epoch: number): Lease {
    const lost = () => {
      held = undefined;
      return new LeaseLost('another process provisions by now');
    };
    return {
      epoch,
      lost,
      async confirm() {
        if (!(await leases.renew(leaseName, epoch, deps.ttlMs))) throw lost();
      },
    };
  }

  return {
    /** Takes or prolongs it; undefined while another process has it. */
    async take(): Promise<Lease | undefined> {
      if (held !== undefined && (await leases.renew(leaseName, held.epoch, deps.ttlMs))) return held;
      const acquired = await leases.acquire(leaseName, deps.ttlMs);
      held = acquired === null ? undefined : leaseOf(acquired.epoch);
      return held;
    },
    /** Lets another process have it at once. */
    async release(): Promise<void> {
      if (held !== undefined) await leases.release(leaseName, held.epoch);
      held = undefined;
    },
  };
}
