import { sql, type Transaction } from 'kysely';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendedEventsPart, eventColumns } from './append-part.ts';
import type { EventType } from './event-types.ts';

export type NewEvent = {
  userId: number;
  type: EventType;
  phoneNumberId: number | null;
  messageId: string | null;
  /** All that any delivery format needs, so that a later change of the rows does not change the story. */
  payload: Record<string, unknown>;
};

/**
 * Records events with their users' next sequence numbers. Runs in the transaction of whoever makes the fact true;
 * event cursors come late in the lock order, so this is among its last statements.
 */
export async function appendEvents(tx: Transaction<DB>, ids: Ids, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    with ${sql.raw('facts')} (${sql.raw(eventColumns)}) as (
      select * from unnest(
        ${events.map(() => ids.uuidv7())}::uuid[],
        ${events.map((event) => event.userId)}::bigint[],
        ${events.map((event) => event.type)}::text[],
        ${events.map((event) => event.phoneNumberId)}::bigint[],
        ${events.map((event) => event.messageId)}::uuid[],
        ${events.map((event) => JSON.stringify(event.payload))}::text[]
      ) with ordinality
    ), ${sql.raw(appendedEventsPart('facts'))}
    select 1`.execute(tx);
}
