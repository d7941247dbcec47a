import { endedUnsent, type Violation, wentOut } from './invariants.ts';
import type { World } from './world.ts';

/** Units, statistics and the users' rows of events, by SQL over the whole database. */
export async function checkBooks(world: World): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const [invariant, text] of Object.entries(books)) {
    for (const row of await world.look(text))
      violations.push({ invariant, ids: Object.values(row).map(String), story: row });
  }
  return violations;
}

/** Each answers the rows that contradict it. */
const books: Record<string, string> = {
  'usage is what was accepted minus what was given back': `
    select coalesce(u.user_id, m.user_id) as user_id, coalesce(u.day, m.quota_day)::text as day, u.used, m.n as held
    from usage u full join (
      select user_id, quota_day, count(*)::int as n from messages
      where direction = 'outbound' and quota_day is not null and status not in ('${endedUnsent.join("', '")}')
      group by 1, 2
    ) m on m.user_id = u.user_id and m.quota_day = u.day
    where coalesce(u.used, 0) <> coalesce(m.n, 0)`,
  'message_stats counts what was sent, per number and day': `
    select coalesce(s.phone_number_id, m.phone_number_id) as phone_number_id, coalesce(s.date, m.day)::text as day,
      s.messages_sent as counted, m.n as sent, s.media_sent as media_counted, m.media
    from (select * from message_stats where messages_sent > 0 or media_sent > 0) s full join (
      select phone_number_id, (sent_at at time zone 'UTC')::date as day, count(*)::int as n,
        count(*) filter (where kind <> 'text')::int as media
      from messages where direction = 'outbound' and status in ('${wentOut.join("', '")}') group by 1, 2
    ) m on m.phone_number_id = s.phone_number_id and m.day = s.date
    where coalesce(s.messages_sent, 0) <> coalesce(m.n, 0) or coalesce(s.media_sent, 0) <> coalesce(m.media, 0)`,
  'message_stats counts what failed and what was received, per number': `
    select coalesce(s.phone_number_id, m.phone_number_id) as phone_number_id, s.failed as failed_counted, m.failed,
      s.received as received_counted, m.received
    from (
      select phone_number_id, sum(messages_failed)::int as failed, sum(messages_received)::int as received
      from message_stats group by 1
    ) s full join (
      select phone_number_id, count(*) filter (where status = 'failed')::int as failed,
        count(*) filter (where direction = 'inbound')::int as received
      from messages group by 1
    ) m on m.phone_number_id = s.phone_number_id
    where coalesce(s.failed, 0) <> coalesce(m.failed, 0) or coalesce(s.received, 0) <> coalesce(m.received, 0)`,
  'a received message is one row': `
    select phone_number_id, whatsapp_id, count(*)::int as n from messages where whatsapp_id is not null
    group by 1, 2 having count(*) > 1`,
  "a user's events are numbered without gaps": `
    select user_id, min(sequence) as first, max(sequence) as last, count(*)::int as n from events
    group by 1 having max(sequence) <> count(*) or min(sequence) <> 1`,
  'nothing that is due waits': `
    select 'inbound call' as what, count(*)::int as n from inbound_calls where state = 'due' having count(*) > 0
    union all select 'event without its deliveries', count(*)::int from event_arrivals having count(*) > 0
    union all select 'delivery', count(*)::int from deliveries
      where status = 'pending' and due_at < app_now() - interval '10 seconds' having count(*) > 0`,
  'no call of a backend failed to be applied': `
    select id, event, note from inbound_calls where state = 'failed'`,
};
