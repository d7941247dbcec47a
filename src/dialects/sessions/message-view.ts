import { type Static, Type } from 'typebox';
import { addressOf, type Message, messageStatuses } from '../../modules/messages/index.ts';
import { moment, nullable, sessionId } from './schemas.ts';

const text = () => nullable(Type.String());

export const messageStatus = Type.Enum([...messageStatuses], {
  description:
    '`unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.',
});

export const MessageView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  session_id: sessionId,
  direction: Type.Enum(['outbound', 'inbound']),
  type: Type.String({ examples: ['text'] }),
  status: messageStatus,
  status_reason: text(),
  to: nullable(Type.String({ description: 'Outbound: digits where that is a phone number.' })),
  from: nullable(Type.String({ description: 'Inbound: digits where that is a phone number.' })),
  chat_id: Type.String(),
  message: nullable(Type.String({ description: 'Its text.' })),
  caption: text(),
  file_name: text(),
  media_url: text(),
  mime_type: text(),
  whatsapp_id: text(),
  retry_of: nullable(Type.String({ format: 'uuid' })),
  send_at: nullable(moment('When it may leave; null where it left with its request.')),
  created_at: moment(),
  sent_at: nullable(moment()),
  delivered_at: nullable(moment()),
  read_at: nullable(moment()),
  ended_at: nullable(moment('When it failed, expired or was cancelled.')),
  sandbox: Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' }),
});

export function viewOfMessage(message: Message): Static<typeof MessageView> {
  const { direction, remoteJid, participant } = message;
  return {
    id: message.id,
    session_id: String(message.phoneNumberId),
    direction,
    type: message.kind,
    status: message.status,
    status_reason: message.statusReason,
    to: direction === 'outbound' ? addressOf(remoteJid) : null,
    from: direction === 'inbound' ? addressOf(participant || remoteJid) : null,
    chat_id: remoteJid,
    message: message.text,
    caption: message.caption,
    file_name: message.fileName,
    media_url: message.mediaUrl,
    mime_type: message.mimetype,
    whatsapp_id: message.whatsappId,
    retry_of: message.retryOf,
    send_at: message.dueAt?.toISOString() ?? null,
    created_at: message.createdAt.toISOString(),
    sent_at: message.sentAt?.toISOString() ?? null,
    delivered_at: message.deliveredAt?.toISOString() ?? null,
    read_at: message.readAt?.toISOString() ?? null,
    ended_at: message.endedAt?.toISOString() ?? null,
    sandbox: message.isSandbox,
  };
}
