import { DomainError } from '../../../platform/errors.ts';
import { relayFailure } from '../../phone-numbers/index.ts';

/** Milliseconds that a backend has for an action, beside what the action itself takes. */
export const actionWithinMsUsual = 15_000;

/** What a failed action means for the caller. It may have been done where the backend did not answer. */
export function translateActionFailure(instance: string): (error: unknown) => never {
  return (error) => {
    throw relayFailure(error, { instance, changes: true });
  };
}

export function notConnected(): DomainError {
  return new DomainError('number_not_connected', 'The phone number is not connected to WhatsApp.', {
    kind: 'conflict',
  });
}

/** A message that cannot be changed any more, or never could. */
export function notChangeable(sentence: string): DomainError {
  return new DomainError('message_not_changeable', sentence, { kind: 'conflict' });
}
