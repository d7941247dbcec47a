import { createHmac } from 'node:crypto';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { DomainError } from '../../platform/errors.ts';

/** Headers of a user's choice on the calls of his endpoint. */
export type EndpointHeaders = Readonly<Record<string, string>>;

const headersMax = 50;
const bytesMax = 8_192;

/** Throws `invalid_request` for headers that no call could carry. */
export function requireUsableHeaders(headers: EndpointHeaders): void {
  const entries = Object.entries(headers);
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  const bad = entries.find(
    ([name, value]) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value),
  );
  if (bad !== undefined) throw invalid(`headers: "${bad[0].slice(0, 80)}" is no header that can be sent.`);
  if (entries.length > headersMax || bytes > bytesMax)
    throw invalid(`headers: at most ${headersMax} of them, of ${bytesMax} bytes together.`);
}

export function sealHeaders(secretBox: Pick<SecretBox, 'seal'>, userId: number, headers: EndpointHeaders): string {
  return secretBox.seal(JSON.stringify(headers), contextOf(userId));
}

export function openHeaders(
  secretBox: Pick<SecretBox, 'open'>,
  userId: number,
  sealed: string | null,
): Record<string, string> {
  return sealed === null ? {} : JSON.parse(secretBox.open(sealed, contextOf(userId)));
}

/**
 * What goes out of them, names in small letters: those that belong to the connection stay behind, and `jwt_key` becomes
 * a token signed with it, good for 10 minutes, as an Evolution server does it.
 */
export function headersToSend(headers: EndpointHeaders, now: Date): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const { jwt_key: key = '', ...others } = Object.fromEntries(entries.filter(([name]) => !ofConnection.has(name)));
  return { ...others, ...(key === '' ? {} : { authorization: `Bearer ${webhookToken(key, now)}` }) };
}

function webhookToken(key: string, now: Date): string {
  const iat = Math.floor(now.getTime() / 1_000);
  const signed = [
    { alg: 'HS256', typ: 'JWT' },
    { iat, exp: iat + 600, app: 'evolution', action: 'webhook' },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const ofConnection: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function contextOf(userId: number): string {
  return `endpoint headers of user ${userId}`;
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}
