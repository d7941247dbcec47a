import type { Transaction } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import type { NewEvent } from '../../events/index.ts';
import type { LockedNumber } from '../../phone-numbers/index.ts';
import { isReportedAddress } from '../drafts/recipient.ts';
import { insertReceived, type LidAddress, saveLidAddresses } from './wire-messages-system.ts';

export type ReceivedMessage = {
  waId: string;
  /** The chat. */
  remoteJid: string;
  kind: string;
  content: Record<string, unknown>;
  /** Joins the event's payload. */
  payload: Record<string, unknown>;
  /** Hidden addresses it told of, with those behind them. */
  lids?: readonly LidAddress[];
};

/**
 * Records messages that a number received, and answers for each its event, or undefined where the message was known
 * before. The number must be locked by this transaction. Counting is left to the caller.
 */
export async function recordReceived(
  tx: Transaction<DB>,
  deps: { ids: Ids },
  number: LockedNumber,
  messages: readonly ReceivedMessage[],
): Promise<(NewEvent | undefined)[]> {
  if (messages.length === 0) return [];
  const seen = new Set<string>();
  const rows = messages.map((message) => ({
    id: deps.ids.uuidv7(),
    waId: message.waId,
    remoteJid: message.remoteJid,
    kind: message.kind,
    content: JSON.stringify(message.content),
  }));
  const firsts = rows.filter(({ waId }) => !seen.has(waId) && seen.add(waId));
  const met = new Set(messages.flatMap(addressesToldIn));
  await saveLidAddresses(
    tx,
    number.id,
    messages.flatMap(({ lids = [] }) => lids),
  );
  const stored = await insertReceived(tx, number, firsts, [...met]);
  return messages.map((message, index) => {
    const id = rows[index]?.id;
    return id !== undefined && stored.has(id) ? receivedEvent(number, id, message) : undefined;
  });
}

// Whatever the event tells of the chat and of who wrote may be answered to, in every form of it.
function addressesToldIn({ remoteJid, payload: { participant, key } }: ReceivedMessage): string[] {
  const ofKey = typeof key === 'object' && key !== null ? Object.values(key) : [];
  return [remoteJid, participant, ...ofKey].filter(isReportedAddress);
}

function receivedEvent(number: LockedNumber, id: string, message: ReceivedMessage): NewEvent {
  return {
    userId: number.userId,
    type: 'message.received',
    phoneNumberId: number.id,
    messageId: id,
    payload: {
      message_id: id,
      phone_number_id: number.id,
      instance_name: number.instanceName,
      alias: number.alias,
      phone_number: number.phoneNumber,
      kind: message.kind,
      ...message.payload,
    },
  };
}
