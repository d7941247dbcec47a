import type { Kysely } from 'kysely';
import type { ChatMessage } from '../../../evolution/chat-message.ts';
import type { Chat, Contact } from '../../../evolution/client-chats.ts';
import { canonicalJid } from '../../../evolution/jid.ts';
import type { Clock } from '../../../platform/clock.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import type { SendableNumber } from '../phone-number.ts';
import type { ResolveToken } from '../resolve-token.ts';
import type { RelayCall, RelayTarget } from './relay-call.ts';
import { nextPlace, type RelayPlace } from './relay-cursor.ts';
import { requirePhone } from './relay-errors.ts';
import { listMessageIds } from './relay-repository.ts';

export type KnownMessage = ChatMessage & {
  /** Ours; null for a message that nobody here has heard of. */
  id: string | null;
};
export type Listed<T> = { items: T[]; next: RelayPlace | null };

export type RelayedMedia = { bytes: Buffer; mimetype: string | null; fileName: string | null };

const searchPageSize = 1_000;
const searchPagesMax = 5;
const mediaWithinMs = 30_000;
// Messages are dated by clocks that are not ours.
const aheadMs = 60_000;

/**
 * What a number's backend keeps of its chats; it is there whether the number is connected or not. All throw `not_found`
 * for a number that is not the user's, and what a relayed call throws.
 */
export function createRelayChats(deps: {
  db: Kysely<DB>;
  clock: Pick<Clock, 'now'>;
  tokens: Pick<ResolveToken, 'requireOwn'>;
  call: RelayCall;
}) {
  const { db, tokens, call } = deps;

  return {
    /** The place where a list begins. */
    firstPlace: (limit: number): RelayPlace => ({
      until: new Date(deps.clock.now().getTime() + aheadMs),
      skip: 0,
      limit,
    }),

    /** Latest first. */
    async chats(userId: number, id: number, place: RelayPlace): Promise<Listed<Omit<Chat, 'lastMessage'> & Last>> {
      const number = await tokens.requireOwn(userId, id);
      const { until, skip, limit: take } = place;
      const { items, records, latest } = await call(number, (reads, to) =>
        reads.findChats({ ...to(), until, skip, take }),
      );
      const ids = await idsOf(
        number,
        items.flatMap(({ lastMessage }) => lastMessage ?? []),
      );
      const chats = items.map((chat) => ({
        ...chat,
        lastMessage: chat.lastMessage === null ? null : known(chat.lastMessage, ids),
      }));
      return { items: chats, next: nextPlace(place, records, latest) };
    },

    /** In no order of ours; `isWhole` is false where a search did not look at all of them. */
    async contacts(
      userId: number,
      id: number,
      place: RelayPlace,
      search?: string,
    ): Promise<Listed<Contact> & { isWhole: boolean }> {
      const number = await tokens.requireOwn(userId, id);
      if (search !== undefined) return searched(number, place, search);
      const { skip, limit: pageSize } = place;
      const { items, records } = await call(number, (reads, to) =>
        reads.findContacts({ ...to(), page: skip / pageSize + 1, pageSize }),
      );
      return { items, next: nextPlace(place, records), isWhole: true };
    },

    /** Latest first. `chat` is an address, or digits. */
    async messages(userId: number, id: number, chat: string, place: RelayPlace): Promise<Listed<KnownMessage>> {
      const number = await tokens.requireOwn(userId, id);
      const { until, skip, limit: pageSize } = place;
      const remoteJid = addressOf(chat, number);
      const { items, records, latest } = await call(number, (reads, to) =>
        reads.findChatMessages({ ...to(), remoteJid, until, page: skip / pageSize + 1, pageSize }),
      );
      const ids = await idsOf(number, items);
      return { items: items.map((message) => known(message, ids)), next: nextPlace(place, records, latest) };
    },

    /**
     * The medium of a message of this number; whose it is was asked before. Throws `media_gone`, `payload_too_large` and
     * `action_not_supported` beside what a relayed call throws.
     */
    async media(number: RelayTarget & Pick<SendableNumber, 'integration'>, waId: string): Promise<RelayedMedia> {
      requirePhone('give the media of messages', number.integration);
      const load = await call(number, (reads, to) => reads.loadMedia({ ...to(), waId }), { withinMs: mediaWithinMs });
      if (load.kind === 'gone') throw mediaGone();
      if (load.kind === 'too_large') {
        throw new DomainError('payload_too_large', 'The media is larger than 16 MiB.', { kind: 'too_large' });
      }
      const { bytes, mimetype, fileName } = load;
      return { bytes, mimetype, fileName };
    },
  };

  async function searched(number: SendableNumber, place: RelayPlace, search: string) {
    const { all, isWhole } = await call(number, async (reads, to) => {
      const all: Contact[] = [];
      for (let page = 1; page <= searchPagesMax; page++) {
        const { items, records } = await reads.findContacts({ ...to(), page, pageSize: searchPageSize });
        all.push(...items.filter((contact) => isMeant(contact, search)));
        if (records < searchPageSize) return { all, isWhole: true };
      }
      return { all, isWhole: false };
    });
    all.sort((one, other) => (one.jid < other.jid ? -1 : 1));
    const items = all.slice(place.skip, place.skip + place.limit);
    const isLast = place.skip + place.limit >= all.length;
    return { items, next: isLast ? null : nextPlace(place, items.length), isWhole };
  }

  function idsOf(number: SendableNumber, messages: readonly ChatMessage[]): Promise<Map<string, string>> {
    const waIds = messages.map(({ waId }) => waId).filter((waId) => waId.length <= 256 && !waId.includes('\0'));
    return listMessageIds(db, number, waIds);
  }
}

type Last = { lastMessage: KnownMessage | null };

function known(message: ChatMessage, ids: ReadonlyMap<string, string>): KnownMessage {
  return { ...message, id: ids.get(message.waId) ?? null };
}

// A server of the EVOLUTION integration keeps the number as it was given.
function addressOf(chat: string, { integration }: Pick<SendableNumber, 'integration'>): string {
  return /^\d+$/.test(chat) && integration !== 'EVOLUTION' ? canonicalJid(chat) : chat;
}

function isMeant({ jid, name }: Contact, search: string): boolean {
  const wanted = search.toLowerCase();
  if (name?.toLowerCase().includes(wanted)) return true;
  const digits = search.replace(/[\s+()-]/g, '');
  return /^\d{2,}$/.test(digits) && (jid.split('@')[0] ?? '').includes(digits);
}

function mediaGone(): DomainError {
  return new DomainError('media_gone', 'The media of this message is no longer kept.', { kind: 'not_found' });
}
