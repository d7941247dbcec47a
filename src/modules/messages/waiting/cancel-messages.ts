import type { Kysely } from 'kysely';
import { DomainError } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { noSuchMessage } from '../errors.ts';
import type { Message } from '../message.ts';
import { findMessage } from '../messages-repository.ts';
import { type EndingMessage, unsentSettlement } from '../sending/event-payload.ts';
import type { SettleBatch } from '../sending/settle.ts';
import { findWaiting, listWaitingOfRecipient } from './waiting-messages-repository.ts';
import { listWaitingOfCampaign, listWaitingOfNumber } from './waiting-messages-system.ts';

const atOnce = 500;

/** Ends messages that have not left, and gives their units back. */
export function createCancelMessages(deps: { db: Kysely<DB>; ids: Ids; settle: Pick<SettleBatch, 'add'> }) {
  const { db } = deps;

  async function cancel(message: EndingMessage, reason: string): Promise<boolean> {
    const end = { status: 'cancelled', reason, wasWaiting: true } as const;
    const { settled } = await deps.settle.add(unsentSettlement(message, end, deps.ids.uuidv7()));
    return settled;
  }

  // One that leaves meanwhile is listed no more.
  async function cancelAll(list: (limit: number) => Promise<EndingMessage[]>, reason: string): Promise<void> {
    for (;;) {
      const waiting = await list(atOnce);
      const settled = await Promise.all(waiting.map((message) => cancel(message, reason)));
      if (waiting.length < atOnce || !settled.includes(true)) return;
    }
  }

  return {
    /** The message as it is then. Throws `not_found`, `not_cancellable`. */
    async one(userId: number, id: string): Promise<Message> {
      const waiting = await findWaiting(db, userId, id);
      if (waiting !== undefined) await cancel(waiting, 'by_user');
      const message = await findMessage(db, userId, id);
      if (message === undefined) throw noSuchMessage();
      if (waiting === undefined || message.status !== 'cancelled') throw notCancellable(message);
      return message;
    },
    ofNumber: (phoneNumberId: number): Promise<void> =>
      cancelAll((limit) => listWaitingOfNumber(db, phoneNumberId, limit), 'number_deleted'),
    ofCampaign: (campaignId: string): Promise<void> =>
      cancelAll((limit) => listWaitingOfCampaign(db, campaignId, limit), 'campaign_cancelled'),
    ofRecipient: (userId: number, numbers: readonly string[]): Promise<void> =>
      cancelAll((limit) => listWaitingOfRecipient(db, userId, numbers, limit), 'opted_out'),
  };
}

function notCancellable({ id, status }: Message): DomainError {
  return new DomainError('not_cancellable', `Only a message that waits can be cancelled; this one is ${status}.`, {
    kind: 'conflict',
    details: { message_id: id, status },
  });
}
