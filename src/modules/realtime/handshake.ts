import { apiKeyPrefix } from '../users/index.ts';
import { refused } from './refused.ts';

/** What a client says when it connects. */
export type Handshake = {
  secret: { kind: 'token' | 'ticket'; text: string };
  /** Undefined: from now on. */
  since: number | undefined;
  numbers: number[] | null;
};

const fields = ['token', 'ticket', 'since', 'phone_numbers'];
const numbersMax = 200;

/** Throws a refusal that says what is wrong. */
export function readHandshake(auth: Record<string, unknown>, headers: Record<string, unknown>): Handshake {
  if (headers['x-api-key'] !== undefined || Object.entries(auth).some(isApiKey)) {
    throw refused(
      'unauthenticated',
      'An API key is not accepted here, since a connection is opened where others may look on. Ask POST /api/realtime/tickets with it, and connect with auth: { ticket }.',
    );
  }
  for (const name of Object.keys(auth)) {
    if (!fields.includes(name)) throw refused('invalid_request', `auth: unknown property "${name.slice(0, 80)}".`);
  }
  const { token, ticket, since } = auth;
  const isOne = (token === undefined) !== (ticket === undefined);
  const text = token ?? ticket;
  if (!isOne || typeof text !== 'string') {
    throw refused(
      'unauthenticated',
      'Connect with auth: { token } (an access token) or auth: { ticket }, one of both.',
    );
  }
  return {
    secret: { kind: token === undefined ? 'ticket' : 'token', text },
    since: since === undefined ? undefined : readSequence(since),
    numbers: auth.phone_numbers === undefined ? null : readNumbers(auth.phone_numbers),
  };
}

export function readSequence(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refused('invalid_request', 'since must be a sequence: a whole number from 0 on.');
}

/** Null stands for all phone numbers. */
export function readNumbers(value: unknown): number[] | null {
  if (value === null) return null;
  const isList = Array.isArray(value) && value.length > 0 && value.length <= numbersMax;
  if (isList && value.every((each) => Number.isSafeInteger(each) && each > 0)) return value;
  throw refused('invalid_request', `phone_numbers must be null or a list of 1 to ${numbersMax} ids.`);
}

function isApiKey([name, value]: [string, unknown]): boolean {
  return /^(x-)?api[-_]?key$/i.test(name) || (typeof value === 'string' && value.startsWith(apiKeyPrefix));
}
