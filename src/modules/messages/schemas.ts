import { type Static, Type } from 'typebox';

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
