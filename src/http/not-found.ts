import type { FastifyInstance } from 'fastify';
import { notFound } from '../platform/errors.ts';
import { sendProblem } from './problem-details.ts';

/** Unknown routes answer a problem as well, and count against the rate limit of their address. */
export function registerNotFound(app: FastifyInstance): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async (request, reply) =>
    sendProblem(notFound('Route'), request, reply),
  );
}
