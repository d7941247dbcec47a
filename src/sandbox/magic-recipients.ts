import type { Fault } from './types.ts';

/** What a recipient makes of a send, beyond being delivered and read. */
export type Magic = {
  /** The number has no WhatsApp: 400 with `exists: false`, nothing sent. */
  absent?: true;
  /** 500 "Connection Closed", nothing sent. */
  closed?: true;
  /** 400 with a text nobody documents, although the message was sent. */
  failsAfterSending?: true;
  /** 201 whose body carries no key; nothing sent. */
  keyless?: true;
  fault?: Fault;
  echo?: false;
  acks?: 'none' | 'delivered' | 'error';
  delayMs?: number;
};

/**
 * Recipients whose number ends so behave so, on every integration. The last digits follow HTTP where it has a fitting
 * status. All of them are listed in docs/sandbox.md.
 */
export const MAGIC_RECIPIENTS: Readonly<Record<string, Magic>> = {
  '0000200': { fault: 'html' },
  '0000201': { keyless: true },
  '0000204': { echo: false, acks: 'none' },
  '0000206': { fault: 'drip' },
  '0000400': { failsAfterSending: true },
  '0000404': { absent: true },
  '0000408': { fault: 'hang' },
  '0000413': { fault: 'huge' },
  '0000425': { delayMs: 5000 },
  '0000460': { acks: 'none' },
  '0000461': { acks: 'error' },
  '0000462': { acks: 'delivered' },
  '0000500': { closed: true },
  '0000501': { fault: 'http500-before' },
  '0000502': { fault: 'reset-after' },
  '0000503': { fault: 'reset-before' },
  '0000504': { fault: 'hang-after' },
  '0000505': { fault: 'http500-after' },
};

export function magicOf(number: string): Magic {
  const digits = (number.split('@')[0] ?? '').replace(/\D/g, '');
  return MAGIC_RECIPIENTS[digits.slice(-7)] ?? {};
}
