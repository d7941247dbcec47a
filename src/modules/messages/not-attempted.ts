import type { NewMessage } from './accept.ts';
import { isMediaKind } from './draft.ts';
import { settlementPayload } from './event-payload.ts';
import type { Settlement } from './settle.ts';

/** How a message ends that may have been stored and was certainly never called. */
export function notAttempted(message: NewMessage, eventId: string): Settlement {
  const status = 'failed';
  const statusReason = 'not_attempted';
  return {
    messageId: message.id,
    userId: message.userId,
    phoneNumberId: message.phoneNumberId,
    status,
    statusReason,
    whatsappId: null,
    remoteJid: null,
    isMedia: isMediaKind(message.kind),
    eventId,
    payload: settlementPayload({
      messageId: message.id,
      number: { id: message.phoneNumberId, instanceName: message.instanceName },
      recipient: message.recipient,
      kind: message.kind,
      status,
      statusReason,
    }),
  };
}
