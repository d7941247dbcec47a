import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import {
  type EventToMail,
  findEventsToMail,
  findRecentlyMailed,
  lockMailCursor,
  moveMailCursor,
} from './event-mails-system.ts';
import { insertEventMails } from './mails-system.ts';

const eventsAtOnce = 200;
const expiresInSeconds = 24 * 3_600;

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
    const made = await insertEventMails(
      tx,
      events.map((event) => mailOf(event, needed.has(event))),
    );
    const isLast = events.length < eventsAtOnce;
    if (isLast) await moveMailCursor(tx);
    return { made, isLast };
  }

  function mailOf(event: EventToMail, isNeeded: boolean) {
    const { id: eventId, userId, type: kind, phoneNumberId, payload, at } = event;
    const id = deps.ids.uuidv7();
    const contentSealed = deps.seal(id, { payload, at: at.toISOString() });
    return { id, userId, kind, contentSealed, eventId, phoneNumberId, isNeeded, expiresInSeconds };
  }
}

/** One mail an hour of a number that comes and goes, and one of several shares that were reached together. */
function neededOf(events: readonly EventToMail[], recentlyMailed: ReadonlySet<number>): Set<EventToMail> {
  const numbers = new Set(recentlyMailed);
  const lastShare = new Map<string, EventToMail>();
  const needed = new Set<EventToMail>();
  for (const event of events) {
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
