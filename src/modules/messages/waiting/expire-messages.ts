import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { unsentSettlement } from '../sending/event-payload.ts';
import type { SettleBatch } from '../sending/settle.ts';
import { listExpired } from './waiting-messages-system.ts';

const atOnce = 500;

/** Periodic: messages that were not sent in time end, and give their units back. */
export function createExpireMessages(deps: { db: Kysely<DB>; ids: Ids; settle: Pick<SettleBatch, 'add'> }) {
  return async function expireMessages(): Promise<void> {
    for (;;) {
      const expired = await listExpired(deps.db, atOnce);
      const end = { status: 'expired', reason: null, wasWaiting: true } as const;
      const settled = await Promise.all(
        expired.map((message) => deps.settle.add(unsentSettlement(message, end, deps.ids.uuidv7()))),
      );
      if (expired.length < atOnce || !settled.some((each) => each.settled)) return;
    }
  };
}
