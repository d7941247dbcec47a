import { randomBytes, randomFillSync } from 'node:crypto';
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
    uuidv7: createUuidv7(),
    base62: (length) => base62(length),
    base36: (length) => base36(length),
    bytes: (length) => randomBytes(length),
    random: Math.random,
  };
}

// A system call per id costs more than the id, so random bytes are drawn in blocks; none is used twice.
function createUuidv7(): () => string {
  const block = Buffer.alloc(400 * 10);
  let used = block.length;
  return () => {
    if (used === block.length) {
      randomFillSync(block);
      used = 0;
    }
    const random = block.toString('hex', used, used + 10);
    used += 10;
    const time = Date.now().toString(16).padStart(12, '0');
    const variant = '89ab'.charAt(Number.parseInt(random.charAt(3), 16) & 3);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
  };
}
