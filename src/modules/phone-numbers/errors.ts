import { violatedConstraint } from '../../platform/database/failures.ts';
import { DomainError } from '../../platform/errors.ts';

export function phoneNumberLimit(max: number): DomainError {
  return new DomainError('phone_number_limit', `Your plan's ${max} phone numbers are in use.`, {
    kind: 'limit',
    retryAfterSeconds: 60,
    details: { limit: 'phone_numbers', max_phone_numbers: max },
  });
}

export function numberNotConnected(status: string): DomainError {
  return new DomainError('number_not_connected', `The phone number is not connected to WhatsApp (${status}).`, {
    kind: 'conflict',
    details: { phone_number_status: status },
  });
}

export function noBackendReached(cause: unknown): DomainError {
  return new DomainError('backend_unavailable', 'No backend could be reached to create the phone number.', {
    kind: 'unavailable',
    retryAfterSeconds: 5,
    cause,
  });
}

export function backendFailed(cause: unknown): DomainError {
  return new DomainError('backend_failed', 'The backend could not create the phone number.', {
    kind: 'bad_gateway',
    cause,
  });
}

/** The number stays in the list until its backend says whether it has it. */
export function backendDoesNotSay(cause: unknown): DomainError {
  return new DomainError(
    'backend_unavailable',
    'The backend has not said whether it made the phone number. If it did, the number stays in your list; rotate its token.',
    { kind: 'unavailable', retryAfterSeconds: 60, cause },
  );
}

export function notMovable(why: string): DomainError {
  return new DomainError('number_not_movable', `The phone number cannot be moved. ${why}`, { kind: 'conflict' });
}

export function moveUnderWay(): DomainError {
  return new DomainError('move_under_way', 'The phone number is on its way to another backend.', { kind: 'conflict' });
}

export function creationUnderWay(): DomainError {
  return new DomainError('creation_under_way', 'The phone number is still being created.', {
    kind: 'conflict',
    retryAfterSeconds: 5,
  });
}

/** Somebody else connects, restarts, logs out or re-creates it, and takes longer than one waits for that. */
export function connectingUnderWay(): DomainError {
  return new DomainError('connecting_under_way', 'Another request works on the connection of the phone number.', {
    kind: 'conflict',
    retryAfterSeconds: 5,
  });
}

export function phoneOnly(what: string): DomainError {
  return new DomainError('action_not_supported', `A line without a phone cannot be ${what}.`, {
    kind: 'unprocessable',
  });
}

/** Runs `work`; a second number with the same alias becomes `alias_taken`. */
export async function translateAliasConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (violatedConstraint(error) !== 'phone_numbers_alias_key') throw error;
    throw new DomainError('alias_taken', 'Another of your phone numbers has this alias.', {
      kind: 'conflict',
      cause: error,
    });
  }
}
