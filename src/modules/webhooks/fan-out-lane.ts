import type { Kysely } from 'kysely';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLane, type Lane } from '../../platform/lane/lane.ts';
import type { WakeLater } from '../../platform/lane/wake-later.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { takeArrivals } from '../events/index.ts';
import { deliverLane } from './deliver-lane.ts';
import { insertDeliveries, matchEndpoints } from './fan-out-system.ts';

/** The lane's name, by which it is rung. */
export const fanOutLane = 'fan-out';
const eventsPerPass = 1_024;
/** Between two looks while there is something to find. */
const busyLookMs = 100;

/**
 * Makes a delivery of each new event for each endpoint that wants it, exactly once: taking the arrivals and making the
 * deliveries is one transaction. Nobody rings it, since each send would: it looks often, the more so while it finds
 * something, and finds many at once.
 */
export function createFanOutLane(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  lookAgain: WakeLater;
  /** 200 if unset. */
  lookEveryMs?: number;
}): Lane {
  return createLane({
    name: fanOutLane,
    alarm: deps.alarm,
    logger: deps.logger,
    claim: () => inTransaction(deps.db, fanOut),
    async workBatch(passes) {
      deps.lookAgain(busyLookMs);
      if (passes.some(({ deliveries }) => deliveries > 0)) deps.alarm.ring(deliverLane);
    },
    concurrency: 2,
    batchSize: 1,
    lookEveryMs: deps.lookEveryMs ?? 200,
  });

  async function fanOut(tx: Parameters<Parameters<typeof inTransaction<DB, unknown>>[1]>[0]) {
    const ranges = await takeArrivals(tx, eventsPerPass);
    if (ranges.length === 0) return [];
    const matches = await matchEndpoints(tx, ranges);
    return [{ deliveries: await insertDeliveries(tx, deps.ids.uuidv7, matches) }];
  }
}
