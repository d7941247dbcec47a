import { EgressRefused } from '../../platform/egress/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { isForOperators } from '../events/index.ts';
import type { Endpoint } from './endpoint.ts';
import { typesOfFormat } from './format-body.ts';

export function createRequireUsableUrl(checkUrl: (url: string) => unknown) {
  /** Throws `invalid_url` for a URL that must not be saved. */
  return function requireUsableUrl(url: string): void {
    try {
      checkUrl(url);
    } catch (error) {
      if (!(error instanceof EgressRefused)) throw error;
      throw new DomainError('invalid_url', error.message, { kind: 'invalid', cause: error });
    }
  };
}

/** Refuses to change what is said elsewhere. */
export function requireOwnUrl(endpoint: Pick<Endpoint, 'origin'>): void {
  const where = {
    api: null,
    phone_number: "This endpoint is a phone number's webhook_url: change it there.",
    settings: "This endpoint is in the installation's settings: change it there.",
  }[endpoint.origin];
  if (where !== null) throw new DomainError('endpoint_set_elsewhere', where, { kind: 'conflict' });
}

/** Refuses events that never happen to this user. */
export function requireOwnEvents(events: readonly string[] | null | undefined, role: 'user' | 'operator'): void {
  const foreign = role === 'operator' ? undefined : events?.find(isForOperators);
  if (foreign === undefined) return;
  throw new DomainError('invalid_request', `body: events: ${foreign} is for operators.`, { kind: 'invalid' });
}

/** Refuses an endpoint that could never be called, because its format has no words for any event that it lists. */
export function requireWords({ events, format }: Pick<Endpoint, 'events' | 'format'>): void {
  const known = typesOfFormat[format];
  if (events === null || events.some((type) => known.includes(type))) return;
  const sentence = `body: events: the format ${format} has no words for any of these, only for ${known.join(', ')}.`;
  throw new DomainError('invalid_request', sentence, { kind: 'invalid' });
}

export function endpointLimit(limit: number): DomainError {
  return new DomainError('endpoint_limit', `At most ${limit} endpoints per user.`, { kind: 'limit' });
}

export function endpointDisabled(): DomainError {
  return new DomainError('endpoint_disabled', 'The endpoint is disabled or deleted: enable it first.', {
    kind: 'conflict',
  });
}

export function tooManyTestCalls(): DomainError {
  return new DomainError('overloaded', 'Test calls of yours are still under way. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 5,
  });
}
