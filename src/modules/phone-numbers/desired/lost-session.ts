import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents } from '../../events/index.ts';
import { applyConnectionFacts } from '../connecting/apply-connection.ts';
import { lockNumberForFacts } from '../connecting/connection-system.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { endPairing } from './desired-system.ts';

/** A number as somebody has just seen it on its backend. */
export type SeenNumber = { id: number; backendName: string };

/**
 * Notes that a number's backend has lost the credentials of its phone, which only a new scan brings back: the number is
 * disconnected as `logged_out`, and its user hears of it. Does nothing for one that lives elsewhere by now.
 */
export function createNoteLostSession(deps: {
  db: Kysely<DB>;
  ids: Ids;
  tokens: Pick<ResolveToken, 'forget'>;
}): (number: SeenNumber) => Promise<void> {
  return async ({ id, backendName }) => {
    await inTransaction(deps.db, async (tx) => {
      const number = await lockNumberForFacts(tx, id);
      if (number === undefined || !(await endPairing(tx, id, backendName))) return;
      const events = await applyConnectionFacts(tx, number, [{ kind: 'logged_out', at: null }]);
      // It was disconnected before, for a reason that would have passed by itself.
      const ofDisconnected = {
        userId: number.userId,
        type: 'number.disconnected' as const,
        phoneNumberId: id,
        messageId: null,
        payload: {
          phone_number_id: id,
          instance_name: number.instanceName,
          alias: number.alias,
          display_name: number.displayName,
          phone_number: number.phoneNumber,
          status: 'disconnected',
          status_reason: 'logged_out',
        },
      };
      await appendEvents(tx, deps.ids, events.length > 0 ? events : [ofDisconnected]);
    });
    deps.tokens.forget(id);
  };
}
