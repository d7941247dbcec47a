import type { Kysely } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { makeEndpointSecret, sealEndpointSecret } from './endpoint-secret.ts';
import {
  deleteSettingsEndpoint,
  findUserId,
  insertSettingsEndpoint,
  lockSettingsEndpoint,
  updateSettingsEndpoint,
} from './endpoints-system.ts';

export type SettingsEndpoint = {
  /** Of the user whose phone numbers' messages it gets. */
  email: string;
  url: string;
  /** Any text; a random one where none is given, so that nobody can forge what nobody checks. */
  secret?: string | undefined;
};

/**
 * Makes the endpoint that the settings stand for what they say now, or takes it away. One that was disabled stays so
 * until its URL changes.
 */
export function createUseSettingsEndpoint(deps: { db: Kysely<DB>; ids: Ids; secretBox: SecretBox }) {
  const { db, ids, secretBox } = deps;

  return async function useSettingsEndpoint(wanted: SettingsEndpoint | undefined): Promise<void> {
    const userId = wanted === undefined ? undefined : await findUserId(db, wanted.email);
    await inTransaction(db, async (tx) => {
      const found = await lockSettingsEndpoint(tx);
      if (wanted === undefined || userId === undefined) {
        if (found) await deleteSettingsEndpoint(tx);
        return;
      }
      const { url, secret = makeEndpointSecret(ids) } = wanted;
      const secretSealed = sealEndpointSecret(secretBox, userId, secret);
      if (!found) await insertSettingsEndpoint(tx, { userId, url, secretSealed });
      else await updateSettingsEndpoint(tx, { userId, url, secretSealed });
    });
  };
}
