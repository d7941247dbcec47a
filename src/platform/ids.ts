import { randomBytes, randomFillSync } from 'node:crypto';
import { customAlphabet } from 'nanoid';

/** Where identifiers and randomness come from; tests may hand in a seeded one. */
export type Ids = {
  /**
   * RFC 9562 version 7 UUID: sorts by the millisecond it was made in, and after every other that this process made
   * before, also while the clock stands still or goes back.
   */
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

/** `nowMs` is whole milliseconds since 1970. */
export function createIds(nowMs: () => number = Date.now): Ids {
  const base62 = customAlphabet(digits + upper + lower);
  const base36 = customAlphabet(digits + lower);
  return {
    uuidv7: createUuidv7(nowMs),
    base62: (length) => base62(length),
    base36: (length) => base36(length),
    bytes: (length) => randomBytes(length),
    random: Math.random,
  };
}

// 26 bits count within the millisecond, from a random beginning in their lower half, so that they never run over.
const counterMax = 2 ** 26 - 1;
const beginMax = 2 ** 25 - 1;
const bytesPerId = 10;
const idsPerBlock = 400;
const hexPerId = 2 * bytesPerId;

// A system call per id costs more than the id, so random bytes are drawn in blocks, and written as hex in one go; none
// is used twice.
function createUuidv7(nowMs: () => number): () => string {
  const block = Buffer.alloc(idsPerBlock * bytesPerId);
  let hex = '';
  let used = idsPerBlock;
  let time = 0;
  let head = '';
  let counter = 0;

  function tick(): void {
    const now = nowMs();
    if (now <= time && counter < counterMax) {
      counter++;
      return;
    }
    time = Math.max(now, time + 1);
    const text = time.toString(16).padStart(12, '0');
    head = `${text.slice(0, 8)}-${text.slice(8)}-7`;
    counter = block.readUInt32BE(used * bytesPerId) & beginMax;
  }

  return () => {
    if (used === idsPerBlock) {
      randomFillSync(block);
      hex = block.toString('hex');
      used = 0;
    }
    tick();
    const at = used * hexPerId;
    used++;
    const high = (counter >>> 14).toString(16).padStart(3, '0');
    const low = (0x8000 | (counter & 0x3fff)).toString(16);
    return `${head}${high}-${low}-${hex.slice(at + 8, at + hexPerId)}`;
  };
}
