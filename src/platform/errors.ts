/**
 * What went wrong, in terms of the caller's next step; only `http/` and the dialects turn it into a status.
 * `limit` carries when to come back, `unavailable` says the trouble is ours or a backend's.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unprocessable'
  | 'limit'
  | 'unavailable'
  | 'bad_gateway'
  | 'timeout';

export type DomainErrorOptions = {
  kind: ErrorKind;
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
  /** Public facts that join the answer's body, snake_case. */
  details?: Record<string, unknown>;
  cause?: unknown;
};

/** An outcome a caller may meet and act on: a stable code, a public sentence, and a cause for the log. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: string, publicMessage: string, options: DomainErrorOptions) {
    super(publicMessage, { cause: options.cause });
    this.code = code;
    this.kind = options.kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details ?? {};
  }
}

export function notFound(what: string): DomainError {
  return new DomainError('not_found', `${what} not found.`, { kind: 'not_found' });
}
