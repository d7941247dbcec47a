import { addressOf } from '../message.ts';
import type { EndStatus, Settlement } from './settle.ts';

type Told = {
  messageId: string;
  number: { id: number; instanceName: string };
  recipient: string;
  kind: string;
  status: EndStatus;
  statusReason: string | null;
  whatsappId?: string | null;
  remoteJid?: string | null;
};

/** JSON text of the payload of `message.sent`, `message.failed` and their like; settling fills in the alias. */
export function settlementPayload(told: Told): string {
  return JSON.stringify({
    message_id: told.messageId,
    phone_number_id: told.number.id,
    instance_name: told.number.instanceName,
    alias: null,
    to: addressOf(told.recipient),
    kind: told.kind,
    status: told.status,
    status_reason: told.statusReason,
    whatsapp_id: told.whatsappId ?? null,
    remote_jid: told.remoteJid ?? null,
  });
}

/** What must be known of a message to end it without an answer of its backend. */
export type EndingMessage = {
  id: string;
  userId: number;
  phoneNumberId: number;
  instanceName: string;
  recipient: string;
  kind: string;
};

export type UnsentEnd = {
  status: Exclude<EndStatus, 'sent'>;
  reason: string | null;
  /** Whether it was never called, and waits still. */
  wasWaiting: boolean;
};

/** How a message ends of which no backend said that it was sent. */
export function unsentSettlement(message: EndingMessage, end: UnsentEnd, eventId: string): Settlement {
  const { id: messageId, userId, phoneNumberId, instanceName, recipient, kind } = message;
  const { status, reason: statusReason, wasWaiting } = end;
  const number = { id: phoneNumberId, instanceName };
  return {
    messageId,
    userId,
    phoneNumberId,
    status,
    statusReason,
    wasWaiting,
    whatsappId: null,
    remoteJid: null,
    // Only what was sent counts as media.
    isMedia: false,
    eventId,
    payload: settlementPayload({ messageId, number, recipient, kind, status, statusReason }),
  };
}
