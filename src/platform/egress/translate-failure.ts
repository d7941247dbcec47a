import { errors } from 'undici';
import { EgressError } from './errors.ts';

/** undici's and Node's failures in our words. TypeError: the caller's method or headers were never sendable. */
export function translateFailure(error: unknown): Error {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG') return new TypeError('The request cannot be sent as given.', { cause: error });
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new EgressError('too_large', 'The headers of the answer are larger than allowed.', { cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    // The parser's error carries the bytes received; the log gets its words alone.
    const cause = new Error(error.message);
    return new EgressError('protocol', 'The host did not answer in valid HTTP.', { cause });
  }
  return new EgressError('reset', 'The host closed the connection before its answer was complete.', { cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
