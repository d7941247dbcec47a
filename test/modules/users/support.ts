import Fastify, { type FastifyInstance } from 'fastify';
import { registerAuthenticate } from '../../../src/http/authenticate.ts';
import { registerJsonBody } from '../../../src/http/json-body.ts';
import { registerProblemDetails } from '../../../src/http/problem-details.ts';
import { createUsers, type Users, type UsersOptions } from '../../../src/modules/users/index.ts';
import { registerUserRoutes } from '../../../src/modules/users/routes.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { TestDatabase } from '../../support/harness.ts';

export const password = 'SecurePass123!';
export const jwtSecret = 'a secret for tests that is long enough';

export const plenty = { points: 100_000, seconds: 3_600 };

/** Limits that no test meets by accident. */
const noLimits: NonNullable<UsersOptions['limits']> = {
  login: { perAccountAndAddress: plenty, perAddress: plenty, perAccount: plenty },
  guesses: plenty,
  registrations: plenty,
};

type LogLine = Record<string, unknown> & { event?: string };

export type UsersUnderTest = {
  users: Users;
  app: FastifyInstance;
  logLines: LogLine[];
  call(method: 'GET' | 'POST' | 'PATCH', url: string, options?: CallOptions): Promise<Answer>;
  /** Signs somebody up and answers the body's user. */
  signUp(email?: string): Promise<{ id: number; email: string; api_key: string }>;
  logIn(email: string, withPassword?: string): Promise<{ access_token: string; refresh_token: string }>;
};

type CallOptions = { key?: string; bearer?: string; body?: unknown; from?: string; rawBody?: string };
// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers freely.
type Answer = { status: number; body: any; headers: Record<string, unknown> };

/** The users module behind its routes, as one process has it. */
export function buildUsers(
  database: Pick<TestDatabase, 'db'>,
  options: Partial<Omit<UsersOptions, 'db'>> = {},
): UsersUnderTest {
  const logLines: LogLine[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => logLines.push(JSON.parse(line)) } });
  const users = createUsers({
    db: database.db,
    clock: systemClock,
    ids: createIds(),
    logger,
    jwtSecret,
    signupPlans: ['starter', 'business', 'enterprise'],
    limits: noLimits,
    ...options,
  });
  const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } } });
  registerJsonBody(app);
  registerProblemDetails(app);
  registerAuthenticate(app, users);
  registerUserRoutes(app, { users });

  const call: UsersUnderTest['call'] = async (method, url, { key, bearer, body, from, rawBody } = {}) => {
    const headers: Record<string, string> = {};
    if (key !== undefined) headers['x-api-key'] = key;
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    const payload = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    if (payload !== undefined) headers['content-type'] = 'application/json';
    const response = await app.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
      ...(from === undefined ? {} : { remoteAddress: from }),
    });
    return { status: response.statusCode, body: response.json(), headers: response.headers };
  };

  let signedUp = 0;
  return {
    users,
    app,
    logLines,
    call,
    async signUp(email = `user${++signedUp}-${Math.random().toString(36).slice(2)}@example.com`) {
      const { status, body } = await call('POST', '/api/auth/register', { body: { email, password } });
      if (status !== 201) throw new Error(`registration failed: ${JSON.stringify(body)}`);
      return body.user;
    },
    async logIn(email, withPassword = password) {
      const { status, body } = await call('POST', '/api/auth/login', { body: { email, password: withPassword } });
      if (status !== 200) throw new Error(`login failed: ${JSON.stringify(body)}`);
      return body;
    },
  };
}
