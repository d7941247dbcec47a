import type { Kysely } from 'kysely';
import type { MessageRef } from '../../../evolution/outbound.ts';
import type { DB } from '../../../schema.ts';
import type { Forwarded, PhoneNumbers, SendableNumber } from '../../phone-numbers/index.ts';
import { findMessageRef } from '../drafts/message-ref.ts';
import { noSuchMessage } from '../errors.ts';
import { findSentBy, recordDeletion, recordEdit } from './action-repository.ts';

type Key = Pick<MessageRef, 'id'> & Partial<MessageRef>;

/**
 * Deletes and edits by the key of a message. It must be one that this phone number sent or received: the backend looks it
 * up among those of all its instances, and tells of it whoever asks. Throws `not_found`, and what a relayed call throws.
 */
export function createActionsByKey(deps: { db: Kysely<DB>; phoneNumbers: Pick<PhoneNumbers, 'relay'> }) {
  const { db } = deps;
  const { forward } = deps.phoneNumbers.relay;

  async function requireKnown(userId: number, number: SendableNumber, { id }: Key): Promise<void> {
    if (number.userId !== userId || (await findMessageRef(db, number, id)) === undefined) throw noSuchMessage();
  }

  return {
    async deleteForEveryone(userId: number, number: SendableNumber, key: Key): Promise<Forwarded> {
      await requireKnown(userId, number, key);
      const answer = await forward(userId, number, { operation: 'deleteMessageForEveryone', body: { ...key } });
      const sent = answer.status < 400 ? await findSentBy(db, userId, number.id, key.id) : undefined;
      if (sent !== undefined) await recordDeletion(db, userId, sent.id);
      return answer;
    },

    async updateText(
      userId: number,
      number: SendableNumber,
      { key, ...change }: { number: string; text: string; key: Key },
    ): Promise<Forwarded> {
      await requireKnown(userId, number, key);
      const answer = await forward(userId, number, { operation: 'updateMessage', body: { ...change, key } });
      const sent = answer.status < 400 ? await findSentBy(db, userId, number.id, key.id) : undefined;
      if (sent?.kind === 'text') await recordEdit(db, userId, sent.id, change.text);
      return answer;
    },
  };
}
