import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

/** Events of one user with neighbouring sequence numbers, both ends included. */
export type EventRange = { userId: number; first: number; last: number };

/**
 * Takes away the oldest ranges that nobody has taken and no other transaction is taking, about `eventsMax` events in
 * all. They are back when the transaction fails, so each range is passed on exactly once.
 */
export async function takeArrivals(tx: Transaction<DB>, eventsMax: number): Promise<EventRange[]> {
  const { rows } = await sql<EventRange>`
    with oldest as materialized (
      select ctid as place, id, last_sequence - first_sequence + 1 as events from event_arrivals
      order by id limit 256 for update skip locked
    ), taken as (
      select place from (select place, events, sum(events) over (order by id) as total from oldest) summed
      where total - events < ${eventsMax}
    )
    delete from event_arrivals where ctid = any(array(select place from taken))
    returning user_id as "userId", first_sequence as first, last_sequence as last`.execute(tx);
  return rows;
}
