import { detailOf, messagesOf } from './error-body.ts';
import type { CallFailure } from './failure.ts';

/**
 * Why a call other than a send failed. Only `unreachable` proves that the server never saw it: after `timeout` and
 * `connection_lost` it may have run. `unreadable` is an answer no Evolution server gives: a proxy's page, a wrong shape, too much.
 */
export type EvolutionErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'connection_lost'
  | 'unauthorized'
  | 'not_found'
  | 'name_in_use'
  | 'not_connected'
  | 'refused'
  | 'failed'
  | 'unreadable';

/** `detail` holds no key, token or phone number. `status` is the HTTP status, where there was one. */
export class EvolutionError extends Error {
  readonly kind: EvolutionErrorKind;
  readonly detail: string;
  readonly status: number | undefined;

  constructor(kind: EvolutionErrorKind, detail: string, status?: number) {
    super(`${kind}${status === undefined ? '' : ` (${status})`}: ${detail}`);
    this.name = 'EvolutionError';
    this.kind = kind;
    this.detail = detail;
    this.status = status;
  }
}

/** Translates an answer that is not 2xx. That another instance than the one asked about is missing says nothing of it. */
export function errorOfAnswer(
  status: number,
  body: unknown,
  secrets: readonly string[],
  instance?: string,
): EvolutionError {
  if (status === 503 && JSON.stringify(body).includes(noLicense))
    return new EvolutionError('failed', noLicense, status);
  return new EvolutionError(kindOfAnswer(status, body, instance), detailOf(body, secrets) || 'no reason given', status);
}

/** Whether a server refuses for want of a license, which those from 2.4 on do until they are activated. */
export function saysNoLicense(error: EvolutionError): boolean {
  return error.detail === noLicense;
}

const noLicense = 'LICENSE_REQUIRED';

/** Translates an answer that could not be read. A gateway's 5xx page still says that the server failed. */
export function errorOfUnreadable(status: number, detail: string): EvolutionError {
  return new EvolutionError(status >= 500 ? 'failed' : 'unreadable', detail, status);
}

export function errorOfFailure(failure: CallFailure): EvolutionError {
  switch (failure.kind) {
    case 'unwritten':
      return new EvolutionError('unreachable', failure.code);
    case 'timeout':
      return new EvolutionError('timeout', failure.code);
    case 'lost':
      return new EvolutionError('connection_lost', failure.code);
    default:
      return failure.kind satisfies never;
  }
}

function kindOfAnswer(status: number, body: unknown, instance: string | undefined): EvolutionErrorKind {
  // Any call that needs WhatsApp, whichever way the server wraps it.
  if (/^(Error: )?Connection Closed$/.test(messagesOf(body).at(-1) ?? '')) return 'not_connected';
  if (status >= 500) return 'failed';
  if (status < 400) return 'unreadable';
  if (status === 401) return 'unauthorized';
  const text = messagesOf(body)[0] ?? '';
  // A 404 for a route the server does not have must not read as "this instance is gone".
  if (status === 404) {
    const named = /^(?:The "(.*)" instance does not exist|Instance "(.*)" not found)$/s.exec(text);
    if (named === null) return 'refused';
    return instance === undefined || (named[1] ?? named[2]) === instance ? 'not_found' : 'unreadable';
  }
  if (status === 403 && text.endsWith(' is already in use.')) return 'name_in_use';
  if (status === 400 && /^The ".*" instance is not connected$/s.test(text)) return 'not_connected';
  return 'refused';
}
