import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../platform/errors.ts';
import { EvolutionRefusal, sendFailure } from './errors.ts';

/** An error whose body is not in the contract's own shape. */
export class BareRefusal extends Error {
  override readonly name = 'BareRefusal';
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Routes of this scope may be answered with a BareRefusal. */
export function allowBareErrors(scope: FastifyInstance): void {
  scope.setErrorHandler((error, request, reply) => {
    if (!(error instanceof BareRefusal)) return sendFailure(error, request, reply);
    return reply.code(error.status).type('application/json; charset=utf-8').send(JSON.stringify(error.body));
  });
}

/** The shape of one route, in which everything that goes wrong is told as a 400, but for limits and who may not. */
export function flattened(error: unknown): unknown {
  if (error instanceof EvolutionRefusal) {
    const status = error.status === 504 ? 504 : 400;
    return new BareRefusal(status, { status, error: STATUS_CODES[status], message: error.said });
  }
  if (error instanceof DomainError && (error.kind === 'invalid' || error.kind === 'unprocessable'))
    return new BareRefusal(400, { status: 400, error: 'Bad Request', message: [error.message] });
  return error;
}
