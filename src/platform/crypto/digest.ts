import { hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a UTF-8 string, 32 bytes: how bearer secrets are kept at rest. */
export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Compares two secrets in time that depends on neither; false when lengths differ. */
export function equalsInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
