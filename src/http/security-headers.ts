import type { FastifyInstance } from 'fastify';

/**
 * The headers that OWASP's REST Security Cheat Sheet asks of every answer. No answer of the API may be rendered, framed,
 * cached or guessed at; pages set a policy of their own over this one. HTTPS is promised for this host alone: what else
 * lives under the domain is not ours to bind.
 */
export function registerSecurityHeaders(app: FastifyInstance, options: { isHttps: boolean }): void {
  const headers = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    ...(options.isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}
