import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { makeApiKey } from './api-key.ts';
import { endUserKeys, insertUserKey } from './user-keys-repository.ts';
import { lockUser, updateApiKeyHint } from './users-repository.ts';

export type RotatedKey = {
  /** Shown this once. */
  apiKey: string;
  /** When the former keys end; null where they ended at once. */
  formerKeysExpireAt: Date | null;
};

export function createRotateApiKey(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  forget(userId: number): void;
}): (userId: number, overlapHours: number) => Promise<RotatedKey> {
  const { db, ids, logger, forget } = deps;
  return async (userId, overlapHours) => {
    const { key, keyHash, hint } = makeApiKey(ids);
    const formerKeysExpireAt = await inTransaction(db, async (tx) => {
      if ((await lockUser(tx, userId)) === undefined) throw notFound('User');
      const end = await endUserKeys(tx, userId, overlapHours);
      await insertUserKey(tx, { userId, keyHash, hint });
      await updateApiKeyHint(tx, userId, hint);
      return end;
    });
    forget(userId);
    logger.info({ event: 'api_key_rotated', user_id: userId, overlap_hours: overlapHours }, 'API key rotated');
    return { apiKey: key, formerKeysExpireAt };
  };
}
