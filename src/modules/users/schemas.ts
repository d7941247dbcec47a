import { type Static, Type } from 'typebox';

const nullableText = (description: string, example: string) =>
  Type.Union([Type.String({ maxLength: 200 }), Type.Null()], { description, examples: [example] });

const fullName = nullableText('At most 200 characters.', 'John Doe');
const companyName = nullableText('At most 200 characters.', 'Acme Corp');
const closed = { additionalProperties: false };
const success = Type.Literal(true);

const email = Type.String({ minLength: 1, maxLength: 320, examples: ['user@example.com'] });
const password = Type.String({ minLength: 1, examples: ['SecurePass123!'] });
const newPassword = Type.String({ minLength: 1, description: '8 to 128 characters.', examples: ['SecurePass123!'] });

export const RegisterBody = Type.Object(
  {
    email,
    password: newPassword,
    full_name: Type.Optional(fullName),
    company_name: Type.Optional(companyName),
    plan_type: Type.Optional(
      Type.String({
        maxLength: 50,
        description: 'One of the plans offered at sign-up; `starter` where it is left out.',
        examples: ['business'],
      }),
    ),
  },
  {
    ...closed,
    examples: [
      {
        email: 'user@example.com',
        password: 'SecurePass123!',
        full_name: 'John Doe',
        company_name: 'Acme Corp',
        plan_type: 'business',
      },
    ],
  },
);

export const LoginBody = Type.Object(
  { email, password },
  { ...closed, examples: [{ email: 'user@example.com', password: 'SecurePass123!' }] },
);

export const RefreshBody = Type.Object(
  { refresh_token: Type.String({ minLength: 1, maxLength: 200, description: 'From the log-in or the last refresh.' }) },
  { ...closed, examples: [{ refresh_token: 'efr_…' }] },
);

export const ForgotBody = Type.Object({ email }, { ...closed, examples: [{ email: 'user@example.com' }] });

export const ResetBody = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200, description: 'From the link of the mail.' }),
    password: newPassword,
  },
  { ...closed, examples: [{ token: 'efp_…', password: 'MoreSecurePass123!' }] },
);

export const ProfileBody = Type.Object(
  { full_name: Type.Optional(fullName), company_name: Type.Optional(companyName) },
  {
    ...closed,
    description: 'What is left out stays; null empties.',
    examples: [{ full_name: 'John Doe', company_name: 'Acme Corp' }],
  },
);

export const PasswordBody = Type.Object(
  { current_password: password, new_password: newPassword },
  { ...closed, examples: [{ current_password: 'SecurePass123!', new_password: 'MoreSecurePass123!' }] },
);

export const RotateBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 720,
        default: 24,
        description: 'How long the former key goes on working; 0 ends it at once.',
        examples: [24],
      }),
    ),
  },
  { ...closed, description: 'May be left out.', examples: [{ overlap_hours: 24 }] },
);

const userFields = {
  id: Type.Integer({ examples: [1] }),
  email: Type.String({ examples: ['user@example.com'] }),
  full_name: Type.Union([Type.String(), Type.Null()], { examples: ['John Doe'] }),
  company_name: Type.Union([Type.String(), Type.Null()], { examples: ['Acme Corp'] }),
  api_key: Type.String({
    description: "A hint: the key's prefix and last four characters.",
    examples: ['ef_live_…x7Qm'],
  }),
  plan_type: Type.String({ examples: ['business'] }),
  max_phone_numbers: Type.Integer({ examples: [10] }),
  max_messages_per_day: Type.Integer({ examples: [5000] }),
  requests_per_minute: Type.Integer({ examples: [1500] }),
  role: Type.Union([Type.Literal('user'), Type.Literal('operator')]),
  status: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
  created_at: Type.String({ format: 'date-time', examples: ['2026-01-01T10:00:00.000Z'] }),
};

export const UserBody = Type.Object(userFields);
export type UserBody = Static<typeof UserBody>;

export const RegisteredBody = Type.Object({
  success,
  message: Type.String({ examples: ['User created successfully'] }),
  user: Type.Object({
    ...userFields,
    api_key: Type.String({
      description: 'The key itself, shown this once. Keep it.',
      examples: ['ef_live_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE'],
    }),
  }),
});

const tokenFields = {
  access_token: Type.String({ description: 'For `Authorization: Bearer`, good for `expires_in` seconds.' }),
  refresh_token: Type.String({ description: 'For one refresh within 30 days.' }),
  expires_in: Type.Integer({ examples: [900] }),
};

export const LoggedInBody = Type.Object({ success, user: UserBody, ...tokenFields });
export const RefreshedBody = Type.Object({ success, ...tokenFields });
export const DoneBody = Type.Object({ success, message: Type.String() });

export const ProfileAnswer = Type.Object({
  success,
  user: Type.Object({
    ...userFields,
    usage_today: Type.Object({
      date: Type.String({
        format: 'date',
        description: 'The day (UTC) these figures are of.',
        examples: ['2026-01-01'],
      }),
      messages_used: Type.Integer({ examples: [120] }),
      messages_left: Type.Integer({ examples: [4880] }),
      phone_numbers: Type.Integer({ description: 'Phone numbers there are now.', examples: [2] }),
    }),
  }),
});

export const RotatedBody = Type.Object({
  success,
  api_key: Type.String({
    description: 'The new key, shown this once. Keep it.',
    examples: ['ef_live_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE'],
  }),
  former_keys_expire_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When the former key ends; null where it ended at once.',
    examples: ['2026-01-02T10:00:00.000Z'],
  }),
});
