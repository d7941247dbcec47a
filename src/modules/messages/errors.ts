import type { SendOutcome } from '../../evolution/outcome.ts';
import { DomainError } from '../../platform/errors.ts';

export function numberPaused(): DomainError {
  return new DomainError('number_paused', 'The phone number is paused by its user: resume it to send.', {
    kind: 'conflict',
  });
}

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

/** A message that a request speaks of, in the field of this name. */
export function noSuchReference(field: string): DomainError {
  return new DomainError('not_found', `${field}: no message of this phone number has this id.`, { kind: 'not_found' });
}

/** What a definite refusal means for the caller; the unit was given back. */
export function refusal(
  outcome: Pick<Extract<SendOutcome, { kind: 'not_sent' }>, 'code' | 'detail'>,
  messageId: string,
): DomainError {
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

export function idempotencyKeyInUse(messageId?: string): DomainError {
  return new DomainError('idempotency_key_in_use', 'The first request under this Idempotency-Key is still under way.', {
    kind: 'conflict',
    retryAfterSeconds: 2,
    ...(messageId === undefined ? {} : { details: { message_id: messageId } }),
  });
}

export function idempotencyKeyReused(): DomainError {
  return new DomainError('idempotency_key_reused', 'This Idempotency-Key came with another request before.', {
    kind: 'unprocessable',
  });
}

export function notRetryable(status: string): DomainError {
  return new DomainError(
    'not_retryable',
    `Only an outbound message that failed or is unknown can be sent again; this one is ${status}.`,
    { kind: 'conflict', details: { message_status: status } },
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

export function blobsLimit(): DomainError {
  return new DomainError('media_limit', 'Too much media of yours waits to be sent. Try again when some has left.', {
    kind: 'limit',
    retryAfterSeconds: 60,
    details: { limit: 'media_bytes', media_bytes: 512 * 1_048_576 },
  });
}

/** A backend that loads media by URL alone could not load ours. */
export function linksNotTaken(): DomainError {
  return new DomainError(
    'kind_not_supported',
    'A phone number of the integration EVOLUTION sends media only where BACKEND_CALLBACK_URL has an IP address or a full domain name as its host.',
    { kind: 'unprocessable' },
  );
}

export function mediaGone(): DomainError {
  return new DomainError('media_unavailable', 'The media of this message is not kept any more.', {
    kind: 'unprocessable',
  });
}
