import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { databaseUnavailable } from '../platform/database/batch.ts';
import { isDatabaseTrouble } from '../platform/database/failures.ts';
import { DomainError } from '../platform/errors.ts';
import { type KnownProblemCode, problemCodes, statusOf } from './problem-codes.ts';

/** RFC 9457 problem details, with `success` and `error` beside them, which clients of the first API look at. */
const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    success: Type.Literal(false),
    error: Type.String({ description: 'The same sentence as `detail`.' }),
    code: Type.String({ description: 'Stable; see the list of codes at the top of this document.' }),
    request_id: Type.String(),
    message_id: Type.Optional(Type.String({ description: 'The message this is about, where one exists.' })),
  },
  { additionalProperties: true },
);

const always = ['invalid_request', 'rate_limited', 'internal_error', 'database_unavailable', 'overloaded'] as const;
const behindAuthentication = ['unauthenticated', 'user_suspended'] as const;
const withBody = ['invalid_json', 'payload_too_large', 'unsupported_media_type'] as const;

/** Response schemas of the problems a route may answer with, merged by status. */
export function problems(
  options: { auth: 'none' | 'user' | 'operator'; body: boolean },
  ...codes: KnownProblemCode[]
): Record<number, TSchema> {
  const all = new Set<KnownProblemCode>([
    ...always,
    ...(options.auth === 'none' ? [] : behindAuthentication),
    ...(options.body ? withBody : []),
    ...codes,
  ]);
  const byStatus = new Map<number, KnownProblemCode[]>();
  for (const code of all) {
    const { status } = problemCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      { ...Problem, description: ofStatus.map((code) => `\`${code}\``).join(', ') },
    ]),
  );
}

export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  success: false;
  error: string;
  code: string;
  request_id: string;
} & Record<string, unknown>;

/** Answers what went wrong with a URL of its own in another shape; false where the URL is not one. */
export type ForeignShape = (error: unknown, request: FastifyRequest, reply: FastifyReply) => boolean;

declare module 'fastify' {
  interface FastifyInstance {
    /** For errors that happen before any route is known; a scope's own routes have its error handler. */
    foreignShapes: ForeignShape[];
  }
}

/** Turns any error into a problem answer, and logs those that are ours. */
export function registerProblemDetails(app: FastifyInstance): void {
  app.decorate('foreignShapes', []);
  app.setErrorHandler((error: FastifyError | DomainError, request, reply) => sendProblem(error, request, reply));
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { known, status } = readFailure(error, request, reply);
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(problemBody(status, known, request.id));
}

/**
 * What any error means for the caller, whatever the shape of the answer: its status, and the error itself unless it is a
 * surprise of ours. Logs what deserves it, and sets `retry-after`.
 */
export function readFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): { known: DomainError | undefined; status: number } {
  const known = toDomainError(error);
  const status = known === undefined ? 500 : statusOf(known.code, known.kind);
  if (status >= 500) logFailure(request, known, error);
  if (known?.code === 'invalid_url') logRefusedUrl(request, known);
  if (known?.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.max(1, known.retryAfterSeconds)));
  return { known, status };
}

// What somebody foresaw is told in a line; only a surprise needs its stack.
function logFailure(request: FastifyRequest, known: DomainError | undefined, error: unknown): void {
  if (known === undefined) {
    request.log.error({ event: 'request_failed', err: error }, 'request failed');
    return;
  }
  const cause = known.cause instanceof Error ? known.cause.message : undefined;
  request.log.warn({ event: 'request_failed', code: known.code, cause }, 'request failed');
}

// Never the URL: it may hold secrets. Its cause says which rule refused it.
function logRefusedUrl(request: FastifyRequest, { cause }: DomainError): void {
  const stage = typeof cause === 'object' && cause !== null && 'stage' in cause ? cause.stage : undefined;
  request.log.warn({ event: 'url_refused', user_id: request.caller?.userId, stage, ip: request.ip }, 'URL refused');
}

/** The body of a problem answer; without an error, of one that is ours. */
export function problemBody(status: number, error: DomainError | undefined, requestId: string): ProblemBody {
  const sentence = error?.message ?? 'Something went wrong on our side.';
  return {
    ...error?.details,
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: sentence,
    success: false,
    error: sentence,
    code: error?.code ?? 'internal_error',
    request_id: requestId,
  };
}

function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code, validation, validationContext } = error as FastifyError;
  // A caller who goes away while talking looks like a lost database connection, but for the status it comes with.
  if (statusCode === undefined && isDatabaseTrouble(error)) return databaseUnavailable(error);
  if (validation !== undefined) {
    const where = validationContext === undefined ? '' : `${validationContext}: `;
    return new DomainError('invalid_request', where + describe(validation), { kind: 'invalid' });
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new DomainError('payload_too_large', 'The body is larger than allowed.', { kind: 'too_large' });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new DomainError('unsupported_media_type', 'The body must be application/json.', { kind: 'invalid' });
  }
  if (statusCode === 400)
    return new DomainError('invalid_json', 'The body could not be read as JSON.', { kind: 'invalid' });
  if (statusCode === 413)
    return new DomainError('payload_too_large', 'The request is too large.', { kind: 'too_large' });
  if (statusCode !== undefined && statusCode < 500) {
    return new DomainError('invalid_request', 'The request could not be read.', { kind: 'invalid' });
  }
  return undefined;
}

function describe(validation: NonNullable<FastifyError['validation']>): string {
  const [first] = validation;
  if (first === undefined) return 'not valid';
  const field = first.instancePath.slice(1).replaceAll('/', '.');
  return field === '' ? detailOf(first, validation) : `${field} ${detailOf(first, validation)}`;
}

type Fault = NonNullable<FastifyError['validation']>[number];

function detailOf(fault: Fault, all: readonly Fault[]): string {
  switch (fault.keyword) {
    case 'additionalProperties':
      return `unknown property "${String(fault.params.additionalProperty).slice(0, 80)}"`;
    case 'const':
      return `must be one of ${all
        .filter(({ keyword }) => keyword === 'const')
        .map(({ params }) => String(params.allowedValue))
        .join(', ')}`;
    case 'enum':
      return `must be one of ${(fault.params.allowedValues as unknown[]).map(String).join(', ')}`;
    case 'format':
      if (fault.params.format !== 'date-time') return fault.message ?? 'not valid';
      return 'must be a time in RFC 3339 with its zone, such as 2026-01-31T12:00:00Z';
    case 'pattern':
      return 'has a form or characters that are not allowed';
    case 'minProperties':
      return 'must not be empty';
    default:
      return fault.message ?? 'not valid';
  }
}
