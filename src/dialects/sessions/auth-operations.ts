import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Users } from '../../modules/users/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nothing, nullable } from './schemas.ts';

export type AuthDeps = { users: Users };

type User = Awaited<ReturnType<Users['profile']>>;

const email = Type.String({ minLength: 1, maxLength: 320, examples: ['user@example.com'] });
const password = Type.String({ minLength: 1, examples: ['password123'] });
const newPassword = Type.String({ minLength: 1, description: '8 to 128 characters.', examples: ['password123'] });
const name = Type.String({ maxLength: 200, examples: ['Business User'] });
const refreshToken = Type.String({ minLength: 1, maxLength: 200, description: 'From the log-in or the last refresh.' });

const RegisterBody = Type.Object(
  {
    email,
    password: newPassword,
    name: Type.Optional(nullable(name)),
    company_name: Type.Optional(nullable(name)),
    plan: Type.Optional(
      Type.String({ maxLength: 50, description: 'One of those offered at sign-up; `starter` if unset.' }),
    ),
  },
  { ...exact, examples: [{ email: 'user@example.com', password: 'password123', name: 'Business User' }] },
);
const LoginBody = Type.Object(
  { email, password },
  { ...exact, examples: [{ email: 'user@example.com', password: 'password123' }] },
);
const RefreshBody = Type.Object({ refresh_token: refreshToken }, { ...exact, examples: [{ refresh_token: 'efr_…' }] });
const ChangeMeBody = Type.Object(
  { name: Type.Optional(nullable(name)), company_name: Type.Optional(nullable(name)) },
  { ...exact, minProperties: 1, examples: [{ name: 'Business User' }] },
);
const PasswordBody = Type.Object(
  { current_password: password, new_password: newPassword },
  { ...exact, examples: [{ current_password: 'password123', new_password: 'password1234' }] },
);
const ForgotBody = Type.Object({ email }, { ...exact, examples: [{ email: 'user@example.com' }] });
const ResetBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200, description: 'From the link of the mail.' }), password },
  { ...exact, examples: [{ token: 'efp_…', password: 'password123' }] },
);

const UserView = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  name: nullable(Type.String()),
  company_name: nullable(Type.String()),
  plan: Type.String({ examples: ['business'] }),
  role: Type.Enum(['user', 'operator']),
  status: Type.Enum(['active', 'suspended']),
  api_key: Type.String({ description: 'A hint: its first and its last characters.', examples: ['ef_live_…x7Qm'] }),
  created_at: moment(),
});

const tokenFields = {
  token: Type.String({ description: 'For `Authorization: Bearer`, good for `expires_in` seconds.' }),
  refresh_token: refreshToken,
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ examples: [900] }),
};
const noTokens = Object.fromEntries(
  Object.entries(tokenFields).map(([field, schema]) => [field, nullable(schema)]),
) as { [Field in keyof typeof tokenFields]: Type.TUnion<[(typeof tokenFields)[Field], Type.TNull]> };

const Registered = Type.Object({
  user: UserView,
  ...noTokens,
  api_key: Type.String({ description: 'The key itself, for `x-api-key`; shown this once.' }),
});
const LoggedIn = Type.Object({ user: UserView, ...tokenFields });
const OneUser = Type.Object({ user: UserView });

/** Sign-up, log-in, and who one is. */
export function addAuthOperations(app: FastifyInstance, { users }: AuthDeps): void {
  const operation = createOperations(app, 'auth');

  operation(
    'POST',
    '/auth/register',
    {
      summary: 'Sign up',
      description: 'Answers with the API key, shown this once, and with the tokens of a first log-in.',
      auth: 'none',
      body: RegisterBody,
      data: Registered,
      statuses: [201],
      message: 'User registered successfully',
      problems: ['weak_password', 'plan_not_offered', 'email_taken', 'too_many_attempts'],
    },
    async ({ request, body }) => {
      const { plan: planType, name: fullName, company_name: companyName, email, password } = body;
      const { user, apiKey } = await users.register({
        email,
        password,
        fullName,
        companyName,
        planType,
        ipAddress: request.ip,
      });
      const login = { email, password, ipAddress: request.ip, userAgent: request.headers['user-agent'] ?? null };
      const tokens = await users.logIn(login).catch(ifNotNow);
      return {
        user: viewOfUser(user),
        ...(tokens === undefined ? withoutTokens : viewOfTokens(tokens)),
        api_key: apiKey,
      };
    },
  );

  operation(
    'POST',
    '/auth/login',
    {
      summary: 'Log in',
      auth: 'none',
      body: LoginBody,
      data: LoggedIn,
      message: 'Logged in successfully',
      problems: ['invalid_credentials', 'too_many_attempts'],
    },
    async ({ request, body }) => {
      const userAgent = request.headers['user-agent'] ?? null;
      const { user, ...tokens } = await users.logIn({ ...body, ipAddress: request.ip, userAgent });
      return { user: viewOfUser(user), ...viewOfTokens(tokens) };
    },
  );

  operation(
    'POST',
    '/auth/refresh',
    {
      summary: 'Get a new token',
      description: 'The old refresh token answers the same for 10 s more; presented later it ends the log-in.',
      auth: 'none',
      body: RefreshBody,
      data: Type.Object(tokenFields),
      problems: ['unauthenticated'],
    },
    async ({ body }) => viewOfTokens(await users.refresh(body.refresh_token)),
  );

  operation(
    'POST',
    '/auth/logout',
    {
      summary: 'Log out',
      description: 'Ends the log-in of the token. An API key has none: rotate it instead.',
      data: nothing,
      message: 'Logged out',
    },
    async ({ caller }) => {
      await users.logOut(caller);
      return null;
    },
  );

  operation('GET', '/auth/me', { summary: 'Who I am', data: OneUser }, async ({ userId }) => ({
    user: viewOfUser(await users.profile(userId)),
  }));

  operation(
    'PATCH',
    '/auth/me',
    {
      summary: 'Change my name',
      description: 'What is left out stays; null empties.',
      body: ChangeMeBody,
      data: OneUser,
    },
    async ({ userId, body }) => ({
      user: viewOfUser(await users.updateProfile(userId, { fullName: body.name, companyName: body.company_name })),
    }),
  );

  operation(
    'POST',
    '/auth/change-password',
    {
      summary: 'Change the password',
      description: 'Ends every other log-in. The API key stays.',
      body: PasswordBody,
      data: nothing,
      message: 'Password changed',
      problems: ['weak_password', 'invalid_credentials', 'too_many_attempts'],
    },
    async ({ request, caller, body }) => {
      const { current_password: currentPassword, new_password } = body;
      const { userId, sessionId } = caller;
      await users.changePassword({
        userId,
        sessionId,
        currentPassword,
        newPassword: new_password,
        ipAddress: request.ip,
      });
      return null;
    },
  );

  addResetOperations(app, { users });
}

function addResetOperations(app: FastifyInstance, { users }: AuthDeps): void {
  const operation = createOperations(app, 'auth');

  operation(
    'POST',
    '/auth/forgot-password',
    {
      summary: 'Ask for a link to choose a new password',
      description: 'Answered alike whether a user has the address or not.',
      auth: 'none',
      body: ForgotBody,
      data: nothing,
      statuses: [202],
      message: 'If a user has this address, a mail with a link is on its way.',
      problems: ['too_many_attempts'],
    },
    async ({ request, body }) => {
      await users.forgotPassword({ email: body.email, ipAddress: request.ip });
      return null;
    },
  );

  operation(
    'POST',
    '/auth/reset-password',
    {
      summary: 'Choose a new password by the token of a mail',
      auth: 'none',
      body: ResetBody,
      data: nothing,
      message: 'Password changed',
      problems: ['weak_password', 'reset_token_refused', 'too_many_attempts'],
    },
    async ({ request, body }) => {
      await users.resetPassword({ ...body, ipAddress: request.ip });
      return null;
    },
  );
}

// The user is there by now, and can log in later.
function ifNotNow(error: unknown): undefined {
  if (error instanceof DomainError && (error.kind === 'limit' || error.kind === 'unavailable')) return;
  throw error;
}

const withoutTokens = { token: null, refresh_token: null, token_type: null, expires_in: null };

function viewOfTokens(tokens: { accessToken: string; refreshToken: string; expiresIn: number }) {
  return {
    token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    token_type: 'Bearer' as const,
    expires_in: tokens.expiresIn,
  };
}

function viewOfUser(user: Omit<User, 'usageToday'>): Static<typeof UserView> {
  return {
    id: user.id,
    email: user.email,
    name: user.fullName,
    company_name: user.companyName,
    plan: user.planType,
    role: user.role,
    status: user.status,
    api_key: user.apiKeyHint,
    created_at: user.createdAt.toISOString(),
  };
}
