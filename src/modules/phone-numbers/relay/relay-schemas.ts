import { Type } from 'typebox';
import { IdParams } from '../schemas.ts';

export const exact = { additionalProperties: false } as const;
export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const success = Type.Literal(true);
export const phoneNumber = nullable(
  Type.String({ description: 'Digits; null for a group, and where WhatsApp hides the number (@lid).' }),
);
const moment = nullable(Type.String({ format: 'date-time' }));
const nextCursor = nullable(Type.String());

export const ChatParams = Type.Object({
  ...IdParams.properties,
  jid: Type.String({
    pattern: '^[A-Za-z0-9@._:+-]{1,100}$',
    description: 'The address of a chat as a list gave it, or digits.',
    examples: ['5511999999999@s.whatsapp.net'],
  }),
});

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'That of the first page holds for all.' }),
    ),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
    ),
  },
  exact,
);

export const ContactsQuery = Type.Object(
  {
    ...PageQuery.properties,
    search: Type.Optional(
      Type.String({ minLength: 2, maxLength: 100, description: 'A part of the name, or of the number.' }),
    ),
  },
  exact,
);

export const ChatMessageView = Type.Object({
  id: nullable(
    Type.String({ format: 'uuid', description: 'Of the same message in `/api/messages`; null where it is not there.' }),
  ),
  whatsapp_id: Type.String(),
  chat: Type.String(),
  from_me: Type.Boolean(),
  from: nullable(Type.String({ description: 'Who wrote, digits where that is a phone number; null for your own.' })),
  push_name: nullable(Type.String()),
  type: Type.String({ examples: ['conversation', 'imageMessage'] }),
  text: nullable(Type.String({ description: 'Text or caption.' })),
  has_media: Type.Boolean({ description: '`GET /api/messages/{id}/media` gives it.' }),
  mimetype: nullable(Type.String()),
  file_name: nullable(Type.String()),
  sent_at: moment,
  status: nullable(Type.Enum(['pending', 'server_ack', 'delivered', 'read', 'played', 'error', 'deleted'])),
});

const ChatView = Type.Object({
  jid: Type.String(),
  phone_number: phoneNumber,
  name: nullable(Type.String()),
  is_group: Type.Boolean(),
  picture_url: nullable(Type.String()),
  unread_count: nullable(Type.Integer()),
  updated_at: moment,
  last_message: nullable(ChatMessageView),
});

const ContactView = Type.Object({
  jid: Type.String(),
  phone_number: phoneNumber,
  name: nullable(Type.String()),
  is_group: Type.Boolean(),
  is_saved: Type.Boolean({ description: 'Known by a name or a picture.' }),
  picture_url: nullable(Type.String()),
});

export const ManyChats = Type.Object({ success, chats: Type.Array(ChatView), next_cursor: nextCursor });
export const ManyContacts = Type.Object({
  success,
  contacts: Type.Array(ContactView),
  next_cursor: nextCursor,
  searched_all: Type.Boolean({ description: 'False where a search ended after the first 5,000 contacts.' }),
});
export const ManyChatMessages = Type.Object({
  success,
  messages: Type.Array(ChatMessageView),
  next_cursor: nextCursor,
});
