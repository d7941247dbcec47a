/**
 * What is known of a call that ended without a whole answer.
 * `unwritten`: proven that no byte of the request left; `timeout`: its deadline passed; `lost`: anything else.
 */
export type CallFailure = { kind: 'unwritten' | 'timeout' | 'lost'; code: string };

/**
 * Errors that come from looking the host up or opening the connection, before a request can be written. An error that an
 * established connection may raise as well (a reset, a broken pipe, an unreachable host) is not among them.
 * Each names its recording.
 */
export const UNWRITTEN_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'transport/connection-refused',
  ENOTFOUND: 'transport/host-not-found',
  EAI_AGAIN: 'transport/lookup-failed',
  UND_ERR_CONNECT_TIMEOUT: 'transport/connect-timeout',
};

export function callFailure(error: unknown): CallFailure {
  const code = codeOf(error);
  if (Object.hasOwn(UNWRITTEN_ERRORS, code)) return { kind: 'unwritten', code };
  const refusal = refusedOnEveryAddress(error);
  if (refusal !== null) return { kind: 'unwritten', code: refusal };
  if (nameOf(error) === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { kind: 'timeout', code: code || 'deadline' };
  }
  return { kind: 'lost', code: code || nameOf(error) || 'error' };
}

// A host with several addresses raises one error that holds those of all attempts, and only the first one's code.
function refusedOnEveryAddress(error: unknown): string | null {
  if (!(error instanceof AggregateError) || error.errors.length === 0) return null;
  if (!error.errors.every((each) => syscallOf(each) === 'connect')) return null;
  return error.errors.map(codeOf).find((code) => Object.hasOwn(UNWRITTEN_ERRORS, code)) ?? null;
}

function codeOf(error: unknown): string {
  return textOf(error, 'code');
}

function nameOf(error: unknown): string {
  return textOf(error, 'name');
}

function syscallOf(error: unknown): string {
  return textOf(error, 'syscall');
}

// A DOMException's code is a number.
function textOf(value: unknown, key: 'code' | 'name' | 'syscall'): string {
  if (typeof value !== 'object' || value === null) return '';
  const text = (value as Record<string, unknown>)[key];
  return typeof text === 'string' ? text : '';
}
