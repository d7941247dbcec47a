import type { InboundFact, MessageStatus } from '../../evolution/inbound-facts.ts';
import type { SentFact } from '../messages/index.ts';
import { readableText } from './bounded-record.ts';

/** What a fact says about a message the number sent; undefined when it says nothing that is kept. */
export function sentFactOf(fact: InboundFact): SentFact | undefined {
  switch (fact.kind) {
    case 'status': {
      const status = wireStatusOf(fact.status);
      return status === null ? undefined : { ...addressOf(fact), fromMe: fact.fromMe ?? null, status, isEcho: false };
    }
    case 'own_message':
      return { ...addressOf(fact), fromMe: true, status: null, isEcho: false };
    case 'echo':
      return { ...addressOf(fact), fromMe: true, status: null, isEcho: true };
    default:
      return undefined;
  }
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
