import { type Static, type TProperties, type TStringOptions, Type } from 'typebox';
import { exact, mediumFields } from './schemas.ts';

/** What a request says besides whom it is for and how it is sent: one set of fields per kind. */

/** One line a person reads: anything but control characters. */
const line = (maxLength: number, options: TStringOptions = {}) =>
  Type.String({ minLength: 1, maxLength, pattern: '^(?=.*\\S)[^\\u0000-\\u001F\\u007F]+$', ...options });
const text = (maxLength: number, options: TStringOptions = {}) =>
  Type.String({ minLength: 1, maxLength, pattern: '\\S', ...options });
const webUrl = (options: TStringOptions = {}) =>
  Type.String({ minLength: 8, maxLength: 2048, pattern: '^https?://[^\\s\\u0000-\\u001F\\u007F]+$', ...options });
const id = (options: TStringOptions = {}) => Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', ...options });

/** Of which message one speaks. */
export const messageId = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'The `message_id` of a message of this phone number, or its WhatsApp id.',
});

export const locationFields = {
  latitude: Type.Number({ minimum: -90, maximum: 90, examples: [-6.2088] }),
  longitude: Type.Number({ minimum: -180, maximum: 180, examples: [106.8456] }),
  name: Type.Optional(line(200, { examples: ['Monas'] })),
  address: Type.Optional(line(500, { examples: ['Gambir, Jakarta'] })),
};

export const contactFields = {
  contacts: Type.Array(
    Type.Object(
      {
        full_name: line(200, { examples: ['Ada Lovelace'] }),
        phone_number: Type.String({
          pattern: '^\\+?[1-9][0-9]{9,14}$',
          description: '10 to 15 digits with the country code.',
          examples: ['628123456789'],
        }),
        organization: Type.Optional(line(200)),
        email: Type.Optional(
          Type.String({ maxLength: 254, pattern: '^[^\\s@\\u0000-\\u001F]+@[^\\s@\\u0000-\\u001F]+$' }),
        ),
        url: Type.Optional(webUrl()),
      },
      exact,
    ),
    { minItems: 1, maxItems: 20, uniqueItems: true },
  ),
};

export const reactionFields = {
  message_id: messageId,
  emoji: Type.String({ maxLength: 64, description: 'One emoji; empty takes the reaction back.', examples: ['👍'] }),
};

export const pollFields = {
  question: line(255, { examples: ['Lunch?'] }),
  options: Type.Array(line(100), {
    minItems: 2,
    maxItems: 10,
    description: 'All different.',
    examples: [['Yes', 'No']],
  }),
  selectable_count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10, default: 1, description: 'How many one person may choose.' }),
  ),
};

export const listFields = {
  title: line(60, { examples: ['Menu'] }),
  description: Type.Optional(text(1024)),
  footer: Type.Optional(line(60)),
  button_text: line(20, { examples: ['Choose'] }),
  sections: Type.Array(
    Type.Object(
      {
        title: line(24),
        rows: Type.Array(Type.Object({ id: id(), title: line(24), description: Type.Optional(line(72)) }, exact), {
          minItems: 1,
          maxItems: 10,
        }),
      },
      exact,
    ),
    { minItems: 1, maxItems: 10, description: 'At most 10 rows in all, each with an id of its own.' },
  ),
};

const label = line(25);
const Button = Type.Union([
  Type.Object({ type: Type.Literal('reply'), text: label, id: id() }, exact),
  Type.Object({ type: Type.Literal('url'), text: label, url: webUrl() }, exact),
  Type.Object(
    { type: Type.Literal('call'), text: label, phone_number: Type.String({ pattern: '^\\+?[1-9][0-9]{7,14}$' }) },
    exact,
  ),
  Type.Object({ type: Type.Literal('copy'), text: label, code: line(200) }, exact),
  Type.Object(
    {
      type: Type.Literal('pix'),
      currency: Type.String({ pattern: '^[A-Z]{3}$', examples: ['BRL'] }),
      name: line(100),
      key_type: Type.Enum(['phone', 'email', 'cpf', 'cnpj', 'random']),
      key: line(100),
    },
    exact,
  ),
]);

export const buttonsFields = {
  title: line(255, { examples: ['Your order'] }),
  description: Type.Optional(text(1024)),
  footer: Type.Optional(line(60)),
  buttons: Type.Array(Button, {
    minItems: 1,
    maxItems: 3,
    description: 'Reply buttons stand among themselves, and a pix button alone.',
    examples: [[{ type: 'reply', text: 'Yes', id: 'yes' }]],
  }),
};

export const templateFields = {
  name: Type.String({ pattern: '^[a-z0-9_]{1,512}$', examples: ['hello_world'] }),
  language: Type.String({ pattern: '^[a-z]{2,3}(_[A-Za-z]{2,4})?$', examples: ['en_US'] }),
  components: Type.Optional(
    Type.Array(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()), {
      maxItems: 20,
      description: "As WhatsApp's Cloud API takes them; at most 32 KiB of JSON.",
    }),
  ),
};

export const statusFields = {
  type: Type.Enum(['text', 'image', 'video', 'audio']),
  text: Type.Optional(text(700, { description: 'Of type text.' })),
  ...mediumFields,
  caption: Type.Optional(Type.String({ maxLength: 1024, description: 'Of type image and video.' })),
  background_color: Type.Optional(Type.String({ pattern: '^#[0-9A-Fa-f]{6}$', description: 'Of type text.' })),
  font: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, description: 'Of type text.' })),
  audience: Type.Optional(
    Type.Array(Type.String({ pattern: '^\\+?[1-9][0-9]{7,14}$' }), {
      minItems: 1,
      maxItems: 1000,
      description: 'Whose phones show it; all contacts where it is left out.',
    }),
  ),
};

export type FieldsOf<T extends TProperties> = Static<ReturnType<typeof Type.Object<T>>>;
