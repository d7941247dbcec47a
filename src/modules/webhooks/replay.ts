import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { findDelivery, restartDeliveries } from './deliveries-repository.ts';
import type { Delivery } from './delivery.ts';
import { lockEndpoint } from './endpoints-repository.ts';
import { endpointDisabled } from './errors.ts';
import { insertDeliveries, matchReplayable } from './fan-out-system.ts';

export type ReplayRange = { since: Date; until: Date; deliveredToo: boolean };

/** Deliveries of one call. */
const replayedMax = 10_000;

/** Delivering once more what was, with the same `webhook-id`. */
export function createReplay(deps: { db: Kysely<DB>; ids: Ids; ring(): void }) {
  const { db, ids } = deps;

  return {
    /** Begins its schedule anew, due now. */
    async one(userId: number, id: string): Promise<Delivery> {
      const found = await findDelivery(db, userId, id);
      if (found === undefined) throw notFound('Delivery');
      const restarted = await restartDeliveries(db, userId, [id]);
      const delivery = await findDelivery(db, userId, id);
      if (delivery === undefined) throw notFound('Delivery');
      // One that is on the way just now is pending as well, and needs nothing.
      if (restarted === 0 && delivery.status !== 'pending') throw endpointDisabled();
      deps.ring();
      return delivery;
    },

    /**
     * An endpoint's events of a time that were not delivered, those it never had a delivery of included; on wish the
     * delivered ones too. At most 10,000, oldest first; `nextSince` is where the rest begins.
     */
    async range(
      userId: number,
      endpointId: number,
      range: ReplayRange,
    ): Promise<{ replayed: number; nextSince: Date | null }> {
      const result = await inTransaction(db, async (tx) => {
        const endpoint = await lockEndpoint(tx, userId, endpointId);
        if (endpoint === undefined) throw notFound('Endpoint');
        if (!endpoint.enabled) throw endpointDisabled();
        const found = await matchReplayable(tx, endpoint, range, replayedMax + 1);
        const some = found.slice(0, replayedMax);
        const missing = some.filter(({ deliveryId }) => deliveryId === null);
        const known = some.map(({ deliveryId }) => deliveryId).filter((id) => id !== null);
        const restarted = await restartDeliveries(tx, userId, known);
        const made = await insertDeliveries(tx, ids.uuidv7, missing);
        return { replayed: restarted + made, nextSince: found[replayedMax]?.at ?? null };
      });
      deps.ring();
      return result;
    },
  };
}
