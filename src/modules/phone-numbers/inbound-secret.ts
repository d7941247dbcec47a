import type { Transaction } from 'kysely';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { endInboundSecrets, insertInboundSecret } from './inbound-secrets-system.ts';

/** What one life of a number on a backend is called with: the URL's last part and the bearer secret. */
export type InboundSecret = { id: string; secret: string };

/**
 * Makes the secret of the number's new life on a backend and ends those of its former lives: a backend that creates
 * it late must not show its code as this number's. The backend gets it in clear, we keep hash and seal.
 */
export async function makeInboundSecret(
  tx: Transaction<DB>,
  deps: { ids: Ids; secretBox: SecretBox },
  number: { phoneNumberId: number; backendName: string },
): Promise<InboundSecret> {
  await endInboundSecrets(tx, number.phoneNumberId, { afterSeconds: 0 });
  return addInboundSecret(tx, deps, number);
}

/** The same beside the others, for a number that still lives elsewhere. */
export async function addInboundSecret(
  tx: Transaction<DB>,
  deps: { ids: Ids; secretBox: SecretBox },
  number: { phoneNumberId: number; backendName: string },
): Promise<InboundSecret> {
  const made = { id: deps.ids.base62(22), secret: deps.ids.base62(43) };
  await insertInboundSecret(tx, {
    id: made.id,
    phoneNumberId: number.phoneNumberId,
    backendName: number.backendName,
    secretHash: sha256(made.secret),
    secretSealed: deps.secretBox.seal(made.secret, `inbound secret ${made.id}`),
  });
  return made;
}
