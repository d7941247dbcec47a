import type { MessageFact } from '../../evolution/inbound-facts.ts';
import { digitsOfJid } from '../../evolution/jid.ts';
import type { ReceivedMessage } from '../messages/index.ts';
import { boundedRecord, readableJson, readableText } from './bounded-record.ts';
import { kindOf } from './message-kind.ts';
import { lidsOf } from './sent-fact.ts';

const textLengthMax = 65_536;
const nameLengthMax = 1_024;

/**
 * A received message in our words. Its content is kept readable for SQL; the event's payload says what came verbatim,
 * since it is only ever passed on.
 */
export function receivedMessageOf(fact: MessageFact): ReceivedMessage {
  const raw = recordOf(fact.raw);
  const message = recordOf(raw.message);
  const { kind, content } = kindOf(fact.messageType, message);
  const told = {
    ...(fact.text === undefined ? {} : { [fact.isMedia ? 'caption' : 'text']: fact.text.slice(0, textLengthMax) }),
    ...(fact.isMedia ? mediaOf(kind, content) : {}),
    push_name: stringOf(fact.pushName),
    participant: stringOf(fact.participant),
    message_type: stringOf(fact.messageType),
    timestamp: fact.timestamp,
    message: boundedRecord(message) ?? null,
  };
  return {
    waId: readableText(fact.waId),
    remoteJid: readableText(fact.remoteJid),
    kind,
    content: readableJson(told),
    lids: lidsOf(fact),
    payload: {
      whatsapp_id: fact.waId,
      from: senderOf(fact),
      chat: fact.remoteJid,
      ...told,
      key: boundedRecord(recordOf(raw.key)) ?? null,
      source: stringOf(raw.source),
      context_info: boundedRecord(recordOf(raw.contextInfo)) ?? null,
    },
  };
}

function mediaOf(kind: string, content: Record<string, unknown>): Record<string, unknown> {
  return {
    media_type: kind,
    mimetype: stringOf(content.mimetype),
    file_name: stringOf(content.fileName),
  };
}

/** Digits where any address of the sender holds a phone number, else the address itself. */
function senderOf(fact: MessageFact): string {
  const [jid, alternative] =
    fact.participant === undefined ? [fact.remoteJid, fact.remoteJidAlt] : [fact.participant, fact.participantAlt];
  return digitsOfJid(jid) ?? (alternative === undefined ? null : digitsOfJid(alternative)) ?? jid;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, nameLengthMax) : null;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
