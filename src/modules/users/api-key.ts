import { hintOf, makeCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { Ids } from '../../platform/ids.ts';

export const apiKeyPrefix = 'ef_live_';

export type ApiKey = {
  /** The secret itself: shown once, never stored. */
  key: string;
  keyHash: Buffer;
  hint: string;
};

export function makeApiKey(ids: Pick<Ids, 'base62'>): ApiKey {
  const key = makeCheckedToken(ids, apiKeyPrefix);
  return { key, keyHash: sha256(key), hint: hintOf(key, apiKeyPrefix) };
}
