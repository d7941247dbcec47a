/** What the API says when it refuses, with the id under which its log tells more. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: unknown, headers?: Headers) {
    const problem = isRecord(body) ? body : {};
    super(textOf(problem.detail) ?? textOf(problem.error) ?? `HTTP ${status}`);
    this.status = status;
    this.code = textOf(problem.code) ?? 'unreachable';
    this.requestId = textOf(problem.request_id) ?? headers?.get('x-request-id') ?? null;
    const after = Number(headers?.get('retry-after'));
    this.retryAfterSeconds = Number.isFinite(after) && after > 0 ? after : null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
