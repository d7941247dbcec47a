import { EvolutionError } from '../../../evolution/errors.ts';
import { DomainError } from '../../../platform/errors.ts';
import { backendUnavailable } from '../../backends/index.ts';
import type { Integration } from '../phone-number.ts';

/**
 * What a failed call means for the caller. Nothing of it names the number's name on its backend. `changes` says that the
 * call was to change something, which may have been done where no answer came.
 */
export function relayFailure(error: unknown, context: { instance: string; changes: boolean }): unknown {
  if (!(error instanceof EvolutionError)) return error;
  switch (error.kind) {
    case 'timeout':
    case 'connection_lost':
      return context.changes ? changeUnknown(error) : backendUnavailable(error);
    case 'unreachable':
    case 'unauthorized':
      return backendUnavailable(error);
    case 'not_found':
    case 'not_connected':
      return new DomainError('number_not_connected', 'The phone number is not connected to WhatsApp.', {
        kind: 'conflict',
        cause: error,
      });
    case 'refused':
    case 'name_in_use':
      return refusal(error, context.instance);
    case 'failed':
    case 'unreadable':
      return new DomainError('backend_failed', 'The backend answered with an error.', {
        kind: 'bad_gateway',
        cause: error,
      });
    default:
      return error.kind satisfies never;
  }
}

/** Throws `action_not_supported`: only a number with a phone of its own has this. */
export function requirePhone(what: string, integration: Integration): void {
  if (integration !== 'WHATSAPP-BAILEYS') throw notSupported(`A phone number of the integration ${integration}`, what);
}

function refusal(error: EvolutionError, instance: string): DomainError {
  switch (error.detail) {
    case 'item-not-found':
    case 'gone':
      return new DomainError('not_found', 'WhatsApp knows no such group or address.', {
        kind: 'not_found',
        cause: error,
      });
    case 'forbidden':
    case 'not-authorized':
    case 'not-allowed':
      return new DomainError('backend_refused', 'WhatsApp does not let this phone number do that.', {
        kind: 'unprocessable',
        cause: error,
      });
    default:
  }
  // An older server, or a simulated one.
  if (/^Cannot (GET|POST|DELETE) /.test(error.detail))
    return notSupported('The backend of this phone number', 'do that');
  if (/^Method not available/.test(error.detail)) return notSupported('This phone number', 'do that');
  const detail = error.detail.replaceAll(instance, '…');
  return new DomainError('backend_refused', `The backend refused it: ${detail}`, {
    kind: 'unprocessable',
    cause: error,
  });
}

function notSupported(who: string, what: string): DomainError {
  return new DomainError('action_not_supported', `${who} cannot ${what}.`, { kind: 'unprocessable' });
}

function changeUnknown(cause: EvolutionError): DomainError {
  return new DomainError('outcome_unknown', 'The backend has not said whether it was done. Look before trying again.', {
    kind: 'timeout',
    cause,
  });
}
