import { type ChatMessage, chatMessagesOf } from './chat-message.ts';
import { EvolutionError } from './errors.ts';
import { booleanAt, dateOf, type Json, numberAt, recordAt } from './json-reading.ts';
import { secondsOf } from './message-content.ts';
import { jidAt, pictureAt, textAt } from './read-rows.ts';
import type { Ask, Named } from './reading-call.ts';
import { FindMessagesAnswer } from './wire-history.ts';
import { MediaAnswer, Rows } from './wire-reads.ts';

export type Chat = {
  jid: string;
  name: string | null;
  pictureUrl: string | null;
  /** Null where the server does not count. */
  unread: number | null;
  updatedAt: Date | null;
  lastMessage: ChatMessage | null;
};

export type Contact = {
  jid: string;
  name: string | null;
  pictureUrl: string | null;
  isGroup: boolean;
  /** Known by a name or a picture, not only as a member of some group. */
  isSaved: boolean;
};

/** `records` is how many the page had there: those that are no chat, contact or message are left out of `items`. */
export type Page<T> = { items: T[]; records: number };

/** A page of a list by time, with the time of its latest record, to the second. */
export type TimedPage<T> = Page<T> & { latest: Date | null };

export type MediaLoad =
  | { kind: 'loaded'; bytes: Buffer; mimetype: string | null; fileName: string | null }
  | { kind: 'gone' }
  | { kind: 'too_large' };

const mediaBytesMax = 16 * 1024 * 1024;
const longAnswerBytesMax = 32 * 1024 * 1024;
const epoch = new Date(0).toISOString();
const gone =
  /^(Error: )?(Message not found|Failed to fetch stream|The message is (not of the media type|messageContextInfo))/;

/** What a server keeps of chats. All calls reject with `EvolutionError`, and change nothing there. */
export function callChats(ask: Ask) {
  return {
    /** Latest first; of each chat what was written until then. */
    async findChats(input: Named & { until: Date; skip: number; take: number }): Promise<TimedPage<Chat>> {
      const { until, skip, take, ...named } = input;
      const rows = await ask(Rows, {
        ...named,
        method: 'POST',
        path: '/chat/findChats',
        body: { where: { messageTimestamp: { gte: epoch, lte: until.toISOString() } }, take, skip },
        answerBytesMax: longAnswerBytesMax,
      });
      const latest = latestOf(rows.map((row) => dateOf(row.updatedAt)));
      return { items: rows.flatMap((row) => chatOf(named.instance, row)), records: rows.length, latest };
    },

    /** In no order that a server promises. `page` counts from 1. */
    async findContacts(input: Named & { page: number; pageSize: number }): Promise<Page<Contact>> {
      const { page, pageSize, ...named } = input;
      const body = { where: {}, page, offset: pageSize };
      const rows = await ask(Rows, { ...named, method: 'POST', path: '/chat/findContacts', body });
      return { items: rows.flatMap(contactOf), records: rows.length };
    },

    /** Messages of one chat until a moment, latest first. `page` counts from 1. */
    async findChatMessages(
      input: Named & { remoteJid: string; until: Date; page: number; pageSize: number },
    ): Promise<TimedPage<ChatMessage>> {
      const { remoteJid, until, page, pageSize, ...named } = input;
      const { messages } = await ask(FindMessagesAnswer, {
        ...named,
        method: 'POST',
        path: '/chat/findMessages',
        body: {
          where: { key: { remoteJid }, messageTimestamp: { gte: epoch, lte: until.toISOString() } },
          page,
          offset: pageSize,
        },
        answerBytesMax: longAnswerBytesMax,
      });
      const ofChat = chatMessagesOf(named.instance, messages.records).filter((each) => each.remoteJid === remoteJid);
      const latest = latestOf(
        messages.records.map(({ messageTimestamp }) => {
          const seconds = secondsOf(messageTimestamp);
          return seconds === null ? null : new Date(seconds * 1_000);
        }),
      );
      return { items: ofChat, records: messages.records.length, latest };
    },

    /** The medium of a message, up to 16 MiB. Only WHATSAPP-BAILEYS gives any. */
    async loadMedia(input: Named & { waId: string }): Promise<MediaLoad> {
      const { waId, ...named } = input;
      const answerBytesMax = Math.ceil((mediaBytesMax * 4) / 3) + 64 * 1024;
      try {
        const answer = await ask(MediaAnswer, {
          ...named,
          method: 'POST',
          path: '/chat/getBase64FromMediaMessage',
          body: { message: { key: { id: waId } }, convertToMp4: false },
          answerBytesMax,
        });
        const bytes = Buffer.from(answer.base64, 'base64');
        if (bytes.length > mediaBytesMax) return { kind: 'too_large' };
        const row: Json = answer;
        return { kind: 'loaded', bytes, mimetype: textAt(row, 'mimetype'), fileName: textAt(row, 'fileName') };
      } catch (error) {
        if (!(error instanceof EvolutionError)) throw error;
        if (error.kind === 'refused' && gone.test(error.detail)) return { kind: 'gone' };
        if (error.detail === `more than ${answerBytesMax} bytes`) return { kind: 'too_large' };
        throw error;
      }
    },
  };
}

function latestOf(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null).map((time) => time.getTime());
  return known.length === 0 ? null : new Date(known.reduce((one, other) => Math.max(one, other)));
}

function chatOf(instance: string, row: Json): Chat[] {
  const jid = jidAt(row, 'remoteJid');
  if (jid === undefined) return [];
  const last = recordAt(row, 'lastMessage');
  return [
    {
      jid,
      name: textAt(row, 'pushName'),
      pictureUrl: pictureAt(row, 'profilePicUrl'),
      unread: numberAt(row, 'unreadCount') ?? null,
      updatedAt: dateOf(row.updatedAt),
      lastMessage: last === undefined ? null : (chatMessagesOf(instance, [last])[0] ?? null),
    },
  ];
}

function contactOf(row: Json): Contact[] {
  const jid = jidAt(row, 'remoteJid');
  if (jid === undefined) return [];
  return [
    {
      jid,
      name: textAt(row, 'pushName'),
      pictureUrl: pictureAt(row, 'profilePicUrl'),
      isGroup: booleanAt(row, 'isGroup') ?? jid.endsWith('@g.us'),
      isSaved: booleanAt(row, 'isSaved') ?? false,
    },
  ];
}
