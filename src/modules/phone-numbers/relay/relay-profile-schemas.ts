import { Type } from 'typebox';
import { privacyChoices } from '../../../evolution/wire-reads.ts';
import { exact, nullable, phoneNumber, success } from './relay-schemas.ts';

export const ChangeProfileBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 25, pattern: '\\S', examples: ['Support'] })),
    about: Type.Optional(Type.String({ minLength: 1, maxLength: 139, description: 'The words below the name.' })),
    picture_base64: Type.Optional(
      nullable(
        Type.String({
          minLength: 4,
          maxLength: 900_000,
          pattern: '^[A-Za-z0-9+/]+={0,2}$',
          description: 'A JPEG or PNG; null takes the picture away.',
        }),
      ),
    ),
  },
  { ...exact, minProperties: 1, examples: [{ name: 'Support', about: 'Mo-Fr 9-17' }] },
);

export const PictureQuery = Type.Object(
  {
    number: Type.Optional(
      Type.String({
        pattern: '^(\\+?[1-9][0-9]{7,14}|[0-9-]{5,64}@(s\\.whatsapp\\.net|lid|g\\.us))$',
        description: 'A number, or an address as a list gave it; your own unless given.',
        examples: ['628123456789'],
      }),
    ),
  },
  exact,
);

const choice = (field: keyof typeof privacyChoices, description: string) =>
  Type.Enum([...privacyChoices[field]], { description });

const privacy = {
  read_receipts: choice('readreceipts', 'Who sees that you have read.'),
  profile_picture: choice('profile', 'Who sees your picture.'),
  about: choice('status', 'Who sees the words below your name.'),
  online: choice('online', 'Who sees that you are online.'),
  last_seen: choice('last', 'Who sees when you were last online.'),
  groups: choice('groupadd', 'Who may add you to groups.'),
};

export const ChangePrivacyBody = Type.Object(
  {
    read_receipts: Type.Optional(privacy.read_receipts),
    profile_picture: Type.Optional(privacy.profile_picture),
    about: Type.Optional(privacy.about),
    online: Type.Optional(privacy.online),
    last_seen: Type.Optional(privacy.last_seen),
    groups: Type.Optional(privacy.groups),
  },
  { ...exact, minProperties: 1, examples: [{ last_seen: 'contacts' }] },
);

export const ProfileAnswer = Type.Object({
  success,
  profile: Type.Object({
    jid: nullable(Type.String()),
    phone_number: phoneNumber,
    name: nullable(Type.String()),
    picture_url: nullable(Type.String()),
    is_business: Type.Boolean(),
    email: nullable(Type.String()),
    description: nullable(Type.String()),
    website: nullable(Type.String()),
  }),
});
export const ProfileChanged = Type.Object({
  success,
  changed: Type.Array(Type.Enum(['name', 'about', 'picture_base64'])),
});
export const PictureAnswer = Type.Object({
  success,
  jid: Type.String(),
  phone_number: phoneNumber,
  picture_url: nullable(Type.String({ description: 'Null where there is none, or none is shown to this number.' })),
});
const told = Type.String();
export const PrivacySettings = Type.Object({
  success,
  privacy: Type.Object({
    read_receipts: told,
    profile_picture: told,
    about: told,
    online: told,
    last_seen: told,
    groups: told,
  }),
});
