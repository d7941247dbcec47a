import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import { generatedSecret } from './data-dir.ts';

/** The secrets of the settings; those left open are made once and kept in DATA_DIR. */
export async function findSecrets(config: Config): Promise<{ jwtSecret: string; encryptionKey: string }> {
  return {
    jwtSecret: longEnough(config.jwtSecret ?? (await generatedSecret(config.dataDir, 'jwt'))),
    encryptionKey: longEnough(config.encryptionKey ?? (await generatedSecret(config.dataDir, 'encryption'))),
  };
}

// Production refuses short ones; a trial with a short one still gets a key of full length.
function longEnough(secret: string): string {
  return Buffer.byteLength(secret) >= 32 ? secret : createHash('sha256').update(secret).digest('hex');
}
