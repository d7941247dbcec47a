import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/** What a browser of ours shows beside its cookie when it changes something. */
export const csrfHeader = 'x-csrf-token';

const securedName = '__Host-evofleet';
const plainName = 'evofleet';
const lifeSeconds = 30 * 86_400;

/** Lets requests carry the cookie of a session. */
export async function registerSessionCookie(app: FastifyInstance): Promise<void> {
  await app.register(cookie);
}

/** The cookie that counts on this connection: over HTTPS and on this machine only one that no plain page could set. */
export function sessionCookieOf(request: FastifyRequest): string | undefined {
  return request.cookies?.[isSecured(request) ? securedName : plainName];
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  reply.setCookie(...cookieFor(request, value, lifeSeconds));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.setCookie(...cookieFor(request, '', 0));
}

/** Whether a browser keeps the cookie to itself: false over plain HTTP, where whoever listens can take it. */
export function isSecured({ protocol, hostname }: FastifyRequest): boolean {
  // Browsers hold connections to their own machine for safe.
  return protocol === 'https' || /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(hostname);
}

/**
 * Refuses what a page of somebody else's made a browser do. Throws `csrf_refused`.
 * @param csrfToken of the session; left out where there is none yet
 */
export function requireOwnPage(request: FastifyRequest, csrfToken?: string): void {
  const { 'sec-fetch-site': site, origin, [csrfHeader]: shown } = request.headers;
  const isOwnSite = site === undefined ? isOwnOrigin(request, origin) : site === 'same-origin';
  if (isOwnSite && (csrfToken === undefined || shown === csrfToken)) return;
  throw new DomainError('csrf_refused', `This request did not come from a page of ours: send ${csrfHeader}.`, {
    kind: 'forbidden',
  });
}

// Programs send no origin; browsers that send no Sec-Fetch-Site send one with whatever changes something.
function isOwnOrigin(request: FastifyRequest, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

function cookieFor(request: FastifyRequest, value: string, maxAge: number) {
  const secure = isSecured(request);
  return [
    secure ? securedName : plainName,
    value,
    { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge },
  ] as const;
}
