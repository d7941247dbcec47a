import { crc32 } from 'node:zlib';
import type { Ids } from '../ids.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 30;
const checksumLength = 6;

/**
 * A bearer secret `<prefix><30 base62><6 base62 CRC-32 of what precedes>`: about 178 random bits, and a typing or
 * copying error is recognised without asking the database.
 */
export function makeCheckedToken(ids: Pick<Ids, 'base62'>, prefix: string): string {
  const body = prefix + ids.base62(randomLength);
  return body + checksum(body);
}

/** Whether the text has the shape of a token with this prefix and its checksum holds. */
export function isCheckedToken(text: string, prefix: string): boolean {
  const bodyLength = prefix.length + randomLength;
  if (text.length !== bodyLength + checksumLength || !text.startsWith(prefix)) return false;
  return checksum(text.slice(0, bodyLength)) === text.slice(bodyLength);
}

/** What may be shown of a secret later: its prefix and last four characters. */
export function hintOf(token: string, prefix: string): string {
  return `${prefix}…${token.slice(-4)}`;
}

function checksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
