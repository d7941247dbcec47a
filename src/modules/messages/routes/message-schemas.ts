import { Type } from 'typebox';
import { messageStatuses } from '../message.ts';
import { exact } from './schemas.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const moment = () => Type.String({ format: 'date-time' });
const Status = Type.Enum([...messageStatuses], {
  description:
    '`unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.',
});
const Direction = Type.Enum(['outbound', 'inbound']);

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
    campaign_id: Type.Optional(Type.String({ format: 'uuid' })),
    to: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Sent to this number or address, as `to` of a message gives it.',
        examples: ['628123456789'],
      }),
    ),
    since: Type.Optional(
      Type.String({ format: 'date-time', description: 'Accepted or received from this moment on.' }),
    ),
    until: Type.Optional(Type.String({ format: 'date-time', description: 'Accepted or received before this moment.' })),
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
    details: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Of one message that was sent as location, contact, poll and the like: all that it says.',
      }),
    ),
  }),
  priority: nullable(Type.Enum(['low', 'normal', 'high'], { description: 'Null where it left with its request.' })),
  campaign_id: nullable(Type.String({ format: 'uuid' })),
  retry_of: nullable(Type.String({ format: 'uuid', description: 'The message that this one repeats.' })),
  evidence: nullable(
    Type.Enum(['answer', 'echo', 'history'], {
      description:
        'What proved that a message that was `unknown` was sent: the late answer of the backend, its report of the send, or its records.',
    }),
  ),
  created_at: moment(),
  send_at: nullable(
    Type.String({
      format: 'date-time',
      description: 'When it may leave, or might; null where it left with its request.',
    }),
  ),
  expires_at: nullable(Type.String({ format: 'date-time', description: 'Unsent by then, it ends as `expired`.' })),
  called_at: nullable(Type.String({ format: 'date-time', description: 'When it was handed to the backend.' })),
  sent_at: nullable(moment()),
  delivered_at: nullable(moment()),
  read_at: nullable(moment()),
  played_at: nullable(moment()),
  edited_at: nullable(
    Type.String({ format: 'date-time', description: 'When its text was changed after it was sent.' }),
  ),
  deleted_at: nullable(Type.String({ format: 'date-time', description: 'When it was taken back from everyone.' })),
  ended_at: nullable(Type.String({ format: 'date-time', description: 'When it failed, expired or was cancelled.' })),
  sandbox: Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' }),
  history: Type.Array(Type.Object({ status: Status, at: moment() }), {
    description: 'Its moves, oldest first.',
  }),
});

export const OneMessage = Type.Object({ success: Type.Literal(true), message: MessageView });
export const ManyMessages = Type.Object({
  success: Type.Literal(true),
  messages: Type.Array(MessageView),
  next_cursor: nullable(Type.String()),
});
