import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from './digest.ts';

/** Encrypts secrets that must be read back (backend keys, inbound and signing secrets). */
export type SecretBox = {
  /** Names the key without revealing it; 12 hex digits. */
  keyId: string;
  /** AES-256-GCM; `context` binds a ciphertext to its place, so that it opens nowhere else. */
  seal(plainText: string, context: string): string;
  /** Throws when the key, the context or the text is not the one it was sealed with. */
  open(sealed: string, context: string): string;
};

const version = 'v1';

/** @param key at least 32 bytes of text, from ENCRYPTION_KEY. */
export function createSecretBox(key: string): SecretBox {
  const keyId = sha256(`evofleet key id:${key}`).toString('hex').slice(0, 12);
  const aesKey = Buffer.from(hkdfSync('sha256', key, '', 'evofleet secret box', 32));
  return {
    keyId,
    seal(plainText, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', aesKey, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([nonce, cipher.update(plainText, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${keyId}.${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const [sealedVersion, sealedKeyId, payload] = sealed.split('.');
      if (sealedVersion !== version || payload === undefined) throw new Error('Not a sealed secret.');
      if (sealedKeyId !== keyId) throw new Error(`Sealed with key ${sealedKeyId}, but the key in use is ${keyId}.`);
      const bytes = Buffer.from(payload, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', aesKey, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
  };
}
