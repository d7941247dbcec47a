import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';

type Relay = PhoneNumbers['relay'];
type Chat = Awaited<ReturnType<Relay['chats']>>['items'][number];
type ChatMessage = Awaited<ReturnType<Relay['messages']>>['items'][number];

/** `<digits>` or `<digits>@s.whatsapp.net` as clients of this contract know it. */
export function toWebAddress(address: string): string {
  return address.includes('@') ? address.replace(/@s\.whatsapp\.net$/, '@c.us') : `${address}@c.us`;
}

export function fromWebAddress(chatId: string): string {
  return chatId.replace(/@c\.us$/, '@s.whatsapp.net');
}

export function viewOfChat({ jid, name, pictureUrl, unread, updatedAt, lastMessage }: Chat) {
  return {
    id: toWebAddress(jid),
    name,
    isGroup: jid.endsWith('@g.us'),
    unreadCount: unread ?? 0,
    timestamp: updatedAt === null ? null : Math.floor(updatedAt.getTime() / 1_000),
    profilePicUrl: pictureUrl,
    lastMessage: lastMessage === null ? null : viewOfMessage(lastMessage),
  };
}

export function viewOfMessage(message: ChatMessage) {
  const { waId, remoteJid, fromMe, participant, pushName, messageType, text, isMedia, timestamp, status } = message;
  return {
    id: waId,
    messageId: message.id,
    chatId: toWebAddress(remoteJid),
    from: fromMe ? null : toWebAddress(participant ?? remoteJid),
    fromMe,
    notifyName: pushName,
    body: text ?? '',
    type: messageType,
    hasMedia: isMedia,
    timestamp,
    ack: status,
  };
}
