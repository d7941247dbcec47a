import type { InboundFact } from '../../evolution/inbound-facts.ts';
import type { ConnectionFact } from '../phone-numbers/index.ts';

/** What a fact says about its number's connection; undefined when it is about something else. */
export function connectionFactOf(fact: InboundFact): ConnectionFact | undefined {
  const { at } = fact;
  switch (fact.kind) {
    case 'qr':
      return { kind: 'qr', at, image: fact.image, text: fact.code, pairingCode: fact.pairingCode };
    case 'qr_limit':
    case 'logged_out':
      return { kind: fact.kind, at };
    case 'connection_lost':
      return closed(at, fact.reasonCode ?? undefined);
    case 'connection': {
      if (fact.state === 'close') return closed(at, fact.statusReason);
      if (fact.state !== 'open') return { kind: 'state', at, state: fact.state };
      return {
        kind: 'state',
        at,
        state: 'open',
        ...(fact.wuid === undefined ? {} : { wuid: fact.wuid }),
        ...(fact.profileName === undefined ? {} : { profileName: fact.profileName }),
      };
    }
    default:
      return undefined;
  }
}

function closed(at: Date | null, statusReason: number | undefined): ConnectionFact {
  return { kind: 'state', at, state: 'close', ...(statusReason === undefined ? {} : { statusReason }) };
}
