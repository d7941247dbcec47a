import { detailOf, messageOf } from './error-body.ts';
import { type CallFailure, UNWRITTEN_ERRORS } from './failure.ts';
import { EVOLUTION_MESSAGES } from './wire.ts';

export type NotSentCode =
  | 'backend_unreachable'
  | 'backend_unauthorized'
  | 'number_missing_on_backend'
  | 'number_not_connected'
  | 'recipient_not_on_whatsapp'
  | 'backend_refused';

/**
 * What became of one send. `not_sent` is given only where a recording proves that the server refused before it sent
 * (`evidence` names it); every other failure is `unknown`, because the server may fail after WhatsApp took the message.
 */
export type SendOutcome =
  | { kind: 'sent'; whatsappId: string; remoteJid: string; status?: string; answer: unknown }
  | { kind: 'not_sent'; code: NotSentCode; detail: string; evidence: string }
  | { kind: 'unknown'; reason: UnknownReason; detail: string; httpStatus?: number };

export type UnknownReason = 'timeout' | 'connection_lost' | 'unreadable_answer' | 'unlisted_answer';

/** One refusal that is known to come before any sending, and the recorded answer that shows it. */
export type NotSentRule = {
  code: NotSentCode;
  evidence: string;
  detail: string;
  matches: (status: number, message: unknown) => boolean;
};

export const NOT_SENT_RULES: readonly NotSentRule[] = [
  {
    code: 'backend_unauthorized',
    evidence: 'contract/215-sendText-badkey',
    detail: 'The backend refused our key.',
    matches: (status, message) => status === 401 && message === EVOLUTION_MESSAGES.unauthorized,
  },
  {
    code: 'number_missing_on_backend',
    evidence: 'contract/214-sendText-unknown-instance',
    detail: 'The backend does not have this phone number.',
    matches: (status, message) => status === 404 && isInstanceMissing(onlyEntry(message)),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/202-sendText-missing-text',
    detail: 'The backend found the request malformed.',
    matches: (status, message) => status === 400 && isSchemaError(message),
  },
  {
    code: 'recipient_not_on_whatsapp',
    evidence: 'contract/612-WA-sendText-not-on-whatsapp',
    detail: 'The recipient is not on WhatsApp.',
    matches: (status, message) => status === 400 && isMissingRecipient(onlyEntry(message)),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/618-WA-sendText-empty',
    detail: 'The text is empty.',
    matches: (status, message) => status === 400 && onlyEntry(message) === EVOLUTION_MESSAGES.textRequired,
  },
  {
    // Bare: the same words in an array come from inside the sending, where WhatsApp may have taken the message.
    code: 'number_not_connected',
    evidence: 'contract/068-sendText-baileys-notconnected',
    detail: 'The phone number is not connected to WhatsApp.',
    matches: (status, message) => status === 500 && message === EVOLUTION_MESSAGES.connectionClosed,
  },
  {
    code: 'backend_refused',
    evidence: 'contract/495-huge-body',
    detail: 'The request is too large for the backend.',
    matches: (status, message) => status === 413 && message === 'request entity too large',
  },
];

/** The outcome of an answer whose body is JSON. */
export function outcomeOfAnswer(status: number, body: unknown, secrets: readonly string[] = []): SendOutcome {
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, body);
  const message = messageOf(body);
  for (const rule of NOT_SENT_RULES) {
    if (rule.matches(status, message)) {
      return { kind: 'not_sent', code: rule.code, detail: rule.detail, evidence: rule.evidence };
    }
  }
  return { kind: 'unknown', reason: 'unlisted_answer', detail: detailOf(body, secrets), httpStatus: status };
}

/** The outcome of an answer that is no JSON, or too large to read. */
export function outcomeOfUnreadable(status: number, detail: string): SendOutcome {
  return { kind: 'unknown', reason: 'unreadable_answer', detail, httpStatus: status };
}

/** The outcome of a call that ended without a whole answer; `status` when at least its head had come. */
export function outcomeOfFailure(failure: CallFailure, status?: number): SendOutcome {
  const evidence = UNWRITTEN_ERRORS[failure.code];
  if (failure.kind === 'unwritten' && evidence !== undefined && status === undefined) {
    return { kind: 'not_sent', code: 'backend_unreachable', detail: failure.code, evidence };
  }
  const reason = failure.kind === 'timeout' ? 'timeout' : 'connection_lost';
  return { kind: 'unknown', reason, detail: failure.code, ...(status === undefined ? {} : { httpStatus: status }) };
}

function outcomeOfSuccess(status: number, body: unknown): SendOutcome {
  if (isRecord(body) && isRecord(body.key) && typeof body.key.id === 'string' && body.key.id !== '') {
    const remoteJid = typeof body.key.remoteJid === 'string' ? body.key.remoteJid : '';
    const whatsappId = body.key.id;
    return typeof body.status === 'string'
      ? { kind: 'sent', whatsappId, remoteJid, status: body.status, answer: body }
      : { kind: 'sent', whatsappId, remoteJid, answer: body };
  }
  // The Business integration answers 201 with the Graph error as body.
  const reason = isRecord(body) && typeof body.message === 'string' ? detailOf(body) : 'success without a message id';
  return { kind: 'unknown', reason: 'unlisted_answer', detail: reason, httpStatus: status };
}

function isSchemaError(message: unknown): boolean {
  const texts = onlyEntry(message);
  return Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string');
}

function isMissingRecipient(entry: unknown): boolean {
  return isRecord(entry) && entry.exists === false && typeof entry.jid === 'string';
}

function isInstanceMissing(entry: unknown): boolean {
  return typeof entry === 'string' && entry.startsWith('The "') && entry.endsWith('" instance does not exist');
}

function onlyEntry(message: unknown): unknown {
  return Array.isArray(message) && message.length === 1 ? message[0] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
