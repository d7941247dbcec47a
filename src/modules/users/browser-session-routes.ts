import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { clearSessionCookie, isSecured, requireOwnPage, setSessionCookie } from '../../http/session-cookie.ts';
import type { Users } from './index.ts';
import { LoginBody, ProfileAnswer } from './schemas.ts';
import { profileBody } from './user-body.ts';

const tags = ['Auth'];

const SessionBody = Type.Object({
  success: Type.Literal(true),
  user: ProfileAnswer.properties.user,
  csrf_token: Type.String({ description: 'To be sent as `x-csrf-token` with every request that changes something.' }),
  is_secured: Type.Boolean({ description: 'False over plain HTTP, where whoever listens can take the cookie.' }),
});

/** Sessions of browsers: a cookie that no script can read. */
export function registerBrowserSessionRoutes(
  instance: FastifyInstance,
  { users }: { users: Pick<Users, 'openSession' | 'prolongSession' | 'profile' | 'logOut'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  async function sessionBody(request: FastifyRequest, userId: number, csrfToken: string) {
    const user = profileBody(await users.profile(userId));
    return { success: true as const, user, csrf_token: csrfToken, is_secured: isSecured(request) };
  }

  app.post(
    '/api/session',
    {
      config: { auth: 'none' },
      schema: {
        tags,
        summary: 'Log in a browser',
        description: 'Sets a cookie that no script can read, for 30 days; for pages of this gateway alone.',
        body: LoginBody,
        response: {
          200: SessionBody,
          ...problems({ auth: 'none', body: true }, 'invalid_credentials', 'too_many_attempts', 'csrf_refused'),
        },
      },
    },
    async (request, reply) => {
      requireOwnPage(request);
      const userAgent = request.headers['user-agent'] ?? null;
      const opened = await users.openSession({ ...request.body, ipAddress: request.ip, userAgent });
      setSessionCookie(request, reply, opened.cookie);
      return sessionBody(request, opened.userId, opened.csrfToken);
    },
  );

  app.get(
    '/api/session',
    {
      config: { auth: 'user' },
      schema: {
        tags,
        summary: "The browser's session",
        description: 'Who is logged in, and what a page must show to change anything. Prolongs the session.',
        response: { 200: SessionBody, ...problems({ auth: 'user', body: false }) },
      },
    },
    async (request, reply) => {
      const { userId, sessionId } = callerOf(request);
      const { cookie, csrfToken } = await users.prolongSession(userId, sessionId);
      setSessionCookie(request, reply, cookie);
      return sessionBody(request, userId, csrfToken);
    },
  );

  app.delete(
    '/api/session',
    {
      config: { auth: 'user' },
      schema: {
        tags,
        summary: 'Log out a browser',
        response: {
          200: Type.Object({ success: Type.Literal(true), message: Type.String() }),
          ...problems({ auth: 'user', body: false }, 'csrf_refused'),
        },
      },
    },
    async (request, reply) => {
      await users.logOut(callerOf(request));
      clearSessionCookie(request, reply);
      return { success: true as const, message: 'Logged out' };
    },
  );
}
