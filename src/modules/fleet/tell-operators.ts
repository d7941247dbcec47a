import type { Transaction } from 'kysely';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents, type EventType } from '../events/index.ts';
import { listOperatorIds } from '../users/index.ts';

export type FleetEvent = { type: Extract<EventType, `fleet.${string}`>; payload: Record<string, unknown> };

/**
 * Appends each event for each operator, so that it travels by their endpoints, in realtime and by mail. Among the last
 * statements of the transaction that makes it true.
 */
export async function tellOperators(tx: Transaction<DB>, ids: Ids, events: readonly FleetEvent[]): Promise<void> {
  if (events.length === 0) return;
  const operators = await listOperatorIds(tx);
  await appendEvents(
    tx,
    ids,
    // The number is another user's: it stands in the payload alone.
    operators.flatMap((userId) => events.map((event) => ({ ...event, userId, phoneNumberId: null, messageId: null }))),
  );
}
