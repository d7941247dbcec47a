import { DomainError } from '../../platform/errors.ts';

/** The schema's date-time also knows leap seconds, which a Date does not. */
export function momentOf(text: string): Date {
  const moment = new Date(text);
  if (moment.getTime() >= 0) return moment;
  throw new DomainError('invalid_request', 'since and until must be moments from 1970 on.', { kind: 'invalid' });
}
