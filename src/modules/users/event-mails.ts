import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import {
  type EventToMail,
  findEventsToMail,
  findRecentlyMailed,
  findTopicMails,
  lockMailCursor,
  moveMailCursor,
} from './event-mails-system.ts';
import { insertEventMails } from './mails-system.ts';

const eventsAtOnce = 200;
const expiresInSeconds = 24 * 3_600;
/** Between two mails of one topic to one user. */
const topicPauseSeconds = 15 * 60;

/**
 * Makes mails of the events that a user must be told of, each once: their rows say which have theirs. Answers how many
 * are to be sent.
 */
export function createEventMails(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'uuidv7'>;
  seal(id: string, content: unknown): string;
}): () => Promise<number> {
  return async () => {
    let made = 0;
    for (;;) {
      const pass = await inTransaction(deps.db, makeSome);
      made += pass.made;
      if (pass.isLast) return made;
    }
  };

  async function makeSome(tx: Parameters<typeof lockMailCursor>[0]): Promise<{ made: number; isLast: boolean }> {
    await lockMailCursor(tx);
    const events = await findEventsToMail(tx, eventsAtOnce);
    const numbers = events.flatMap(({ phoneNumberId }) => (phoneNumberId === null ? [] : [phoneNumberId]));
    const needed = neededOf(events, await findRecentlyMailed(tx, numbers));
    const delays = await delaysOf(tx, events);
    const made = await insertEventMails(
      tx,
      events.map((event) =>
        event.type === 'fleet.alert'
          ? mailOf(event, { isNeeded: delays.has(event), topic: topicOf(event), delaySeconds: delays.get(event) ?? 0 })
          : mailOf(event, { isNeeded: needed.has(event), topic: null, delaySeconds: 0 }),
      ),
    );
    const isLast = events.length < eventsAtOnce;
    if (isLast) await moveMailCursor(tx);
    return { made, isLast };
  }

  function mailOf(event: EventToMail, how: { isNeeded: boolean; topic: string | null; delaySeconds: number }) {
    const { id: eventId, userId, type: kind, phoneNumberId, payload, at } = event;
    const id = deps.ids.uuidv7();
    const contentSealed = deps.seal(id, { payload, at: at.toISOString() });
    return { id, userId, kind, contentSealed, eventId, phoneNumberId, ...how, expiresInSeconds };
  }
}

/** What an alert is about: of one kind on one backend there is one mail in a quarter of an hour. */
export function topicOf({ payload }: Pick<EventToMail, 'payload'>): string {
  return `${payload.kind ?? ''}:${payload.backend_id ?? ''}`;
}

/** The alerts that need a mail, and how long it has to wait; all that comes until then is told by the same one. */
async function delaysOf(
  tx: Parameters<typeof lockMailCursor>[0],
  events: readonly EventToMail[],
): Promise<Map<EventToMail, number>> {
  const alerts = events.filter(({ type }) => type === 'fleet.alert');
  const delays = new Map<EventToMail, number>();
  if (alerts.length === 0) return delays;
  const mails = await findTopicMails(tx, [...new Set(alerts.map(topicOf))], topicPauseSeconds);
  const keyOf = (userId: number, topic: string) => `${userId} ${topic}`;
  const waits = new Map(mails.map((mail) => [keyOf(mail.userId, mail.topic), mail]));
  const covered = new Set(mails.filter(({ isWaiting }) => isWaiting).map((mail) => keyOf(mail.userId, mail.topic)));
  for (const alert of alerts) {
    const key = keyOf(alert.userId, topicOf(alert));
    if (covered.has(key)) continue;
    covered.add(key);
    delays.set(alert, waits.get(key)?.secondsUntilNext ?? 0);
  }
  return delays;
}

/** One mail an hour of a number that comes and goes, and one of several shares that were reached together. */
function neededOf(events: readonly EventToMail[], recentlyMailed: ReadonlySet<number>): Set<EventToMail> {
  const numbers = new Set(recentlyMailed);
  const lastShare = new Map<string, EventToMail>();
  const needed = new Set<EventToMail>();
  for (const event of events) {
    if (event.type === 'fleet.alert') continue;
    if (event.type === 'quota.threshold') {
      lastShare.set(`${event.userId} ${String(event.payload.day)}`, event);
    } else if (event.type !== 'number.disconnected' || event.phoneNumberId === null) {
      needed.add(event);
    } else if (!numbers.has(event.phoneNumberId)) {
      numbers.add(event.phoneNumberId);
      needed.add(event);
    }
  }
  for (const event of lastShare.values()) needed.add(event);
  return needed;
}
