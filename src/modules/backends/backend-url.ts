import { DomainError } from '../../platform/errors.ts';

/**
 * The base URL of a backend in the one form in which it is known: http or https, without credentials, query, fragment
 * or trailing slash. Private addresses are what backends have, so any host will do. Throws `invalid_url`.
 */
export function readBackendUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid('must start with http:// or https://');
  if (url.username !== '' || url.password !== '') throw invalid('must not hold credentials: the key stands apart');
  if (url.search !== '' || url.hash !== '') throw invalid('must not have a query or a fragment');
  return url.href.replace(/\/+$/, '');
}

function invalid(why: string): DomainError {
  return new DomainError('invalid_url', `The URL of a backend ${why}.`, { kind: 'invalid' });
}
