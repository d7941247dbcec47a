import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { registerBrowserSessionRoutes } from './browser-session-routes.ts';
import type { Users } from './index.ts';
import { registerResetPage } from './reset-page.ts';
import {
  DoneBody,
  ForgotBody,
  LoggedInBody,
  LoginBody,
  PasswordBody,
  ProfileAnswer,
  ProfileBody,
  RefreshBody,
  RefreshedBody,
  RegisterBody,
  RegisteredBody,
  ResetBody,
  RotateBody,
  RotatedBody,
} from './schemas.ts';
import { profileBody, userBody } from './user-body.ts';

export type UserRoutesOptions = {
  users: Pick<
    Users,
    | 'register'
    | 'logIn'
    | 'forgotPassword'
    | 'resetPassword'
    | 'refresh'
    | 'logOut'
    | 'openSession'
    | 'prolongSession'
    | 'profile'
    | 'updateProfile'
    | 'changePassword'
    | 'rotateApiKey'
  >;
};

const anyone = { auth: 'none' } as const;
const loggedIn = { auth: 'user' } as const;

/** Sign-up, sessions, profile and the API key. */
export function registerUserRoutes(app: FastifyInstance, options: UserRoutesOptions): void {
  registerSessionRoutes(app, options);
  registerBrowserSessionRoutes(app, options);
  registerResetRoutes(app, options);
  registerResetPage(app);
  registerProfileRoutes(app, options);
}

function registerSessionRoutes(app: FastifyInstance, { users }: UserRoutesOptions): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/api/auth/register',
    {
      config: anyone,
      schema: {
        tags: ['Auth'],
        summary: 'Register',
        description: 'Signs a user up. The answer holds the API key, which is never shown again.',
        body: RegisterBody,
        response: {
          201: RegisteredBody,
          ...problems(
            { ...anyone, body: true },
            'weak_password',
            'plan_not_offered',
            'email_taken',
            'too_many_attempts',
          ),
        },
      },
    },
    async (request, reply) => {
      const { email, password, full_name: fullName, company_name: companyName, plan_type: planType } = request.body;
      const registration = { email, password, fullName, companyName, planType, ipAddress: request.ip };
      const { user, apiKey } = await users.register(registration);
      return reply.code(201).send({
        success: true,
        message: 'User created successfully',
        user: { ...userBody(user), api_key: apiKey },
      });
    },
  );

  typed.post(
    '/api/auth/login',
    {
      config: anyone,
      schema: {
        tags: ['Auth'],
        summary: 'Log in',
        description:
          'Starts a session. The access token is accepted as `Authorization: Bearer` wherever `x-api-key` is.',
        body: LoginBody,
        response: {
          200: LoggedInBody,
          ...problems({ ...anyone, body: true }, 'invalid_credentials', 'too_many_attempts'),
        },
      },
    },
    async (request) => {
      const userAgent = request.headers['user-agent'] ?? null;
      const { user, ...tokens } = await users.logIn({ ...request.body, ipAddress: request.ip, userAgent });
      return { success: true as const, user: userBody(user), ...tokenBody(tokens) };
    },
  );

  typed.post(
    '/api/auth/refresh',
    {
      config: anyone,
      schema: {
        tags: ['Auth'],
        summary: 'Refresh the session',
        description:
          'Answers a new access token and a new refresh token. The old refresh token answers the same again for 10 s, ' +
          'for refreshes in parallel; whoever presents it later ends the session.',
        body: RefreshBody,
        response: { 200: RefreshedBody, ...problems({ ...anyone, body: true }, 'unauthenticated') },
      },
    },
    async (request) => ({ success: true as const, ...tokenBody(await users.refresh(request.body.refresh_token)) }),
  );

  typed.post(
    '/api/auth/logout',
    {
      config: loggedIn,
      schema: {
        tags: ['Auth'],
        summary: 'Log out',
        description: 'Ends the session of the access token. An API key has no session: rotate it instead.',
        response: { 200: DoneBody, ...problems({ ...loggedIn, body: false }) },
      },
    },
    async (request) => {
      await users.logOut(callerOf(request));
      return { success: true as const, message: 'Logged out' };
    },
  );
}

function registerResetRoutes(app: FastifyInstance, { users }: UserRoutesOptions): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/api/auth/forgot-password',
    {
      config: anyone,
      schema: {
        tags: ['Auth'],
        summary: 'Forget the password',
        description:
          "Sends a mail with a link to choose a new password, if this address is a user's and the installation sends " +
          'mail. The answer is the same in any case.',
        body: ForgotBody,
        response: { 202: DoneBody, ...problems({ ...anyone, body: true }, 'too_many_attempts') },
      },
    },
    async (request, reply) => {
      await users.forgotPassword({ email: request.body.email, ipAddress: request.ip });
      const message = 'If a user has this address, a mail with a link is on its way.';
      return reply.code(202).send({ success: true, message });
    },
  );

  typed.post(
    '/api/auth/reset-password',
    {
      config: anyone,
      schema: {
        tags: ['Auth'],
        summary: 'Reset the password',
        description:
          'Replaces the password by the token of a mail: once, within an hour. Ends all sessions; the API key stays.',
        body: ResetBody,
        response: {
          200: DoneBody,
          ...problems({ ...anyone, body: true }, 'weak_password', 'reset_token_refused', 'too_many_attempts'),
        },
      },
    },
    async (request) => {
      const { token, password } = request.body;
      await users.resetPassword({ token, password, ipAddress: request.ip });
      return { success: true as const, message: 'Password changed' };
    },
  );
}

function registerProfileRoutes(app: FastifyInstance, { users }: UserRoutesOptions): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/api/user/profile',
    {
      config: loggedIn,
      schema: {
        tags: ['User'],
        summary: 'Get the profile',
        description: 'The user, the limits, and what is used of them today (UTC).',
        response: { 200: ProfileAnswer, ...problems({ ...loggedIn, body: false }) },
      },
    },
    async (request) => ({ success: true as const, user: profileBody(await users.profile(callerOf(request).userId)) }),
  );

  typed.patch(
    '/api/user/profile',
    {
      config: loggedIn,
      schema: {
        tags: ['User'],
        summary: 'Change the profile',
        body: ProfileBody,
        response: { 200: ProfileAnswer, ...problems({ ...loggedIn, body: true }) },
      },
    },
    async (request) => {
      const { full_name: fullName, company_name: companyName } = request.body;
      const profile = await users.updateProfile(callerOf(request).userId, { fullName, companyName });
      return { success: true as const, user: profileBody(profile) };
    },
  );

  typed.post(
    '/api/user/password',
    {
      config: loggedIn,
      schema: {
        tags: ['User'],
        summary: 'Change the password',
        description: 'Ends every other session of the user. The API key stays.',
        body: PasswordBody,
        response: {
          200: DoneBody,
          ...problems({ ...loggedIn, body: true }, 'weak_password', 'invalid_credentials', 'too_many_attempts'),
        },
      },
    },
    async (request) => {
      const { userId, sessionId } = callerOf(request);
      const { current_password: currentPassword, new_password: newPassword } = request.body;
      await users.changePassword({ userId, sessionId, currentPassword, newPassword, ipAddress: request.ip });
      return { success: true as const, message: 'Password changed' };
    },
  );

  typed.post(
    '/api/user/api-key/rotate',
    {
      config: loggedIn,
      schema: {
        tags: ['User'],
        summary: 'Rotate the API key',
        description: 'Makes a new API key, shown this once. The former one ends after the overlap.',
        body: RotateBody,
        response: { 200: RotatedBody, ...problems({ ...loggedIn, body: true }) },
      },
      // The body may be left out; the validator would refuse its absence.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request) => {
      const { apiKey, formerKeysExpireAt } = await users.rotateApiKey(
        callerOf(request).userId,
        request.body.overlap_hours ?? defaultOverlapHours,
      );
      const expireAt = formerKeysExpireAt?.toISOString() ?? null;
      return { success: true as const, api_key: apiKey, former_keys_expire_at: expireAt };
    },
  );
}

const defaultOverlapHours = 24;

function tokenBody(tokens: { accessToken: string; refreshToken: string; expiresIn: number }) {
  return { access_token: tokens.accessToken, refresh_token: tokens.refreshToken, expires_in: tokens.expiresIn };
}
