import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Ids } from '../../platform/ids.ts';

const prefix = 'whsec_';

/** A signing secret in the form of Standard Webhooks: 24 random bytes. */
export function makeEndpointSecret(ids: Pick<Ids, 'bytes'>): string {
  return prefix + ids.bytes(24).toString('base64');
}

export function sealEndpointSecret(secretBox: Pick<SecretBox, 'seal'>, userId: number, secret: string): string {
  return secretBox.seal(secret, contextOf(userId));
}

export function openEndpointSecret(secretBox: Pick<SecretBox, 'open'>, userId: number, sealed: string): string {
  return secretBox.open(sealed, contextOf(userId));
}

/** The key of `webhook-signature`: what a `whsec_` secret encodes, or the bytes of any other text. */
export function signingKey(secret: string): Buffer {
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');
}

function contextOf(userId: number): string {
  return `endpoint secret of user ${userId}`;
}
