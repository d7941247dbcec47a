import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, notFound } from '../platform/errors.ts';
import type { Caller, RouteAuth } from './caller.ts';
import { docsPath } from './openapi.ts';
import { requireOwnPage, sessionCookieOf } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with what it declares, in the order of registration. */
    declaredRoutes: readonly DeclaredRoute[];
  }
}

export type DeclaredRoute = { method: string; url: string; auth: RouteAuth; dialect: string | undefined };

export type AuthenticateOptions = {
  /** Null where no live key has this text. */
  resolveApiKey(key: string): Promise<Caller | null>;
  resolveAccessToken(token: string): Promise<Caller | null>;
  /** The same for the cookie of a browser's session; what a page must show beside it to change anything. */
  resolveSessionCookie?(value: string): Promise<Caller | null>;
  csrfTokenOf?(sessionId: string): string;
  /** Asked about a failure only. Throws `too_many_attempts` while this address guesses too much. */
  checkGuesses(ipAddress: string): Promise<void>;
  noteFailedGuess(ipAddress: string): Promise<void>;
  /** Called before a refusal goes out, where the limit's own turn never comes; may refuse in its place. */
  limitRefused?(request: FastifyRequest, reply: FastifyReply): Promise<void>;
};

/**
 * Finds out who is calling, by `x-api-key` or `Authorization: Bearer` unless the route has a way of its own, for every
 * route that declares so. A route without a declaration stops the start.
 */
export function registerAuthenticate(app: FastifyInstance, options: AuthenticateOptions): void {
  app.decorateRequest('caller', null);
  const declaredRoutes: DeclaredRoute[] = [];
  app.decorate('declaredRoutes', declaredRoutes);
  app.addHook('onRoute', (route) => {
    // The document plugin's routes know nothing of declarations.
    if (route.url.startsWith(docsPath)) route.config = { auth: 'none', record: false, ...route.config };
    if (route.config?.auth === undefined) {
      throw new Error(`Route ${String(route.method)} ${route.url} declares no authentication (config.auth).`);
    }
    const { auth, dialect } = route.config;
    for (const method of [route.method].flat()) declaredRoutes.push({ method, url: route.url, auth, dialect });
  });
  warnOfIgnoredProxy(app);
  app.addHook('onRequest', async (request, reply) => {
    const { auth } = request.routeOptions.config;
    if (auth === 'none' || auth === 'own' || auth === undefined) return;
    try {
      request.caller = await authenticate(request, options);
      requireAllowed(request.caller, auth, request.method);
    } catch (error) {
      await options.limitRefused?.(request, reply);
      throw error;
    }
  });
}

/**
 * Tells once, in the log, that a proxy stands before us and is not trusted: all its callers then count as one address.
 */
function warnOfIgnoredProxy(app: FastifyInstance): void {
  let isTold = false;
  app.addHook('onRequest', async (request) => {
    // Fastify knows the addresses along the way only where it trusts a proxy.
    if (isTold || request.ips !== undefined || request.headers['x-forwarded-for'] === undefined) return;
    isTold = true;
    request.log.warn(
      { event: 'proxy_not_trusted', ip: request.ip },
      'X-Forwarded-For is ignored: where a proxy of yours sets it, set TRUST_PROXY',
    );
  });
}

/** The caller of a route that declares `auth: 'user'` or `'operator'`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('The route declares no authentication.');
  return request.caller;
}

/** For a GET that changes something all the same. Throws `user_suspended`. */
export function requireActive({ status }: Caller): void {
  if (status !== 'suspended') return;
  throw new DomainError('user_suspended', 'This user is suspended. Ask the operator.', { kind: 'forbidden' });
}

function requireAllowed(caller: Caller, auth: RouteAuth, method: string): void {
  if (auth === 'operator' && caller.role !== 'operator') throw notFound('Route');
  if (method !== 'GET') requireActive(caller);
}

async function authenticate(request: FastifyRequest, options: AuthenticateOptions): Promise<Caller> {
  const { identify } = request.routeOptions.config;
  const asked = identify === undefined ? identifyByHeaders(request, options) : identify(request);
  if (asked === undefined && identify === undefined) return authenticateByCookie(request, options);
  if (asked === undefined) throw unauthenticated();
  const caller = await asked;
  if (caller !== null) return caller;
  // Many may share one address: whoever guesses there must not shut out those who have a key.
  await options.checkGuesses(request.ip);
  await options.noteFailedGuess(request.ip);
  request.log.warn({ event: 'authentication_failed', ip: request.ip }, 'authentication failed');
  throw unauthenticated();
}

function identifyByHeaders(
  { headers }: FastifyRequest,
  options: AuthenticateOptions,
): Promise<Caller | null> | undefined {
  const { 'x-api-key': apiKey, authorization } = headers;
  if (typeof apiKey === 'string') return options.resolveApiKey(apiKey);
  if (authorization === undefined || !/^bearer /i.test(authorization)) return undefined;
  return options.resolveAccessToken(authorization.slice(7).trim());
}

// Nobody guesses what is in a cookie: one that is refused belongs to a session that has ended.
async function authenticateByCookie(request: FastifyRequest, options: AuthenticateOptions): Promise<Caller> {
  const cookie = sessionCookieOf(request);
  const caller = cookie === undefined ? undefined : await options.resolveSessionCookie?.(cookie);
  if (caller === undefined || caller === null || caller.sessionId === null) throw unauthenticated();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    requireOwnPage(request, options.csrfTokenOf?.(caller.sessionId));
  }
  return caller;
}

// One answer for all, so that nothing is told about a guessed key.
function unauthenticated(): DomainError {
  return new DomainError(
    'unauthenticated',
    'Send a valid API key in the header x-api-key, or an access token as Authorization: Bearer. This one is missing, wrong, expired or revoked.',
    {
      kind: 'unauthenticated',
    },
  );
}
