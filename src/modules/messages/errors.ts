import type { SendOutcome } from '../../evolution/outcome.ts';
import { DomainError } from '../../platform/errors.ts';

export function quotaExceeded(dailyMax: number, renewsInSeconds: number): DomainError {
  return new DomainError('quota_exceeded', `Daily message limit reached (${dailyMax}). It renews at 00:00 UTC.`, {
    kind: 'limit',
    retryAfterSeconds: renewsInSeconds,
    details: { limit: 'messages_per_day', max_messages_per_day: dailyMax },
  });
}

export function noSuchMessage(): DomainError {
  return new DomainError('not_found', 'Message not found.', { kind: 'not_found' });
}

/** What a definite refusal means for the caller; the unit was given back. */
export function refusal(outcome: Extract<SendOutcome, { kind: 'not_sent' }>, messageId: string): DomainError {
  const details = { message_id: messageId };
  switch (outcome.code) {
    case 'backend_unreachable':
    case 'backend_unauthorized':
      return new DomainError('backend_unavailable', 'The backend of this phone number cannot be reached right now.', {
        kind: 'unavailable',
        retryAfterSeconds: 5,
        details,
      });
    case 'number_missing_on_backend':
    case 'number_not_connected':
      return new DomainError('number_not_connected', 'The phone number is not connected to WhatsApp.', {
        kind: 'conflict',
        details,
      });
    case 'recipient_not_on_whatsapp':
      return new DomainError('recipient_not_on_whatsapp', 'The recipient is not on WhatsApp. Nothing was sent.', {
        kind: 'unprocessable',
        details,
      });
    case 'backend_refused':
      return new DomainError('backend_refused', `The backend refused the message: ${outcome.detail}`, {
        kind: 'unprocessable',
        details,
      });
    default:
      return outcome.code satisfies never;
  }
}

export function outcomeUnknown(messageId: string, reason: string): DomainError {
  return new DomainError(
    'outcome_unknown',
    'The backend has not said whether the message was sent. It is never sent again by itself.',
    { kind: 'timeout', details: { message_id: messageId, reason } },
  );
}

export function mediaLineTooLong(): DomainError {
  return new DomainError('overloaded', 'Too much media is on its way at once. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 2,
  });
}

export function invalidMedia(sentence: string): DomainError {
  return new DomainError('invalid_media', sentence, { kind: 'invalid' });
}

export function mediaTooLarge(): DomainError {
  return new DomainError('payload_too_large', 'The media is larger than 16 MiB.', { kind: 'too_large' });
}

/** Throws `kind_not_supported` where the backend would take media and send a message without it. */
export function requireMediaSupport(integration: string): void {
  if (integration !== 'EVOLUTION') return;
  throw new DomainError('kind_not_supported', 'A phone number of the integration EVOLUTION cannot send media.', {
    kind: 'unprocessable',
  });
}

export function kindNotSupported(kind: string): DomainError {
  return new DomainError('kind_not_supported', `This phone number cannot send messages of the kind ${kind}.`, {
    kind: 'unprocessable',
  });
}
