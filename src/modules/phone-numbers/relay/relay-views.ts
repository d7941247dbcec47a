import type { Static } from 'typebox';
import type { Contact } from '../../../evolution/client-chats.ts';
import type { Group, Participant } from '../../../evolution/client-groups.ts';
import { digitsOfJid } from '../../../evolution/jid.ts';
import type { KnownMessage } from './relay-chats.ts';
import type { GroupView, WholeGroupView } from './relay-group-schemas.ts';
import type { ChatMessageView, ManyChats, ManyContacts } from './relay-schemas.ts';

type ChatView = Static<typeof ManyChats>['chats'][number];
type Shown = {
  jid: string;
  name: string | null;
  pictureUrl: string | null;
  unread: number | null;
  updatedAt: Date | null;
  lastMessage: KnownMessage | null;
};

export function viewOfChat(chat: Shown): ChatView {
  return {
    jid: chat.jid,
    phone_number: digitsOfJid(chat.jid),
    name: chat.name,
    is_group: chat.jid.endsWith('@g.us'),
    picture_url: chat.pictureUrl,
    unread_count: chat.unread,
    updated_at: chat.updatedAt?.toISOString() ?? null,
    last_message: chat.lastMessage === null ? null : viewOfChatMessage(chat.lastMessage),
  };
}

export function viewOfContact(contact: Contact): Static<typeof ManyContacts>['contacts'][number] {
  return {
    jid: contact.jid,
    phone_number: digitsOfJid(contact.jid),
    name: contact.name,
    is_group: contact.isGroup,
    is_saved: contact.isSaved,
    picture_url: contact.pictureUrl,
  };
}

export function viewOfChatMessage(message: KnownMessage): Static<typeof ChatMessageView> {
  const author = message.participant ?? message.remoteJid;
  return {
    id: message.id,
    whatsapp_id: message.waId,
    chat: message.remoteJid,
    from_me: message.fromMe,
    from: message.fromMe ? null : (digitsOfJid(author) ?? author),
    push_name: message.pushName,
    type: message.messageType,
    text: message.text,
    has_media: message.isMedia,
    mimetype: message.mimetype,
    file_name: message.fileName,
    sent_at: momentOf(message.timestamp),
    status: message.status,
  };
}

export function viewOfGroup(group: Group): Static<typeof GroupView> {
  return {
    jid: group.jid,
    subject: group.subject,
    description: group.description,
    owner: group.ownerJid === null ? null : (digitsOfJid(group.ownerJid) ?? group.ownerJid),
    size: group.size,
    only_admins_write: group.isAnnouncement,
    only_admins_edit: group.isLocked,
    is_community: group.isCommunity,
    picture_url: group.pictureUrl,
    created_at: momentOf(group.createdAt),
  };
}

export function viewOfWholeGroup(group: Group & { participants: Participant[] }): Static<typeof WholeGroupView> {
  const participants = group.participants.map(({ jid, role }) => ({ jid, phone_number: digitsOfJid(jid), role }));
  return { ...viewOfGroup(group), participants };
}

function momentOf(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1_000).toISOString();
}
