import type { InboundFact, MessageFact, MessageStatus } from './inbound-facts.ts';
import { isRecord, type Json, recordAt } from './json-reading.ts';
import { unwrapped } from './message-content.ts';
import { factsOfRecords } from './parse-history.ts';
import { textAt } from './read-rows.ts';

/** A message as a chat shows it. */
export type ChatMessage = {
  waId: string;
  /** The chat. */
  remoteJid: string;
  fromMe: boolean;
  /** Who wrote, in a group. */
  participant: string | null;
  pushName: string | null;
  /** The server's word for what it is, such as `conversation` and `imageMessage`. */
  messageType: string;
  /** Text or caption. */
  text: string | null;
  isMedia: boolean;
  mimetype: string | null;
  fileName: string | null;
  /** Seconds since 1970. */
  timestamp: number | null;
  /** How far a message of one's own came; null where nothing is known. */
  status: MessageStatus | null;
};

const textLengthMax = 65_536;
const ranks: readonly MessageStatus[] = ['error', 'pending', 'server_ack', 'delivered', 'read', 'played', 'deleted'];

/** The messages that a server's records tell of, in their order; records that are none are left out. */
export function chatMessagesOf(instance: string, records: readonly Json[]): ChatMessage[] {
  return records.flatMap((record) => {
    const facts = factsOfRecords(instance, [record]);
    const message = facts.find(isMessage);
    return message === undefined ? [] : [chatMessage(message, facts)];
  });
}

function isMessage(fact: InboundFact): fact is Extract<InboundFact, { kind: 'message_received' | 'own_record' }> {
  return fact.kind === 'message_received' || fact.kind === 'own_record';
}

function chatMessage(fact: MessageFact, facts: readonly InboundFact[]): ChatMessage {
  const media = fact.isMedia ? mediaIn(fact.raw) : {};
  return {
    waId: fact.waId,
    remoteJid: fact.remoteJid,
    fromMe: fact.fromMe,
    participant: fact.participant ?? null,
    pushName: fact.pushName?.slice(0, 1_024) ?? null,
    messageType: fact.messageType.slice(0, 100),
    text: fact.text?.slice(0, textLengthMax) ?? null,
    isMedia: fact.isMedia,
    mimetype: textAt(media, 'mimetype'),
    fileName: textAt(media, 'fileName'),
    timestamp: fact.timestamp,
    status: fact.fromMe ? furthest([fact.status, ...facts.map(statusIn)]) : null,
  };
}

function mediaIn(raw: unknown): Json {
  const message = unwrapped((isRecord(raw) ? recordAt(raw, 'message') : undefined) ?? {});
  return Object.values(message).find((part): part is Json => isRecord(part) && 'mimetype' in part) ?? {};
}

function statusIn(fact: InboundFact): MessageStatus | undefined {
  return fact.kind === 'status' ? fact.status : undefined;
}

function furthest(statuses: readonly (MessageStatus | undefined)[]): MessageStatus | null {
  const rank = (status: MessageStatus | undefined) => (status === undefined ? -1 : ranks.indexOf(status));
  return statuses.toSorted((one, other) => rank(other) - rank(one))[0] ?? null;
}
