import type { Transaction } from 'kysely';
import type { InboundFact } from '../../evolution/inbound-facts.ts';
import { parseInboundCall } from '../../evolution/parse-inbound.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents, type NewEvent } from '../events/index.ts';
import { applySentFacts, type ReceivedMessage, recordReceived, type SentFact } from '../messages/index.ts';
import {
  applyConnectionFacts,
  type ConnectionFact,
  type LockedNumber,
  lockNumberForFacts,
  noteHeard,
} from '../phone-numbers/index.ts';
import { countReceived } from '../statistics/index.ts';
import { connectionFactOf } from './connection-fact.ts';
import { type CallEnding, type ClaimedCall, endCalls, lockClaimed } from './inbound-calls-system.ts';
import { receivedMessageOf } from './received-message.ts';
import { sentFactOf } from './sent-fact.ts';

/** A claimed call with what it tells. */
export type ReadCall = { call: ClaimedCall; tells: Tell[] };

type Tell =
  | { about: 'connection'; fact: ConnectionFact }
  | { about: 'sent'; fact: SentFact }
  | { about: 'received'; message: ReceivedMessage; isMedia: boolean }
  | { about: 'nothing'; note: string };

/** Reads what a claimed call tells; never throws, whatever it holds. */
export function readClaimed(call: ClaimedCall): ReadCall {
  return { call, tells: parseInboundCall(parse(call.body)).map(tellOf) };
}

/**
 * Applies calls of one number, in their order, all or none. Calls that another worker has taken over are left to it.
 */
export async function applyCalls(
  tx: Transaction<DB>,
  deps: { ids: Ids },
  phoneNumberId: number,
  read: readonly ReadCall[],
): Promise<void> {
  const number = await lockNumberForFacts(tx, phoneNumberId);
  const held = new Set(
    await lockClaimed(
      tx,
      read.map(({ call }) => call),
    ),
  );
  const mine = read.filter(({ call }) => held.has(call));
  const calls = mine.map(({ call }) => call);
  if (calls.length === 0) return;
  if (number === undefined) {
    await endCalls(
      tx,
      calls,
      calls.map(() => ({ state: 'stored', note: 'number deleted' })),
    );
    return;
  }
  await noteHeard(tx, number.id);
  const { news, events } = await applyTells(
    tx,
    deps,
    number,
    mine.flatMap(({ tells }) => tells),
  );
  await endCalls(
    tx,
    calls,
    mine.map(({ tells }) => endingOf(tells, news)),
  );
  await appendEvents(tx, deps.ids, events);
}

/** `news` are the tells that changed something. */
async function applyTells(
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

function endingOf(tells: readonly Tell[], news: ReadonlySet<Tell>): CallEnding {
  if (tells.some((tell) => news.has(tell))) return { state: 'applied', note: null };
  if (tells.some((tell) => tell.about !== 'nothing')) return { state: 'duplicate', note: 'known before' };
  const [first] = tells;
  return { state: 'stored', note: first?.about === 'nothing' ? first.note : 'tells nothing' };
}

// Longer ones are not WhatsApp's, and no index would take them.
const addressLengthMax = 255;

function tellOf(fact: InboundFact): Tell {
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

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
