import { randomBytes } from 'node:crypto';
import { customAlphabet } from 'nanoid';

/** Where identifiers and randomness come from; tests may hand in a seeded one. */
export type Ids = {
  /** RFC 9562 version 7 UUID: sorts by the millisecond it was made in. */
  uuidv7(): string;
  /** Random string over `[0-9A-Za-z]`, about 5.95 bits a character. */
  base62(length: number): string;
  /** Random string over `[a-z0-9]`, fit for host names and Evolution's instance names. */
  base36(length: number): string;
  bytes(length: number): Buffer;
  /** Uniform in [0, 1), for jitter. */
  random(): number;
};

const digits = '0123456789';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function createIds(): Ids {
  const base62 = customAlphabet(digits + upper + lower);
  const base36 = customAlphabet(digits + lower);
  return {
    uuidv7,
    base62: (length) => base62(length),
    base36: (length) => base36(length),
    bytes: (length) => randomBytes(length),
    random: Math.random,
  };
}

function uuidv7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
