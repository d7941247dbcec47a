import { detailOf, messageOf } from './error-body.ts';
import { type CallFailure, UNWRITTEN_ERRORS } from './failure.ts';
import { NOT_SENT_RULES, type NotSentCode } from './not-sent-rules.ts';
import type { OutboundKind } from './outbound.ts';

/**
 * What became of one send. `not_sent` is given only where a recording proves that the server refused before it sent
 * (`evidence` names it); every other failure is `unknown`, because the server may fail after WhatsApp took the message.
 */
export type SendOutcome =
  | { kind: 'sent'; whatsappId: string; remoteJid: string; status?: string; answer: unknown }
  | { kind: 'not_sent'; code: NotSentCode; detail: string; evidence: string }
  | { kind: 'unknown'; reason: UnknownReason; detail: string; httpStatus?: number };

export type UnknownReason = 'timeout' | 'connection_lost' | 'unreadable_answer' | 'unlisted_answer';

/** The outcome of an answer whose body is JSON; `kind` is what was to be sent, `instance` who was to send it. */
export function outcomeOfAnswer(
  status: number,
  body: unknown,
  secrets: readonly string[] = [],
  kind?: OutboundKind,
  instance?: string,
): SendOutcome {
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, body);
  const message = messageOf(body);
  for (const rule of NOT_SENT_RULES) {
    if (rule.kind !== undefined && rule.kind !== kind) continue;
    if (rule.matches(status, message, instance)) {
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
  if (isRecord(body) && isRecord(body.key) && isName(body.key.id)) {
    const remoteJid = isName(body.key.remoteJid) ? body.key.remoteJid : '';
    const whatsappId = body.key.id;
    return typeof body.status === 'string'
      ? { kind: 'sent', whatsappId, remoteJid, status: body.status, answer: body }
      : { kind: 'sent', whatsappId, remoteJid, answer: body };
  }
  // The Business integration answers 201 with the Graph error as body.
  const reason = isRecord(body) && typeof body.message === 'string' ? detailOf(body) : 'success without a message id';
  return { kind: 'unknown', reason: 'unlisted_answer', detail: reason, httpStatus: status };
}

// Longer ones, and what no text of a database can hold, are neither ids nor addresses.
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256 && !/\p{Cc}|\p{Cs}/u.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
