import { DomainError } from '../../../platform/errors.ts';
import type { ConnectCalls } from './connect-number.ts';
import type { NumberLease } from './number-lease.ts';
import type { Remake } from './order-connection.ts';

/** `busy`: somebody works on the number, or it is being created, moved or deleted. `reason` is a code. */
export type RepairResult = { kind: 'done' } | { kind: 'busy' } | { kind: 'failed'; reason: string };

/** Steps of a repair of any user's number. `done` says that its backend took the order, not that it helped. */
export type Repairs = {
  connect(id: number): Promise<RepairResult>;
  /** By restart where its socket is open or connecting, by connect where it is closed. */
  restart(id: number): Promise<RepairResult>;
  /** Makes it anew, for a scan: only for numbers whose credentials are lost. */
  recreate(id: number, reason: string): Promise<RepairResult>;
};

export function createRepairs(deps: {
  lease: NumberLease;
  calls: Pick<ConnectCalls, 'placed' | 'connect' | 'reopen'>;
  remake: Remake;
}): Repairs {
  const { calls } = deps;
  return {
    async connect(id) {
      return repair(id, async () => {
        await calls.connect(await calls.placed(id));
        return done;
      });
    },
    async restart(id) {
      return repair(id, async () => {
        await calls.reopen(await calls.placed(id));
        return done;
      });
    },
    recreate: (id, reason) => repair(id, () => recreate(id, reason)),
  };

  async function recreate(id: number, reason: string): Promise<RepairResult> {
    return (await deps.remake(id, reason)).outcome === 'moving' ? { kind: 'busy' } : done;
  }

  async function repair(id: number, work: () => Promise<RepairResult>): Promise<RepairResult> {
    try {
      const turn = await deps.lease.exclusively(id, work);
      return turn.kind === 'busy' ? turn : turn.result;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return busyCodes.includes(error.code) ? { kind: 'busy' } : { kind: 'failed', reason: error.code };
    }
  }
}

const done: RepairResult = { kind: 'done' };

// A deleted number is nobody's to repair, and on its way off its backend.
const busyCodes: readonly string[] = ['creation_under_way', 'move_under_way', 'not_found'];
