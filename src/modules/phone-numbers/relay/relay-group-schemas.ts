import { Type } from 'typebox';
import { IdParams } from '../schemas.ts';
import { exact, nullable, PageQuery, phoneNumber, success } from './relay-schemas.ts';

const subject = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', examples: ['Our team'] });
const description = Type.String({ maxLength: 2_048 });
const number = Type.String({ pattern: '^\\+?[1-9][0-9]{7,14}$', examples: ['628123456789'] });
const member = Type.String({
  pattern: '^(\\+?[1-9][0-9]{7,14}|[0-9]{5,30}@(s\\.whatsapp\\.net|lid))$',
  description: 'A number, or the address of a participant as the group gives it.',
  examples: ['628123456789'],
});

export const GroupParams = Type.Object({
  ...IdParams.properties,
  jid: Type.String({ pattern: '^[0-9-]{5,64}@g\\.us$', examples: ['120363000000000000@g.us'] }),
});

export const GroupsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: PageQuery.properties.cursor,
  },
  exact,
);

export const CreateGroupBody = Type.Object(
  {
    subject,
    numbers: Type.Array(number, { minItems: 1, maxItems: 100 }),
    description: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
  },
  { ...exact, examples: [{ subject: 'Our team', numbers: ['628123456789'] }] },
);

export const ChangeGroupBody = Type.Object(
  {
    subject: Type.Optional(subject),
    description: Type.Optional(description),
    only_admins_write: Type.Optional(Type.Boolean()),
    only_admins_edit: Type.Optional(
      Type.Boolean({ description: 'Only admins change subject, description and picture.' }),
    ),
    disappear_after_seconds: Type.Optional(
      Type.Union([Type.Literal(0), Type.Literal(86_400), Type.Literal(604_800), Type.Literal(7_776_000)], {
        description: 'When new messages disappear; 0 lets them stay.',
      }),
    ),
  },
  { ...exact, minProperties: 1, examples: [{ subject: 'Our team', only_admins_write: true }] },
);

export const ParticipantsBody = Type.Object(
  {
    action: Type.Enum(['add', 'remove', 'promote', 'demote']),
    numbers: Type.Array(member, { minItems: 1, maxItems: 50 }),
  },
  { ...exact, examples: [{ action: 'add', numbers: ['628123456789'] }] },
);

export const GroupView = Type.Object({
  jid: Type.String(),
  subject: Type.String(),
  description: nullable(Type.String()),
  owner: nullable(Type.String({ description: 'Digits, or the address where WhatsApp hides the number.' })),
  size: nullable(Type.Integer()),
  only_admins_write: Type.Boolean(),
  only_admins_edit: Type.Boolean(),
  is_community: Type.Boolean(),
  picture_url: nullable(Type.String()),
  created_at: nullable(Type.String({ format: 'date-time' })),
});
export const WholeGroupView = Type.Object({
  ...GroupView.properties,
  participants: Type.Array(
    Type.Object({ jid: Type.String(), phone_number: phoneNumber, role: Type.Enum(['member', 'admin', 'owner']) }),
  ),
});

export const ManyGroups = Type.Object({
  success,
  groups: Type.Array(GroupView),
  next_cursor: nullable(Type.String()),
});
export const OneGroup = Type.Object({ success, group: WholeGroupView });
export const ChangedParticipants = Type.Object({
  success,
  participants: Type.Array(
    Type.Object({
      jid: Type.String(),
      phone_number: phoneNumber,
      done: Type.Boolean(),
      code: Type.String({
        description: 'What WhatsApp says: 200 done, 403 may not be added, 404 is none, 409 is one.',
      }),
    }),
  ),
});
export const InviteCode = Type.Object({
  success,
  invite_code: Type.String(),
  invite_url: Type.String({ examples: ['https://chat.whatsapp.com/F1EX5QZxO181L3TMVP31gY'] }),
});
export const LeftGroup = Type.Object({ success, message: Type.String() });
