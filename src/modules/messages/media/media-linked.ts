import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import { findLinkedBlob, type LinkedBlob } from './media-blobs-system.ts';
import type { MediaLinks } from './media-link.ts';

export type { LinkedBlob } from './media-blobs-system.ts';

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The medium that a link of ours stands for; undefined where it is none, is no longer good, or its medium is gone. */
export function createLinkedMedia(deps: { db: Kysely<DB>; mediaLinks: Pick<MediaLinks, 'isGood'> }) {
  return async function linkedMedia(id: string, expiresAt: number, signature: string): Promise<LinkedBlob | undefined> {
    if (!isUuid.test(id) || !deps.mediaLinks.isGood(id, expiresAt, signature)) return undefined;
    return findLinkedBlob(deps.db, id);
  };
}
