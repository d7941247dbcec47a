import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import { keptDraft, type MakeDraft } from '../drafts/draft.ts';
import { mediaGone, noSuchMessage, notRetryable } from '../errors.ts';
import { extendBlob } from '../media/media-blobs-repository.ts';
import type { MessageStatus } from '../message.ts';
import type { SendAnswer, SendInput } from './send-input.ts';

type Row = {
  status: MessageStatus;
  kind: string;
  content: unknown;
  recipient: string;
  phoneNumberId: number;
  blobId: string | null;
};

// Longer than accepting may take; from then on its message keeps it.
const keepSeconds = 300;

/**
 * Sends an outbound message again that failed, or of which nobody can say whether it was sent: as a new message, at its
 * user's own risk. Media by URL is fetched anew. Throws `not_found`, `not_retryable`, `media_unavailable` where its
 * media is not kept any more, and what sending throws.
 */
export function createRetryMessage(deps: {
  db: Kysely<DB>;
  send(input: SendInput, makeDraft: MakeDraft): Promise<SendAnswer>;
}) {
  return async function retryMessage(input: Omit<SendInput, 'from' | 'retryOf'>, id: string): Promise<SendAnswer> {
    const { userId } = input;
    const row = isUuid.test(id) ? await findOutbound(deps.db, userId, id) : undefined;
    if (row === undefined) throw noSuchMessage();
    const { recipient, phoneNumberId, blobId } = row;
    return deps.send({ ...input, from: phoneNumberId, retryOf: id }, async () => {
      const { status } = row;
      if (status !== 'failed' && status !== 'unknown') throw notRetryable(status);
      if (blobId !== null && !(await extendBlob(deps.db, userId, blobId, keepSeconds))) throw mediaGone();
      return { ...keptDraft(row), recipient };
    });
  };
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function findOutbound(db: Kysely<DB>, userId: number, id: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select status, kind, content, remote_jid as recipient, phone_number_id as "phoneNumberId",
      media_blob_id as "blobId"
    from messages where id = ${id}::uuid and user_id = ${userId}`.execute(db);
  return rows[0];
}
