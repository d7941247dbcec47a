import type { FastifyInstance } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/**
 * Bounds how many large bodies are in memory at once: a route whose body limit is above the usual one takes a place
 * for each request that is or may be large, until its answer is out. Without a free place: 503 `overloaded`.
 */
export function registerLargeBodies(app: FastifyInstance, options: { bytesUsual: number; atOnceMax: number }): void {
  const places = new WeakSet<object>();
  let taken = 0;
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.bodyLimit <= options.bytesUsual || request.routeOptions.config.auth === 'own') return;
    const declared = request.headers['content-length'];
    if (declared !== undefined && Number(declared) <= options.bytesUsual) return;
    if (taken >= options.atOnceMax) {
      throw new DomainError('overloaded', 'Too many large requests at once. Try again shortly.', {
        kind: 'unavailable',
        retryAfterSeconds: 2,
      });
    }
    taken++;
    places.add(request);
    reply.raw.once('close', () => release(request));
  });
  app.addHook('onResponse', async (request) => release(request));

  function release(request: object): void {
    if (places.delete(request)) taken--;
  }
}
