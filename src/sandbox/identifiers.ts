import { randomUUID } from 'node:crypto';
import type { Ids } from '../platform/ids.ts';

/** The forms of id that the server and its WhatsApp client hand out. */
export type Identifiers = {
  /** Key of a database row. */
  cuid(): string;
  uuid(): string;
  /** Message id as WhatsApp Web makes them. */
  webMessageId(): string;
  /** Message id as a phone makes them. */
  phoneMessageId(): string;
  graphMessageId(): string;
  pairingCode(): string;
  /** A mobile number nobody else of this sandbox has. */
  ownNumber(): string;
  bytes(length: number): Buffer;
  random(): number;
};

export function createIdentifiers(ids: Pick<Ids, 'base36' | 'bytes' | 'random'>): Identifiers {
  const hex = (length: number) =>
    ids
      .bytes(Math.ceil(length / 2))
      .toString('hex')
      .toUpperCase()
      .slice(0, length);
  const used = new Set<string>();

  function ownNumber(): string {
    // São Paulo: an area whose numbers have one form only.
    const number = `55119${60_000_000 + Math.floor(ids.random() * 30_000_000)}`;
    if (used.has(number)) return ownNumber();
    used.add(number);
    return number;
  }

  return {
    cuid: () => `c${ids.base36(24)}`,
    uuid: () => randomUUID(),
    webMessageId: () => `3EB0${hex(18)}`,
    phoneMessageId: () => `3A${hex(18)}`,
    graphMessageId: () => `wamid.${ids.bytes(24).toString('base64url')}`,
    pairingCode: () => ids.base36(8).toUpperCase(),
    ownNumber,
    bytes: (length) => ids.bytes(length),
    random: () => ids.random(),
  };
}
