import type { Kysely } from 'kysely';
import { makeCheckedToken } from '../../../platform/crypto/checked-token.ts';
import { sha256 } from '../../../platform/crypto/digest.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { findPhoneNumber, lockPhoneNumber } from '../phone-numbers-repository.ts';
import type { ShareLink } from './share.ts';
import { insertShareLink, listShareLinks, revokeShareLink } from './share-links-repository.ts';

const tokenPrefix = 'efs_';
const linksMax = 10;

/** What a user does with the links by which the owner of a phone connects one of his numbers. */
export function createShareLinks(deps: { db: Kysely<DB>; ids: Ids; serverUrl: string }) {
  const { db, ids, serverUrl } = deps;
  return {
    /**
     * Makes a link; `url` is in clear this once. Throws `not_found`, `number_already_connected`, `share_link_limit`.
     */
    async create(userId: number, id: number, lifeSeconds: number): Promise<ShareLink & { url: string }> {
      const token = makeCheckedToken(ids, tokenPrefix);
      const link = await inTransaction(db, async (tx) => {
        // A number that connects meanwhile waits for this lock, and then ends the link.
        const number = (await lockPhoneNumber(tx, userId, id)) ? await findPhoneNumber(tx, userId, id) : undefined;
        if (number === undefined) throw notFound('Phone number');
        if (number.status === 'connected') throw alreadyConnected();
        if ((await listShareLinks(tx, userId, id)).length >= linksMax) throw shareLinkLimit();
        const row = { id: ids.uuidv7(), userId, phoneNumberId: id, tokenHash: sha256(token), lifeSeconds };
        return insertShareLink(tx, row);
      });
      return { ...link, url: `${serverUrl}/share/${token}` };
    },

    /** Those that work, oldest first. Throws `not_found`. */
    async list(userId: number, id: number): Promise<ShareLink[]> {
      if ((await findPhoneNumber(db, userId, id)) === undefined) throw notFound('Phone number');
      return listShareLinks(db, userId, id);
    },

    /** Ends a link at once, in every process. Throws `not_found`. */
    async revoke(userId: number, id: number, linkId: string): Promise<void> {
      if (!(await revokeShareLink(db, userId, id, linkId))) throw notFound('Share link');
    },
  };
}

function alreadyConnected(): DomainError {
  return new DomainError('number_already_connected', 'The phone number is connected: there is nothing to scan.', {
    kind: 'conflict',
  });
}

function shareLinkLimit(): DomainError {
  return new DomainError('share_link_limit', `A phone number has ${linksMax} share links at most. Take one back.`, {
    kind: 'limit',
    details: { limit: 'share_links', max_share_links: linksMax },
  });
}
