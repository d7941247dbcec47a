import type { FastifyReply } from 'fastify';
import { EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import { setQuotaHeaders } from '../../modules/messages/index.ts';
import type { SendableNumber } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { badRequest, EvolutionRefusal } from './errors.ts';
import { notOnWhatsApp } from './message-numbers.ts';

export const messageIdHeader = 'x-message-id';

/**
 * What went wrong with a call, in the words and with the status by which clients of this contract know it. Limits, and
 * whatever is no matter of that server's, stay as they are: the frame tells them.
 */
export function inWordsOfContract(
  error: unknown,
  { integration }: Pick<SendableNumber, 'integration'>,
  given?: string,
): unknown {
  if (!(error instanceof DomainError)) return error;
  switch (error.code) {
    // A bare 500: clients look for these very words, and try again later.
    case 'number_not_connected':
      return new EvolutionRefusal(500, EVOLUTION_MESSAGES.connectionClosed);
    case 'recipient_not_on_whatsapp':
    case 'invalid_number':
      return given === undefined ? badRequest(error.message) : notOnWhatsApp(given);
    case 'kind_not_supported':
    case 'action_not_supported':
      return badRequest(notAvailable(integration, error.message));
    case 'backend_refused':
    case 'invalid_media':
    case 'invalid_url':
    case 'media_unavailable':
    case 'message_not_changeable':
      return badRequest(error.message);
    case 'outcome_unknown':
      return new EvolutionRefusal(504, [unknownOutcome(error)]);
    default:
      return error;
  }
}

/** Says in headers which message a failure is about, and how much of the day is left where that is the reason. */
export function noteInHeaders(reply: FastifyReply, error: unknown): void {
  if (!(error instanceof DomainError)) return;
  const { message_id, max_messages_per_day: limit } = error.details;
  if (typeof message_id === 'string') reply.header(messageIdHeader, message_id);
  if (error.code !== 'quota_exceeded') return;
  const renewsInSeconds = error.retryAfterSeconds ?? 0;
  setQuotaHeaders(reply, { limit: Number(limit), used: Number.POSITIVE_INFINITY, renewsInSeconds });
}

function notAvailable(integration: SendableNumber['integration'], reason: string): string {
  switch (integration) {
    case 'EVOLUTION':
      return EVOLUTION_MESSAGES.notOnEvolution;
    case 'WHATSAPP-BUSINESS':
      return EVOLUTION_MESSAGES.notOnBusiness;
    case 'WHATSAPP-BAILEYS':
      return reason;
    default:
      return integration satisfies never;
  }
}

function unknownOutcome({ details, message }: DomainError): string {
  const { message_id: id } = details;
  return typeof id === 'string' ? `The outcome is unknown: it may have been sent. It is message ${id}.` : message;
}
