import type { PhoneNumber, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';

export type SessionRef = string | number;
export type Sessions = ReturnType<typeof createSessions>;

/** A caller's phone numbers by what this contract calls them: their id, as text or as a number, or their name. */
export function createSessions({ phoneNumbers }: { phoneNumbers: PhoneNumbers }) {
  /** The phone number's id. Throws `not_found`, the same for a foreign session as for none. */
  async function idOf(userId: number, ref: SessionRef): Promise<number> {
    const id = numericId(ref);
    const found = id === undefined ? undefined : await orUndefined(phoneNumbers.get(userId, id));
    if (found !== undefined) return found.id;
    const named = typeof ref === 'string' ? await phoneNumbers.named(userId, ref) : undefined;
    if (named === undefined) throw noSuchSession();
    return named.id;
  }

  return {
    idOf,

    /** Throws `not_found`. */
    async get(userId: number, ref: SessionRef): Promise<PhoneNumber> {
      const id = await idOf(userId, ref);
      const number = await orUndefined(phoneNumbers.get(userId, id));
      if (number === undefined) throw noSuchSession();
      return number;
    },
  };
}

function numericId(ref: SessionRef): number | undefined {
  const id = typeof ref === 'number' ? ref : /^[0-9]{1,15}$/.test(ref) ? Number(ref) : undefined;
  return id !== undefined && id > 0 ? id : undefined;
}

async function orUndefined(reading: Promise<PhoneNumber>): Promise<PhoneNumber | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function noSuchSession(): DomainError {
  return new DomainError('not_found', 'Session not found.', { kind: 'not_found' });
}
