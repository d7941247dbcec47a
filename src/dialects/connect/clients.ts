import type { PhoneNumber, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';

/** A caller's phone numbers by the name that this contract has for them. */
export function createClients({ phoneNumbers }: { phoneNumbers: PhoneNumbers }) {
  async function find(userId: number, clientId: string): Promise<PhoneNumber | undefined> {
    const named = await phoneNumbers.named(userId, clientId);
    if (named === undefined) return undefined;
    return phoneNumbers.get(userId, named.id).catch((error: unknown) => {
      // Deleted a moment ago.
      if (isCode(error, 'not_found')) return undefined;
      throw error;
    });
  }

  async function create(userId: number, clientId: string): Promise<PhoneNumber> {
    const { number } = await phoneNumbers.create({
      userId,
      displayName: clientId,
      alias: clientId,
      webhookUrl: null,
      integration: 'WHATSAPP-BAILEYS',
    });
    return number;
  }

  return {
    find,

    /** The same. Throws `not_found`. */
    async require(userId: number, clientId: string): Promise<PhoneNumber> {
      const number = await find(userId, clientId);
      if (number !== undefined) return number;
      throw new DomainError('not_found', `There is no session "${clientId}": connect it first.`, { kind: 'not_found' });
    },

    /** Connects the number of this name, which is made where there is none; whoever asks meanwhile shares it. */
    async connect(userId: number, clientId: string): Promise<PhoneNumber> {
      const known = await find(userId, clientId);
      if (known !== undefined) return phoneNumbers.fetchQr(userId, known.id);
      try {
        return await create(userId, clientId);
      } catch (error) {
        // Another request, of this process or of another one, was faster.
        const made = isCode(error, 'alias_taken') ? await find(userId, clientId) : undefined;
        if (made === undefined) throw error;
        return phoneNumbers.fetchQr(userId, made.id);
      }
    },
  };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof DomainError && error.code === code;
}
