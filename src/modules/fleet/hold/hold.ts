import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { alertEvent } from '../alerts/alert.ts';
import { closeIncident, openIncident } from '../incidents/incident.ts';
import { tellOperators } from '../tell-operators.ts';
import { deleteHold, type FleetHold, findHold, insertHold, upsertHold } from './hold-system.ts';

export type Hold = ReturnType<typeof createHold>;

/** The brake of all that would remove or re-create something by itself. Only an operator takes it off. */
export function createHold(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }) {
  const { db, ids, logger } = deps;
  return {
    find: (): Promise<FleetHold | undefined> => findHold(db),

    /** By order; one that is set gets the new reason. */
    async set(reason: string, operatorId: number): Promise<FleetHold> {
      const hold = await inTransaction(db, async (tx) => {
        const set = await upsertHold(tx, { reason, setBy: operatorId });
        await tellOperators(tx, ids, [orderEvent(`The fleet is held: ${reason}`)]);
        return set;
      });
      logger.warn({ event: 'fleet_held', user_id: operatorId }, 'an operator holds the fleet');
      return hold;
    },

    /** By itself, for signs that the database is older than what backends show. Does nothing where it is set. */
    async setItself(reason: string, facts: { numbers: number; detail: Record<string, unknown> }): Promise<boolean> {
      const isNew = await inTransaction(db, async (tx) => {
        if (!(await insertHold(tx, { reason, setBy: null }))) return false;
        await openIncident(tx, ids, { kind: 'restore_hold', backendId: null, ...facts });
        return true;
      });
      if (isNew)
        logger.warn({ event: 'fleet_held', ...facts.detail }, 'the fleet holds itself: the database looks old');
      return isNew;
    },

    /** Answers what was ended; undefined where nothing was held. */
    async clear(operatorId: number): Promise<FleetHold | undefined> {
      const hold = await inTransaction(db, async (tx) => {
        const ended = await deleteHold(tx);
        if (ended === undefined) return undefined;
        const hadIncident = await closeIncident(tx, ids, { kind: 'restore_hold', backendId: null }, 'by order');
        if (!hadIncident) await tellOperators(tx, ids, [orderEvent('The fleet is not held any more.')]);
        return ended;
      });
      if (hold !== undefined) {
        logger.warn({ event: 'fleet_released', user_id: operatorId }, 'an operator ended the hold of the fleet');
      }
      return hold;
    },
  };
}

function orderEvent(text: string) {
  return alertEvent({
    severity: 'info',
    kind: 'fleet_hold',
    text,
    backendId: null,
    numbers: 0,
    incidentId: null,
    cure: null,
  });
}
