import type { Static } from 'typebox';
import { digitsOfJid } from '../../evolution/jid.ts';
import type { Message, MessageStatus } from './message.ts';
import type { MessageView } from './schemas.ts';

/** A message as the API shows it. */
export function viewOfMessage(message: Message): Static<typeof MessageView> {
  const { remoteJid } = message;
  return {
    id: message.id,
    direction: message.direction,
    kind: message.kind,
    status: message.status,
    status_reason: message.statusReason,
    ...(message.direction === 'outbound'
      ? { to: addressOf(remoteJid) }
      : { from: addressOf(message.participant || remoteJid), chat: remoteJid }),
    phone_number_id: message.phoneNumberId,
    whatsapp_id: message.whatsappId,
    content: {
      text: message.text,
      caption: message.caption,
      file_name: message.fileName,
      mimetype: message.mimetype,
      media_url: message.mediaUrl,
    },
    created_at: message.createdAt.toISOString(),
    sent_at: message.sentAt?.toISOString() ?? null,
    delivered_at: message.deliveredAt?.toISOString() ?? null,
    read_at: message.readAt?.toISOString() ?? null,
    sandbox: message.isSandbox,
    history: historyOf(message),
  };
}

/** The moves whose time is kept, oldest first; the last one is where the message is now. */
function historyOf(message: Message): { status: MessageStatus; at: string }[] {
  const { direction, status, createdAt, sentAt, deliveredAt, readAt, updatedAt } = message;
  const first = direction === 'inbound' ? 'received' : status === 'scheduled' ? 'scheduled' : 'accepted';
  const timed: [MessageStatus, Date | null][] = [
    [first, createdAt],
    ['sent', sentAt],
    ['delivered', deliveredAt],
    ['read', readAt],
  ];
  const moves = timed.flatMap(([each, at]) => (at === null ? [] : [{ status: each, at: at.toISOString() }]));
  // A state without a column of its own is always the latest change.
  return moves.at(-1)?.status === status ? moves : [...moves, { status, at: updatedAt.toISOString() }];
}

/** Digits where the address holds a phone number, as a send takes them. */
function addressOf(jid: string): string {
  return digitsOfJid(jid) ?? jid;
}
