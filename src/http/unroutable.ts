import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.ts';
import { sendProblem } from './problem-details.ts';
import { logAnswer, type RequestLogOptions } from './request-log.ts';

/**
 * Answers URLs for which no route can even be looked up: ill-formed percent-encoding, or a part that is too long. The
 * hooks of the other plugins do not run for them.
 */
export function createUnroutable(options: RequestLogOptions) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('x-request-id', request.id);
    reply.raw.once('close', () => logAnswer(request, reply, options));
    const cause = { kind: 'invalid', cause: error } as const;
    const malformed = new DomainError('invalid_request', 'The URL is malformed, or a part of it is too long.', cause);
    const isAnswered = request.server.foreignShapes.some((answer) => answer(malformed, request, reply));
    if (!isAnswered) sendProblem(malformed, request, reply);
  };
}
