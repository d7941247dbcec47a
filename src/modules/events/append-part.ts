/** Columns that a part's source must have, in this order when it is filled by position. */
export const eventColumns = 'event_id, user_id, type, phone_number_id, message_id, payload, ord';

/**
 * The statement part that appends events, for a WITH that must do all in one statement: three CTEs, `cursors`,
 * `appended_events` and `arrivals`, fed from the CTE named `source`, which has the columns of `eventColumns`.
 * Whoever passes events on finds them by their arrivals: one row per user and statement, however many events.
 */
export function appendedEventsPart(source: string): string {
  return `
    cursors as (
      insert into event_cursors as c (user_id, sequence)
      select user_id, count(*) from ${source} group by user_id order by user_id
      on conflict (user_id) do update set sequence = c.sequence + excluded.sequence
      returning user_id, sequence
    ), appended_events as (
      insert into events (id, user_id, sequence, type, phone_number_id, message_id, payload)
      select s.event_id, s.user_id,
        c.sequence + 1 - row_number() over (partition by s.user_id order by s.ord desc),
        s.type, s.phone_number_id, s.message_id, s.payload::json
      from ${source} s join cursors c on c.user_id = s.user_id
      returning user_id, sequence
    ), arrivals as (
      insert into event_arrivals (user_id, first_sequence, last_sequence)
      select user_id, min(sequence), max(sequence) from appended_events group by user_id
      returning 1
    )`;
}
