import { echoContentOf } from '../../evolution/echo-content.ts';
import type { InboundFact, MessageFact, MessageStatus } from '../../evolution/inbound-facts.ts';
import { lidPairOf } from '../../evolution/jid.ts';
import type { SentFact } from '../messages/index.ts';
import { readableText } from './bounded-record.ts';

/** What a fact says about a message the number sent; undefined when it says nothing that is kept. */
export function sentFactOf(fact: InboundFact): SentFact | undefined {
  switch (fact.kind) {
    case 'status': {
      const status = wireStatusOf(fact.status);
      // The Business integration says false of its own messages too.
      const fromMe = fact.fromMe === true ? true : null;
      return status === null ? undefined : { ...addressOf(fact), ...nothing, fromMe, status, as: 'acknowledgement' };
    }
    case 'own_message':
      return { ...addressOf(fact), ...nothing, lids: lidsOf(fact), fromMe: true, status: null, as: 'typed' };
    case 'echo':
      return { ...addressOf(fact), ...saidBy(fact), lids: lidsOf(fact), fromMe: true, status: null, as: 'echo' };
    case 'own_record':
      return isFromPhone(fact)
        ? { ...addressOf(fact), ...nothing, lids: lidsOf(fact), fromMe: true, status: null, as: 'typed' }
        : { ...addressOf(fact), ...saidBy(fact), lids: lidsOf(fact), fromMe: true, status: null, as: 'history' };
    default:
      return undefined;
  }
}

/** The hidden addresses that a message names together with those behind them. */
export function lidsOf(fact: MessageFact): { lid: string; jid: string }[] {
  return [lidPairOf(fact.remoteJid, fact.remoteJidAlt), lidPairOf(fact.participant, fact.participantAlt)]
    .filter((pair) => pair !== undefined)
    .map(({ lid, jid }) => ({ lid: readableText(lid), jid: readableText(jid) }));
}

const nothing = { kind: null, fingerprint: null, saidAt: null };

function saidBy(fact: MessageFact): Pick<SentFact, 'kind' | 'fingerprint' | 'saidAt'> {
  const said = isRecord(fact.raw) ? echoContentOf(fact.raw) : null;
  return {
    kind: said?.kind ?? null,
    fingerprint: said?.fingerprint ?? null,
    saidAt: fact.timestamp === null ? null : new Date(fact.timestamp * 1_000),
  };
}

// A server reads the device off the message's id. Its own sends are `web`, or `unknown` where they have no such id.
function isFromPhone(fact: MessageFact): boolean {
  return isRecord(fact.raw) && ['android', 'ios', 'desktop'].includes(String(fact.raw.source));
}

// `pending` is older than any answer, and `deleted` in an acknowledgement is a guess of the server's.
function wireStatusOf(status: MessageStatus): SentFact['status'] {
  return status === 'pending' || status === 'deleted' ? null : status;
}

function addressOf(fact: { waId: string; remoteJid?: string }): Pick<SentFact, 'waId' | 'remoteJid'> {
  return {
    waId: readableText(fact.waId),
    remoteJid: fact.remoteJid === undefined ? null : readableText(fact.remoteJid),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
