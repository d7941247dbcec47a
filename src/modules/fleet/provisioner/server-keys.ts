import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { ProvisionedServer } from './provisioned-system.ts';

/** A key and a database password of a server's own, sealed for its row. */
export function makeServerSecrets(deps: { secretBox: SecretBox; ids: Ids }, name: string) {
  const seal = (what: string, length: number) => deps.secretBox.seal(deps.ids.base62(length), contextOf(what, name));
  return { apiKeySealed: seal('key', 40), databasePasswordSealed: seal('database password', 32) };
}

export function openServerKey(secretBox: SecretBox, { apiKeySealed, name }: ProvisionedServer): string {
  return secretBox.open(apiKeySealed, contextOf('key', name));
}

export function openDatabasePassword(secretBox: SecretBox, sealed: string, name: string): string {
  return secretBox.open(sealed, contextOf('database password', name));
}

const contextOf = (what: string, name: string) => `${what} of server ${name}`;
