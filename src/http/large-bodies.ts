import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.ts';

export type LargeBodiesOptions = {
  /** Routes with this body limit or less take no place. */
  bytesUsual: number;
  atOnceMax: number;
  /** 2 unless said; those without a caller have one place in all. */
  perUserMax?: number;
  /** A body must come at `bytesPerSecondMin` (256 KiB unless said), apart from its first `graceMs` (15 s). */
  graceMs?: number;
  bytesPerSecondMin?: number;
};

/**
 * Bounds how many large bodies are in memory at once: a route whose body limit is above the usual one takes a place
 * for each request that is or may be large, until its answer is out. Without a free place, or with too many of one
 * user: 503 `overloaded`. A body that comes too slowly loses its place: 408 `too_slow`, and the connection ends.
 */
export function registerLargeBodies(app: FastifyInstance, options: LargeBodiesOptions): void {
  const { bytesUsual, atOnceMax, perUserMax = 2, graceMs = 15_000, bytesPerSecondMin = 262_144 } = options;
  const places = new Map<FastifyRequest, { holder: string; pace: NodeJS.Timeout }>();

  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.bodyLimit <= bytesUsual || request.routeOptions.config.auth === 'own') return;
    const declared = request.headers['content-length'];
    if (declared !== undefined && Number(declared) <= bytesUsual) return;
    const { caller } = request;
    const [holder, holderMax] = caller === null ? ['anonymous', 1] : [`user ${caller.userId}`, perUserMax];
    if (places.size >= atOnceMax) throw overloaded('Too many large requests at once. Try again shortly.');
    if (countOf(holder) >= holderMax) throw overloaded('Too many large requests of yours at once. Try again shortly.');
    const pace = keepPace(request.raw, { graceMs, bytesPerSecondMin }, () => {
      request.log.warn({ event: 'slow_body_refused', user_id: caller?.userId, ip: request.ip }, 'slow body refused');
    });
    places.set(request, { holder, pace });
    reply.raw.once('close', () => release(request));
  });
  app.addHook('onResponse', async (request) => release(request));

  function countOf(holder: string): number {
    return [...places.values()].filter((place) => place.holder === holder).length;
  }

  function release(request: FastifyRequest): void {
    clearInterval(places.get(request)?.pace);
    places.delete(request);
  }
}

/** Fails the reading of a body whose bytes come too slowly, after a call of `onSlow`. */
function keepPace(
  body: IncomingMessage,
  { graceMs, bytesPerSecondMin }: { graceMs: number; bytesPerSecondMin: number },
  onSlow: () => void,
): NodeJS.Timeout {
  const { socket } = body;
  const readBefore = socket.bytesRead;
  const startedAt = performance.now();
  const timer = setInterval(
    () => {
      const dueBytes = ((performance.now() - startedAt - graceMs) / 1000) * bytesPerSecondMin;
      if (!body.complete && socket.bytesRead - readBefore >= dueBytes) return;
      clearInterval(timer);
      if (body.complete) return;
      onSlow();
      // Destroying the stream would end the connection without an answer: whoever reads it hears of a failure instead.
      if (body.listenerCount('error') === 0) body.destroy();
      else body.emit('error', tooSlow());
    },
    Math.min(1_000, graceMs),
  );
  return timer;
}

function overloaded(sentence: string): DomainError {
  return new DomainError('overloaded', sentence, { kind: 'unavailable', retryAfterSeconds: 2 });
}

function tooSlow(): DomainError {
  return new DomainError('too_slow', 'The body came too slowly.', { kind: 'invalid' });
}
