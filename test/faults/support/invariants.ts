import { type Account, type MessageRow, storyOf } from './account.ts';
import type { Load } from './load.ts';
import type { World } from './world.ts';

export type Violation = { invariant: string; ids: string[]; story: unknown };

/** What of the messages is neither good nor bad, and belongs in a report. */
export type Counts = Record<string, number>;

const wentOut = ['sent', 'delivered', 'read', 'played'];
const endedUnsent = ['failed', 'expired', 'cancelled'];

/** What users were promised of their sends, held against the rows and the sandboxes' ledgers. */
export function checkSends(account: Account): Violation[] {
  const violations: Violation[] = [];
  const blame = (invariant: string, text: string, rows: readonly MessageRow[] = []) =>
    violations.push({ invariant, ids: rows.map(({ id }) => id), story: storyOf(account, text) });
  const texts = new Set([
    ...account.sendings.map(({ text }) => text),
    ...account.byText.keys(),
    ...account.sends.keys(),
  ]);

  for (const text of texts) {
    const rows = account.byText.get(text) ?? [];
    const left = (account.sends.get(text) ?? []).length;
    const sent = rows.filter(({ status }) => wentOut.includes(status)).length;
    const unknown = rows.filter(({ status }) => status === 'unknown' || status === 'sending').length;
    // For one message: at most one send; exactly one where it says sent; none where it says failed.
    if (left > rows.length) blame('no message leaves more often than its user sent it', text, rows);
    if (sent > left) blame('a message that says sent has left', text, rows);
    if (left > sent + unknown) blame('a message that ended unsent has not left', text, rows);
    for (const row of rows) if (row.overdue) blame('no message waits for ever', text, [row]);
  }
  for (const { text, kind, answers } of account.sendings) {
    const rows = account.byText.get(text) ?? [];
    const known = new Set(rows.map(({ id }) => id));
    for (const { status = 0, messageId } of answers) {
      const isAccepted = status >= 200 && status < 300;
      if (isAccepted && (messageId === undefined || !known.has(messageId)))
        blame('what was answered 2xx is there', text, rows);
    }
    const saidSent = answers.filter(({ status }) => status === 200).length;
    if (kind !== 'idempotent' && saidSent > (account.sends.get(text) ?? []).length)
      blame('an answer of 200 was a send', text, rows);
    if (kind === 'idempotent' && rows.length > 1) blame('one idempotency key makes one message', text, rows);
  }
  return violations;
}

/** What faults by name leave whole: sends that were `accepted`, that is, have a row; or `all` that went through nginx. */
export type Promises = ReadonlyMap<string, 'accepted' | 'all'>;

export function checkPromises(
  account: Account,
  { nginxUrl }: Pick<World, 'nginxUrl'>,
  promises: Promises,
): Violation[] {
  const violations: Violation[] = [];
  for (const { text, kind, during, answers } of account.sendings) {
    const promise = promises.get(during);
    const rows = account.byText.get(text) ?? [];
    const ids = rows.map(({ id }) => id);
    const unanswered = answers.filter(({ status }) => status === undefined);
    // A repeated key may have been accepted by any of its requests.
    if (promise === 'accepted' && kind !== 'idempotent' && rows.length > answers.length - unanswered.length) {
      violations.push({
        invariant: 'what was accepted before a SIGTERM is answered',
        ids,
        story: storyOf(account, text),
      });
    }
    const refused = answers.filter(({ via, status = 0 }) => via === nginxUrl && (status < 200 || status > 299));
    if (promise === 'all' && refused.length > 0) {
      violations.push({ invariant: 'behind nginx nobody notices a SIGTERM', ids, story: storyOf(account, text) });
    }
  }
  return violations;
}

/** Unknown is only what nobody can know, and it says why. */
export function checkUnknown(account: Account): { violations: Violation[]; counts: Counts } {
  const violations: Violation[] = [];
  const counts: Counts = {};
  for (const [text, rows] of account.byText) {
    const unknown = rows.filter(({ status }) => status === 'unknown');
    if (unknown.length === 0) continue;
    const sent = rows.filter(({ status }) => wentOut.includes(status)).length;
    const echoes = (account.sends.get(text) ?? []).filter(({ instance, id }) =>
      account.echoed.has(`${instance} ${id}`),
    );
    if (echoes.length > sent) {
      violations.push({
        invariant: 'a message whose echo came is not unknown',
        ids: unknown.map(({ id }) => id),
        story: storyOf(account, text),
      });
    }
    for (const { id, status_reason: reason } of unknown) {
      const left = (account.sends.get(text) ?? []).length > 0 ? 'had left' : 'had not left';
      counts[`unknown: ${reason}, ${left}`] = (counts[`unknown: ${reason}, ${left}`] ?? 0) + 1;
      if (reason === null) violations.push({ invariant: 'unknown says why', ids: [id], story: storyOf(account, text) });
    }
  }
  return { violations, counts };
}

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

/** Every call that was answered 2xx is a row, and reached its user once per event id. */
export async function checkReceived(world: World, load: Load): Promise<{ violations: Violation[]; counts: Counts }> {
  const violations: Violation[] = [];
  const rows = await world.look<{ whatsapp_id: string; phone_number_id: string }>(
    `select whatsapp_id, phone_number_id from messages where direction = 'inbound'`,
  );
  const stored = new Set(rows.map((row) => `${row.phone_number_id} ${row.whatsapp_id}`));
  const heard = new Set(
    world.heard
      .filter(({ event, fromMe }) => event === 'messages.upsert' && !fromMe)
      .map(({ instance, waId }) => `${instance} ${waId}`),
  );
  let notHeard = 0;
  let deadLetters = 0;
  const dead = await deadLettersOf(world);
  for (const { waId, user, number, during } of load.injected) {
    if (!heard.has(`${number.backendName} ${waId}`)) {
      notHeard++;
      continue;
    }
    const story = { waId, user: user.id, number: number.id, during };
    if (!stored.has(`${number.id} ${waId}`)) {
      violations.push({ invariant: 'a received call that was answered 2xx is stored', ids: [waId], story });
      continue;
    }
    const calls = user.inbox.calls.filter(
      ({ event, payload }) => event === 'message.received' && payload.whatsapp_id === waId,
    );
    const isDelivered = calls.some(({ answered }) => answered === 200);
    if (!isDelivered && dead.has(`${user.id} ${waId}`)) deadLetters++;
    else if (!isDelivered) {
      violations.push({
        invariant: 'a received call that was answered 2xx reaches its user',
        ids: [waId],
        story: { ...story, calls },
      });
    }
    if (new Set(calls.map(({ id }) => id)).size > 1) {
      violations.push({ invariant: 'a received message is one event', ids: [waId], story: { ...story, calls } });
    }
  }
  return {
    violations,
    counts: { 'received, told to no gateway by its backend': notHeard, 'received, dead letter': deadLetters },
  };
}

async function deadLettersOf(world: World): Promise<Set<string>> {
  const rows = await world.look<{ user_id: string; wa_id: string }>(
    `select d.user_id, e.payload->>'whatsapp_id' as wa_id from deliveries d join events e on e.id = d.event_id
     where d.status = 'dead' and d.event_type = 'message.received'`,
  );
  return new Set(rows.map((row) => `${row.user_id} ${row.wa_id}`));
}

/** Deliveries to users whose receiver was never ill for long end well, signed, under one id and one body each, and tell of nobody else. */
export async function checkDeliveries(world: World): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const user of world.users) {
    const own = new Set(user.numbers.map(({ id }) => Number(id)));
    const { calls } = user.inbox;
    for (const call of calls) {
      const { id, phoneNumberId, signed } = call;
      if (!signed) violations.push({ invariant: 'every delivery is signed', ids: [id], story: call });
      if (phoneNumberId !== null && !own.has(Number(phoneNumberId))) {
        violations.push({ invariant: "no user hears of another's number", ids: [id], story: call });
      }
    }
    for (const [id, same] of Map.groupBy(calls, (call) => call.id)) {
      const bodies = new Set(same.map(({ sha256 }) => sha256));
      if (bodies.size > 1) violations.push({ invariant: 'a delivery is repeated as it was', ids: [id], story: same });
    }
  }
  const other = world.users[1];
  for (const user of world.users.slice(0, 1)) {
    const mine = await world.look<{ id: string }>(
      'select id from messages where user_id = $1 order by created_at desc limit 10',
      [user.id],
    );
    for (const { id } of mine) {
      const answer = await fetch(`${world.apis[0]?.url}/api/messages/${id}`, {
        headers: { 'x-api-key': other?.apiKey ?? '' },
      });
      if (answer.status !== 404) {
        violations.push({ invariant: "no user reads another's message", ids: [id], story: { status: answer.status } });
      }
    }
  }
  return violations;
}
