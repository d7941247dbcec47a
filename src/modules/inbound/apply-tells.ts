import type { Transaction } from 'kysely';
import type { InboundFact } from '../../evolution/inbound-facts.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { NewEvent } from '../events/index.ts';
import { applySentFacts, type ReceivedMessage, recordReceived, type SentFact } from '../messages/index.ts';
import { applyConnectionFacts, type ConnectionFact, type LockedNumber } from '../phone-numbers/index.ts';
import { countReceived } from '../statistics/index.ts';
import { connectionFactOf } from './connection-fact.ts';
import { receivedMessageOf } from './received-message.ts';
import { sentFactOf } from './sent-fact.ts';

/** What one fact of a backend tells us. */
export type Tell =
  | { about: 'connection'; fact: ConnectionFact }
  | { about: 'sent'; fact: SentFact }
  | { about: 'received'; message: ReceivedMessage; isMedia: boolean }
  | { about: 'nothing'; note: string };

/**
 * Applies what was told of one number, in its order, and answers which tells changed something, and the events. The
 * number must be locked by this transaction.
 */
export async function applyTells(
  tx: Transaction<DB>,
  deps: { ids: Ids },
  number: LockedNumber,
  tells: readonly Tell[],
): Promise<{ news: Set<Tell>; events: NewEvent[] }> {
  const connection = tells.filter((tell) => tell.about === 'connection');
  const sent = tells.filter((tell) => tell.about === 'sent');
  const received = tells.filter((tell) => tell.about === 'received');
  const ofConnection = await applyConnectionFacts(
    tx,
    number,
    connection.map(({ fact }) => fact),
  );
  const ofSent = await applySentFacts(
    tx,
    number,
    sent.map(({ fact }) => fact),
  );
  const ofReceived = await recordReceived(
    tx,
    deps,
    number,
    received.map(({ message }) => message),
  );

  const firsts = received.filter((_, index) => ofReceived[index] !== undefined);
  await countReceived(tx, number.id, {
    messages: firsts.length,
    media: firsts.filter(({ isMedia }) => isMedia).length,
  });
  const newSent = sent.filter((_, index) => ofSent[index]?.isNew === true);
  return {
    news: new Set<Tell>([...connection, ...newSent, ...firsts]),
    events: [
      ...ofConnection,
      ...inOrder(tells, [
        ...sent.map((tell, index) => ({ tell, events: ofSent[index]?.events ?? [] })),
        ...received.map((tell, index) => ({
          tell,
          events: [ofReceived[index]].filter((event) => event !== undefined),
        })),
      ]),
    ],
  };
}

function inOrder(tells: readonly Tell[], made: { tell: Tell; events: NewEvent[] }[]): NewEvent[] {
  const byTell = new Map(made.map(({ tell, events }) => [tell, events]));
  return tells.flatMap((tell) => byTell.get(tell) ?? []);
}

// Longer ones are not WhatsApp's, and no index would take them.
const addressLengthMax = 255;

/** What a fact tells; never throws. */
export function tellOf(fact: InboundFact): Tell {
  if ('waId' in fact && Math.max(fact.waId.length, fact.remoteJid?.length ?? 0) > addressLengthMax) {
    return { about: 'nothing', note: 'malformed: an id is too long' };
  }
  if (fact.kind === 'message_received') {
    return { about: 'received', message: receivedMessageOf(fact), isMedia: fact.isMedia };
  }
  const connection = connectionFactOf(fact);
  if (connection !== undefined) return { about: 'connection', fact: connection };
  const sent = sentFactOf(fact);
  if (sent !== undefined) return { about: 'sent', fact: sent };
  return { about: 'nothing', note: noteOf(fact) };
}

function noteOf(fact: InboundFact): string {
  if (fact.kind === 'unknown') return `${fact.reason}: ${fact.detail}`;
  return fact.kind === 'status' ? `nothing is made of status ${fact.status}` : `nothing is made of ${fact.kind}`;
}
