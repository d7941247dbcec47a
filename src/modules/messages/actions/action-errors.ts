import { EvolutionError } from '../../../evolution/errors.ts';
import { DomainError } from '../../../platform/errors.ts';
import { backendUnavailable } from '../../backends/index.ts';

/** What a failed action means for the caller. It may have been done where the backend did not answer. */
export function translateActionFailure(error: unknown): never {
  if (!(error instanceof EvolutionError)) throw error;
  switch (error.kind) {
    case 'unreachable':
    case 'timeout':
    case 'connection_lost':
    case 'unauthorized':
      throw backendUnavailable(error);
    case 'not_found':
    case 'not_connected':
      throw notConnected(error);
    case 'refused':
    case 'name_in_use':
      throw new DomainError('backend_refused', `The backend refused it: ${error.detail}`, {
        kind: 'unprocessable',
        cause: error,
      });
    case 'failed':
    case 'unreadable':
      if (/^(Error: )?Connection Closed$/.test(error.detail)) throw notConnected(error);
      throw new DomainError('backend_failed', 'The backend answered with an error.', {
        kind: 'bad_gateway',
        cause: error,
      });
    default:
      throw error.kind satisfies never;
  }
}

export function notConnected(cause?: unknown): DomainError {
  return new DomainError('number_not_connected', 'The phone number is not connected to WhatsApp.', {
    kind: 'conflict',
    cause,
  });
}

/** A message that cannot be changed any more, or never could. */
export function notChangeable(sentence: string): DomainError {
  return new DomainError('message_not_changeable', sentence, { kind: 'conflict' });
}
