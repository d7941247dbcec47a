import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { digitsOfJid } from '../../evolution/jid.ts';
import { decodePlace, encodePlace, type PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nullable, ofSession, paging } from './schemas.ts';
import type { SessionDeps } from './session-operations.ts';

type Relay = PhoneNumbers['relay'];
type Chat = Awaited<ReturnType<Relay['chats']>>['items'][number];
type Contact = Awaited<ReturnType<Relay['contacts']>>['items'][number];
type ChatMessage = Awaited<ReturnType<Relay['messages']>>['items'][number];

const text = () => nullable(Type.String());
const address = Type.String({ description: 'The address of a chat.', examples: ['5511999999999@s.whatsapp.net'] });
const PageQuery = Type.Object(paging(100, 50), exact);

const ChatMessageView = Type.Object({
  id: nullable(Type.String({ description: 'Of the same message in `/api/v1/messages`; null where it is not there.' })),
  whatsapp_id: Type.String(),
  chat_id: Type.String(),
  from_me: Type.Boolean(),
  from: text(),
  name: text(),
  type: Type.String(),
  text: text(),
  has_media: Type.Boolean(),
  timestamp: nullable(moment()),
});
const ChatView = Type.Object({
  id: address,
  name: text(),
  phone_number: text(),
  is_group: Type.Boolean(),
  unread_count: nullable(Type.Integer()),
  updated_at: nullable(moment()),
  last_message: nullable(ChatMessageView),
});
const ContactView = Type.Object({
  id: address,
  name: text(),
  phone_number: text(),
  is_group: Type.Boolean(),
  is_saved: Type.Boolean(),
});

const relayed = [
  'not_found',
  'number_not_connected',
  'action_not_supported',
  'backend_refused',
  'backend_failed',
  'backend_unavailable',
] as const;

/** What the server of a session keeps of its chats. */
export function addChatOperations(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  const operation = createOperations(app, 'sessions');
  const { relay } = phoneNumbers;
  const placeOf = ({ limit = 50, cursor }: { limit?: number; cursor?: string }) =>
    cursor === undefined ? relay.firstPlace(limit) : decodePlace(cursor);

  operation(
    'GET',
    '/sessions/:id/chats',
    {
      summary: 'Chats of a session',
      description: 'The latest first.',
      params: ofSession,
      query: PageQuery,
      data: Type.Object({ chats: Type.Array(ChatView), next_cursor: nextCursor }),
      problems: relayed,
    },
    async ({ userId, params, query }) => {
      const { items, next } = await relay.chats(userId, await sessions.idOf(userId, params.id), placeOf(query));
      return { chats: items.map(viewOfChat), next_cursor: next === null ? null : encodePlace(next) };
    },
  );

  operation(
    'GET',
    '/sessions/:id/contacts',
    {
      summary: 'Contacts of a session',
      description: 'A search looks at the first 5,000.',
      params: ofSession,
      query: Type.Object(
        { ...PageQuery.properties, search: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })) },
        exact,
      ),
      data: Type.Object({ contacts: Type.Array(ContactView), next_cursor: nextCursor }),
      problems: relayed,
    },
    async ({ userId, params, query }) => {
      const id = await sessions.idOf(userId, params.id);
      const { items, next } = await relay.contacts(userId, id, placeOf(query), query.search);
      return { contacts: items.map(viewOfContact), next_cursor: next === null ? null : encodePlace(next) };
    },
  );

  operation(
    'GET',
    '/sessions/:id/chats/:jid/messages',
    {
      summary: 'Messages of a chat',
      description: 'The latest first, also those that the owner wrote on the phone.',
      params: Type.Object({
        ...ofSession.properties,
        jid: Type.String({ pattern: '^[A-Za-z0-9@._:+-]{1,100}$', description: 'The id of a chat, or digits.' }),
      }),
      query: PageQuery,
      data: Type.Object({ messages: Type.Array(ChatMessageView), next_cursor: nextCursor }),
      problems: relayed,
    },
    async ({ userId, params, query }) => {
      const id = await sessions.idOf(userId, params.id);
      const jid = params.jid.replace(/@c\.us$/, '@s.whatsapp.net');
      const { items, next } = await relay.messages(userId, id, jid, placeOf(query));
      return { messages: items.map(viewOfChatMessage), next_cursor: next === null ? null : encodePlace(next) };
    },
  );
}

function viewOfChat({ jid, name, unread, updatedAt, lastMessage }: Chat) {
  return {
    id: jid,
    name,
    phone_number: digitsOfJid(jid),
    is_group: jid.endsWith('@g.us'),
    unread_count: unread,
    updated_at: updatedAt?.toISOString() ?? null,
    last_message: lastMessage === null ? null : viewOfChatMessage(lastMessage),
  };
}

function viewOfContact({ jid, name, isGroup, isSaved }: Contact) {
  return { id: jid, name, phone_number: digitsOfJid(jid), is_group: isGroup, is_saved: isSaved };
}

function viewOfChatMessage(message: ChatMessage) {
  const author = message.participant ?? message.remoteJid;
  return {
    id: message.id,
    whatsapp_id: message.waId,
    chat_id: message.remoteJid,
    from_me: message.fromMe,
    from: message.fromMe ? null : (digitsOfJid(author) ?? author),
    name: message.pushName,
    type: message.messageType,
    text: message.text,
    has_media: message.isMedia,
    timestamp: message.timestamp === null ? null : new Date(message.timestamp * 1_000).toISOString(),
  };
}
