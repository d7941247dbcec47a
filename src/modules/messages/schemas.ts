import { type Static, Type } from 'typebox';
import { messageStatuses } from './message.ts';

const exact = { additionalProperties: false } as const;

const token = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "The phone number's token.",
  examples: ['eft_…'],
});
const number = Type.String({
  minLength: 1,
  maxLength: 64,
  description:
    '8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.',
  examples: ['628123456789'],
});

export const SendTextBody = Type.Object(
  { token, number, text: Type.String({ minLength: 1, maxLength: 65_536, examples: ['Hello from WhatsApp API!'] }) },
  { ...exact, examples: [{ token: 'eft_…', number: '628123456789', text: 'Hello from WhatsApp API!' }] },
);

export const SendMediaBody = Type.Object(
  {
    token,
    number,
    mediaType: Type.Union([
      Type.Literal('image'),
      Type.Literal('video'),
      Type.Literal('audio'),
      Type.Literal('document'),
    ]),
    mediaUrl: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2048,
        description: 'Fetched by the gateway; or give mediaBase64.',
        examples: ['https://example.com/image.jpg'],
      }),
    ),
    mediaBase64: Type.Optional(Type.String({ minLength: 1, description: 'At most 16 MiB decoded.' })),
    fileName: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001F\\u007F/\\\\]+$' }),
    ),
    caption: Type.Optional(Type.String({ maxLength: 4096, examples: ['Check this out!'] })),
  },
  {
    ...exact,
    examples: [
      {
        token: 'eft_…',
        number: '628123456789',
        mediaUrl: 'https://example.com/image.jpg',
        caption: 'Check this out!',
        mediaType: 'image',
      },
    ],
  },
);
export type SendMediaBody = Static<typeof SendMediaBody>;

export const SentAnswer = Type.Object({
  success: Type.Literal(true),
  message_id: Type.String({ format: 'uuid' }),
  status: Type.Literal('sent'),
  whatsapp_id: Type.String(),
  to: Type.String(),
  sandbox: Type.Optional(
    Type.Boolean({ description: 'True where a simulated backend took it: nothing reached WhatsApp.' }),
  ),
});

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const moment = () => Type.String({ format: 'date-time' });
const Status = Type.Enum([...messageStatuses], {
  description:
    '`unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.',
});
const Direction = Type.Enum(['outbound', 'inbound']);

/** No format: an id that is none is answered like a message that is missing. */
export const MessageParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

export const MessagesQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
    ),
    phone_number_id: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    status: Type.Optional(Status),
    direction: Type.Optional(Direction),
    kind: Type.Optional(Type.String({ pattern: '^[a-z_]{1,40}$', examples: ['text'] })),
  },
  exact,
);

export const MessageView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  direction: Direction,
  kind: Type.String({ examples: ['text'] }),
  status: Status,
  status_reason: nullable(Type.String()),
  to: Type.Optional(Type.String({ description: 'Outbound: where it went, digits where that is a phone number.' })),
  from: Type.Optional(Type.String({ description: 'Inbound: who wrote, digits where that is a phone number.' })),
  chat: Type.Optional(Type.String({ description: 'Inbound: where it was written, such as a group.' })),
  phone_number_id: Type.Integer(),
  whatsapp_id: nullable(Type.String()),
  content: Type.Object({
    text: nullable(Type.String()),
    caption: nullable(Type.String()),
    file_name: nullable(Type.String()),
    mimetype: nullable(Type.String()),
    media_url: nullable(Type.String({ description: 'Where it was fetched, if it was sent by URL.' })),
  }),
  created_at: moment(),
  sent_at: nullable(moment()),
  delivered_at: nullable(moment()),
  read_at: nullable(moment()),
  sandbox: Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' }),
  history: Type.Array(Type.Object({ status: Status, at: moment() }), {
    description: 'The moves whose time is kept, oldest first.',
  }),
});

export const OneMessage = Type.Object({ success: Type.Literal(true), message: MessageView });
export const ManyMessages = Type.Object({
  success: Type.Literal(true),
  messages: Type.Array(MessageView),
  next_cursor: nullable(Type.String()),
});
