import { Type } from 'typebox';

export const exact = { additionalProperties: false } as const;

export const token = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "The phone number's token.",
  examples: ['eft_…'],
});
export const pool = Type.String({
  minLength: 1,
  maxLength: 64,
  description:
    'In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.',
  examples: ['all'],
});
export const number = Type.String({
  minLength: 1,
  maxLength: 64,
  description:
    '8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.',
  examples: ['628123456789'],
});

/** When a message leaves, and how much it is worth waiting for: part of every body that sends. */
export const timingOptions = {
  async: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.',
    }),
  ),
  send_at: Type.Optional(
    Type.String({
      format: 'date-time',
      maxLength: 40,
      description:
        'When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.',
      examples: ['2027-01-01T08:00:00Z'],
    }),
  ),
  expires_in: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 604_800,
      default: 86_400,
      description:
        'Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.',
    }),
  ),
  priority: Type.Optional(
    Type.Enum(['low', 'normal', 'high'], {
      default: 'normal',
      description: "Of a phone number's waiting messages the higher leaves first. Only for a message that waits.",
    }),
  ),
};

/** What every body that sends may hold besides the fields of its kind. */
export const sendingOptions = {
  ...timingOptions,
  delay: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 20_000, description: 'Milliseconds of "typing…" before it is sent.' }),
  ),
  quoted: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The message it answers: its `message_id`, or its WhatsApp id on this phone number.',
    }),
  ),
  mentions: Type.Optional(
    Type.Array(Type.String({ pattern: '^\\+?[1-9][0-9]{7,14}$', examples: ['628123456789'] }), {
      minItems: 1,
      maxItems: 256,
      description: 'Phone numbers mentioned, in a group.',
    }),
  ),
  mentions_everyone: Type.Optional(Type.Boolean({ description: 'Mentions everyone in the group.' })),
};

export const RetryBody = Type.Object(sendingOptions, { ...exact, examples: [{ async: true, priority: 'high' }] });

/** Headers that every route that sends reads. */
export const SendingHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        '1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.',
      examples: ['6f7d2b1c-order-1042'],
    }),
  ),
  prefer: Type.Optional(Type.String({ description: '`respond-async`: like `"async": true`.' })),
});

/** A medium by URL, in the request as base64, or as the upload of a multipart request. */
export const mediumFields = {
  mediaUrl: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'Fetched by the gateway; or give mediaBase64, or upload `file`.',
      examples: ['https://example.com/image.jpg'],
    }),
  ),
  mediaBase64: Type.Optional(Type.String({ minLength: 1, description: 'At most 16 MiB decoded.' })),
  file: Type.Optional(Type.String({ description: 'multipart/form-data only: the medium itself, at most 16 MiB.' })),
};

export const textFields = {
  text: Type.String({ minLength: 1, maxLength: 65_536, examples: ['Hello from WhatsApp API!'] }),
};

export const mediaFields = {
  mediaType: Type.Union([
    Type.Literal('image'),
    Type.Literal('video'),
    Type.Literal('audio'),
    Type.Literal('document'),
  ]),
  ...mediumFields,
  fileName: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001F\\u007F/\\\\]+$' })),
  caption: Type.Optional(Type.String({ maxLength: 4096, examples: ['Check this out!'] })),
};

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

export const QueuedAnswer = Type.Object({
  success: Type.Literal(true),
  message_id: Type.String({ format: 'uuid' }),
  status: Type.Enum(['accepted', 'scheduled', 'sending', 'failed', 'expired', 'cancelled', 'unknown'], {
    description: '`accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.',
  }),
  to: Type.String(),
  send_at: Type.Optional(Type.String({ format: 'date-time' })),
  sandbox: Type.Optional(Type.Boolean({ description: 'True on a simulated backend: nothing will reach WhatsApp.' })),
});

/** No format: an id that is none is answered like a message that is missing. */
export const MessageParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
