import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Alarm } from '../../../platform/alarm/alarm.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Lane } from '../../../platform/lane/lane.ts';
import { createWakeLater } from '../../../platform/lane/wake-later.ts';
import type { DB } from '../../../schema.ts';
import type { SettleBatch } from '../sending/settle.ts';
import { createCancelMessages } from './cancel-messages.ts';
import { createExpireMessages } from './expire-messages.ts';
import { createNextBatch } from './next-message-system.ts';
import type { NumberPaces } from './number-paces.ts';
import { createRescheduleMessage } from './reschedule-message.ts';
import { createSendLane, type SendLaneDeps, sendLane } from './send-lane.ts';
import { createReleaseBatch, wakeTurn, wakeTurnsThatMayGo } from './send-turns-system.ts';
import { createTakeBatch } from './take-messages-system.ts';
import { createTakeNext, type TakeNextDeps } from './take-next.ts';

export type WaitingDeps = Omit<TakeNextDeps, 'next' | 'take' | 'cancelOfNumber' | 'paces'> &
  Pick<SendLaneDeps, 'leaseMs' | 'retryMs'> & {
    db: Kysely<DB>;
    batchPool: Pool;
    ids: Ids;
    alarm: Pick<Alarm, 'ring' | 'onRing'>;
    clock: Clock;
    settleBatch: SettleBatch;
    paces: NumberPaces;
  };

/** Messages that leave later, from the moment they wait to the one they leave, or end. */
export function createWaiting(deps: WaitingDeps) {
  const { db, ids } = deps;
  const ringSendLane = () => deps.alarm.ring(sendLane);
  const next = createNextBatch({ pool: deps.batchPool });
  const take = createTakeBatch({ pool: deps.batchPool });
  const release = createReleaseBatch({ pool: deps.batchPool });
  const cancel = createCancelMessages({ db, ids, settle: deps.settleBatch });
  const later = createWakeLater(ringSendLane);
  const takeNext = createTakeNext({ ...deps, next, take, cancelOfNumber: cancel.ofNumber });
  const lane: Lane = createSendLane({ ...deps, takeNext, release, wakeLater: later.wakeLater });

  return {
    lane,
    /** Has the lane look: a message waits that was committed before. */
    ring: ringSendLane,
    cancel: cancel.one,
    cancelCampaign: cancel.ofCampaign,
    cancelOptedOut: cancel.ofRecipient,
    reschedule: createRescheduleMessage({ db, clock: deps.clock, ringSendLane }),
    /** Has a number's messages looked at: what kept them waiting may be over. */
    async wakeNumber(phoneNumberId: number): Promise<void> {
      await wakeTurn(db, phoneNumberId);
      ringSendLane();
    },
    /** Periodic: messages that were not sent in time end. Safe in parallel. */
    expire: createExpireMessages({ db, ids, settle: deps.settleBatch }),
    /** Periodic: numbers whose reason to wait is over get their turn at once, and so do deleted ones. Safe in parallel. */
    async wakeNumbersThatMayGo(): Promise<void> {
      if ((await wakeTurnsThatMayGo(db)) > 0) ringSendLane();
    },
    async close(): Promise<void> {
      later.close();
      await Promise.all([next, take, release].map((batch) => batch[Symbol.asyncDispose]()));
    },
  };
}
