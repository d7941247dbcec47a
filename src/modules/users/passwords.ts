import { argon2id, hash, verify } from 'argon2';
import { createTurns, type Turns } from '../../platform/turns.ts';
import { tooManyHashes, weakPassword } from './errors.ts';

export type Passwords = {
  /**
   * Runs work that computes hashes when its turn comes; every `hash` and `verify` stands inside one. Throws
   * `overloaded` where too many wait.
   */
  inTurn: Turns;
  hash(password: string): Promise<string>;
  /** Takes the same time for no user (undefined) as for a wrong password. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
};

const lengthMin = 8;
const lengthMax = 128;
const cost = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

// Of no password: the digest is 32 zero bytes.
const nobodysHash = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** argon2id with 19 MiB, 2 passes, 1 lane; at most `atOnce` turns run in this process, `waitingMax` wait. */
export function createPasswords(options: { atOnce?: number; waitingMax?: number } = {}): Passwords {
  return {
    inTurn: createTurns(options.atOnce ?? 2, { waitingMax: options.waitingMax ?? 64, tooMany: tooManyHashes }),
    hash: (password) => hash(normalForm(password), cost),
    verify: (passwordHash, password) => verify(passwordHash ?? nobodysHash, normalForm(password)),
  };
}

/** Throws `weak_password` where the length is out of range. */
export function requireGoodPassword(password: string): void {
  // A character has at most two code units, so a longer text need not be counted.
  const characters = password.length > 2 * lengthMax ? password.length : [...password].length;
  if (characters < lengthMin || characters > lengthMax) throw weakPassword();
}

/** One form for what keyboards encode differently. A text too long for any stored password need not be read whole. */
function normalForm(password: string): string {
  return password.slice(0, 4 * lengthMax).normalize('NFC');
}
