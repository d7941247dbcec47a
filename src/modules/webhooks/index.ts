import type { Transaction } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { EgressRefused } from '../../platform/egress/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { deleteNumberEndpoints, insertEndpoint, updateNumberEndpointUrl } from './endpoints-repository.ts';

export type Webhooks = ReturnType<typeof createWebhooks>;

/** Users' endpoints: where events go. */
export function createWebhooks(deps: {
  ids: Ids;
  secretBox: SecretBox;
  /** Throws EgressRefused for a URL that must not be called. */
  checkUrl(url: string): unknown;
}) {
  return {
    /** Throws `invalid_url` for a URL that must not be saved. */
    requireUsableUrl(url: string): void {
      try {
        deps.checkUrl(url);
      } catch (error) {
        if (!(error instanceof EgressRefused)) throw error;
        throw new DomainError('invalid_url', error.message, { kind: 'invalid', cause: error });
      }
    },

    /**
     * Makes `url` the one endpoint that was given with the phone number itself; null takes it away. The URL must have
     * passed requireUsableUrl.
     */
    async setNumberEndpoint(
      tx: Transaction<DB>,
      owner: { userId: number; phoneNumberId: number },
      url: string | null,
    ): Promise<void> {
      if (url === null) {
        await deleteNumberEndpoints(tx, owner.userId, owner.phoneNumberId);
        return;
      }
      if (await updateNumberEndpointUrl(tx, owner.userId, owner.phoneNumberId, url)) return;
      const secret = `whsec_${deps.ids.bytes(24).toString('base64')}`;
      await insertEndpoint(tx, {
        userId: owner.userId,
        phoneNumberId: owner.phoneNumberId,
        url,
        secretSealed: deps.secretBox.seal(secret, `endpoint secret of user ${owner.userId}`),
      });
    },

    removeNumberEndpoints: deleteNumberEndpoints,
  };
}
