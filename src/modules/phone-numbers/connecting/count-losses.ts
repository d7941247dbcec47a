import type { Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { NewEvent } from '../../events/index.ts';
import type { LockedNumber } from './connection-system.ts';
import { addLosses, beginRest } from './losses-system.ts';

/** More losses than this within 10 minutes are a loop. */
const lossesMax = 5;

/** Minutes that a number rests, longer each time until it has stayed connected for 10. */
const restMinutes = [5, 15, 60] as const;

/**
 * Counts lost connections of a locked number. One that loses too many rests: nobody reconnects it by himself until then.
 * Its user hears of it once per rest; what it can send it still sends, so its status stays as it is.
 */
export async function countLosses(tx: Transaction<DB>, number: LockedNumber, losses: number): Promise<NewEvent[]> {
  const counted = await addLosses(tx, number.id, losses);
  if (counted.losses <= lossesMax || counted.isResting) return [];
  const minutes = restMinutes[Math.min(counted.rests, restMinutes.length - 1)] ?? 60;
  const restsUntil = await beginRest(tx, number.id, minutes);
  return [
    {
      userId: number.userId,
      type: 'number.error',
      phoneNumberId: number.id,
      messageId: null,
      payload: {
        phone_number_id: number.id,
        instance_name: number.instanceName,
        alias: number.alias,
        display_name: number.displayName,
        phone_number: number.phoneNumber,
        status: number.status,
        status_reason: 'reconnect_loop',
        rests_until: restsUntil?.toISOString() ?? null,
      },
    },
  ];
}
