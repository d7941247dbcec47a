import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents, type NewEvent } from '../../events/index.ts';
import { applyConnectionFacts } from './apply-connection.ts';
import { lockNumbersWithExpiredQr } from './connection-system.ts';

const atOnceMax = 100;

/** Numbers whose code went by unscanned forget it and say why they are not connected. */
export function createExpireQrCodes(deps: { db: Kysely<DB>; ids: Ids }) {
  return async function expireQrCodes(): Promise<void> {
    while ((await expireSome()) === atOnceMax);
  };

  async function expireSome(): Promise<number> {
    return inTransaction(deps.db, async (tx) => {
      const numbers = await lockNumbersWithExpiredQr(tx, atOnceMax);
      const events: NewEvent[] = [];
      for (const number of numbers) {
        events.push(...(await applyConnectionFacts(tx, number, [{ kind: 'qr_limit', at: null }])));
      }
      await appendEvents(tx, deps.ids, events);
      return numbers.length;
    });
  }
}
