import type { Kysely } from 'kysely';
import type { InboundFact } from '../../evolution/inbound-facts.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { appendEvents } from '../events/index.ts';
import { lockNumberForFacts } from '../phone-numbers/index.ts';
import { applyTells, tellOf } from './apply-tells.ts';

/** How many events it made. */
export type ApplyRecords = (phoneNumberId: number, facts: readonly InboundFact[]) => Promise<number>;

/**
 * Applies what a backend's own records tell, as if it had been called: what is known already changes nothing, and the
 * events of what is not say that they were recovered. A fact that cannot be applied is left out, and logged.
 */
export function createApplyRecords(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }): ApplyRecords {
  const { db, ids, logger } = deps;

  async function apply(phoneNumberId: number, facts: readonly InboundFact[]): Promise<number> {
    return inTransaction(db, async (tx) => {
      const number = await lockNumberForFacts(tx, phoneNumberId);
      if (number === undefined) return 0;
      const { events } = await applyTells(tx, { ids }, number, facts.map(tellOf));
      await appendEvents(
        tx,
        ids,
        events.map((event) => ({ ...event, payload: { ...event.payload, recovered: true } })),
      );
      return events.length;
    });
  }

  return async function applyRecords(phoneNumberId, facts) {
    if (facts.length === 0) return 0;
    try {
      return await apply(phoneNumberId, facts);
    } catch (error) {
      if (isDatabaseTrouble(error)) throw error;
      if (facts.length > 1) {
        let events = 0;
        for (const fact of facts) events += await applyRecords(phoneNumberId, [fact]);
        return events;
      }
      logger.error(
        { event: 'record_not_applied', phone_number_id: phoneNumberId, err: error },
        "a record of a backend's could not be applied and is left out",
      );
      return 0;
    }
  };
}
