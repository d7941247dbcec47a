import { Type } from 'typebox';
import { messageId } from './kind-schemas.ts';
import { exact, number, token } from './schemas.ts';

export const EditBody = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 65_536, pattern: '\\S', examples: ['Hello again!'] }) },
  { ...exact, examples: [{ text: 'Hello again!' }] },
);

export const MarkReadBody = Type.Object(
  {
    token,
    message_ids: Type.Array(messageId, {
      minItems: 1,
      maxItems: 100,
      description: 'Messages that this phone number received: ids of ours, or WhatsApp ids.',
    }),
  },
  { ...exact, examples: [{ token: 'eft_…', message_ids: ['3A00000000000000000000'] }] },
);

export const PresenceBody = Type.Object(
  {
    token,
    number,
    state: Type.Enum(['composing', 'recording', 'paused', 'available', 'unavailable']),
    duration_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 20_000, default: 2_000 })),
  },
  { ...exact, examples: [{ token: 'eft_…', number: '628123456789', state: 'composing', duration_ms: 2_000 }] },
);

export const CheckNumbersBody = Type.Object(
  {
    token,
    numbers: Type.Array(Type.String({ pattern: '^\\+?[1-9][0-9]{7,14}$', examples: ['628123456789'] }), {
      minItems: 1,
      maxItems: 50,
    }),
  },
  { ...exact, examples: [{ token: 'eft_…', numbers: ['628123456789'] }] },
);

const done = Type.Object({ success: Type.Literal(true) });
export const ChangedAnswer = Type.Object({ ...done.properties, message_id: Type.String({ format: 'uuid' }) });
export const DoneAnswer = done;
export const MarkedAnswer = Type.Object({
  ...done.properties,
  marked: Type.Integer({ description: 'How many were handed over; those of hidden addresses (@lid) cannot be.' }),
});
export const CheckedAnswer = Type.Object({
  ...done.properties,
  numbers: Type.Array(
    Type.Object({
      number: Type.String({ description: 'Digits.' }),
      exists: Type.Boolean({ description: 'Whether it is on WhatsApp.' }),
      jid: Type.Union([Type.String(), Type.Null()], { description: 'Its address there.' }),
      cached: Type.Boolean({
        description: 'True where it was found out within the last 24 hours, and not asked again.',
      }),
    }),
  ),
});
