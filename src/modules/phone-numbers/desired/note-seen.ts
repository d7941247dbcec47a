import type { Kysely } from 'kysely';
import type { InstanceState } from '../../../evolution/wire.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents, type NewEvent } from '../../events/index.ts';
import { applyConnectionFacts, type ConnectionFact } from '../connecting/apply-connection.ts';
import { type LockedNumber, lockNumberForFacts } from '../connecting/connection-system.ts';
import type { NumberStatus } from '../phone-number.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { endPairing, isAtRestAs } from './desired-system.ts';

/** A number as it was when somebody looked at it on its backend. */
export type LookedAt = { id: number; backendName: string; status: NumberStatus };

/** What a look at a backend says of numbers becomes what we know of them, and their users hear of it. */
export function createNoteSeen(deps: { db: Kysely<DB>; ids: Ids; tokens: Pick<ResolveToken, 'forget'> }) {
  return {
    /** Does nothing for a number that has changed since, or lives elsewhere by now: what it became is newer. */
    async noteState(looked: LookedAt, state: InstanceState | 'missing' | 'not_loaded'): Promise<void> {
      await inTransaction(deps.db, async (tx) => {
        const number = await lockNumberForFacts(tx, looked.id);
        if (number === undefined || !(await isAtRestAs(tx, looked))) return;
        const fact: ConnectionFact =
          state === 'missing' || state === 'not_loaded'
            ? { kind: state, at: null }
            : { kind: 'state', at: null, state };
        await appendEvents(tx, deps.ids, await applyConnectionFacts(tx, number, [fact]));
      });
      deps.tokens.forget(looked.id);
    },

    /**
     * Its backend has lost the credentials of its phone, which only a new scan brings back: the number is disconnected as
     * `logged_out`. Does nothing for one that has changed since, as by that scan, or lives elsewhere by now.
     */
    async noteLostSession(looked: LookedAt): Promise<void> {
      const { id, backendName } = looked;
      await inTransaction(deps.db, async (tx) => {
        const number = await lockNumberForFacts(tx, id);
        if (number === undefined || number.status !== looked.status) return;
        if (!(await endPairing(tx, id, backendName))) return;
        const events = await applyConnectionFacts(tx, number, [{ kind: 'logged_out', at: null }]);
        // It was disconnected before, for a reason that would have passed by itself.
        await appendEvents(tx, deps.ids, events.length > 0 ? events : [loggedOutEvent(number)]);
      });
      deps.tokens.forget(id);
    },
  };
}

function loggedOutEvent(number: LockedNumber): NewEvent {
  return {
    userId: number.userId,
    type: 'number.disconnected',
    phoneNumberId: number.id,
    messageId: null,
    payload: {
      phone_number_id: number.id,
      instance_name: number.instanceName,
      alias: number.alias,
      display_name: number.displayName,
      phone_number: number.phoneNumber,
      status: 'disconnected',
      status_reason: 'logged_out',
    },
  };
}
