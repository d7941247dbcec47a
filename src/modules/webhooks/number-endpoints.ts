import type { Transaction } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { makeEndpointSecret, sealEndpointSecret } from './endpoint-secret.ts';
import { deleteDefaultEndpoint, insertDefaultEndpoint, updateDefaultEndpoint } from './number-endpoints-repository.ts';

/** What a phone number's creation, change and end mean for its endpoints. */
export function createNumberEndpoints(deps: { ids: Ids; secretBox: SecretBox }) {
  return {
    /**
     * Makes `url` the one endpoint that was given with the phone number itself; null takes it away. The URL must have
     * passed requireUsableUrl.
     */
    async setNumberEndpoint(
      tx: Transaction<DB>,
      owner: { userId: number; phoneNumberId: number },
      url: string | null,
    ): Promise<void> {
      const { userId, phoneNumberId } = owner;
      if (url === null) return deleteDefaultEndpoint(tx, userId, phoneNumberId);
      if (await updateDefaultEndpoint(tx, userId, phoneNumberId, url)) return;
      const secretSealed = sealEndpointSecret(deps.secretBox, userId, makeEndpointSecret(deps.ids));
      await insertDefaultEndpoint(tx, { userId, phoneNumberId, url, secretSealed });
    },

    removeNumberEndpoints: deleteDefaultEndpoint,
  };
}
