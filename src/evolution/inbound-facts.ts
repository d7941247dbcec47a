import type { InstanceState } from './wire.ts';

/** Where a message stands; ordered from pending to played. `deleted` from an acknowledgement is a guess of the server's. */
export type MessageStatus = 'pending' | 'server_ack' | 'delivered' | 'read' | 'played' | 'error' | 'deleted';

/** One message on the wire, sent or received. */
export type MessageFact = {
  waId: string;
  remoteJid: string;
  /** The other address of the chat: a number for a @lid, or the reverse. */
  remoteJidAlt?: string;
  /** Who wrote it, in a group. */
  participant?: string;
  participantAlt?: string;
  fromMe: boolean;
  pushName?: string;
  messageType: string;
  /** Text or caption. */
  text?: string;
  isMedia: boolean;
  /** Seconds since 1970 by WhatsApp's clock. */
  timestamp: number | null;
  status?: MessageStatus;
  /** The record as it came: key, message, contextInfo and all. */
  raw: unknown;
};

/** A message that something happened to. */
export type MessageRef = { waId: string; remoteJid?: string; fromMe?: boolean; participant?: string };

export type FactBody =
  | { kind: 'qr'; image: string; code: string; pairingCode: string | null }
  /** The server shows no further QR; a new connect is needed. */
  | { kind: 'qr_limit' }
  | {
      kind: 'connection';
      state: InstanceState;
      statusReason?: number;
      wuid?: string;
      profileName?: string;
      profilePictureUrl?: string;
    }
  /** The connection ended for good; a drop the server mends by itself is never told. */
  | { kind: 'connection_lost'; reasonCode: number | null; lostAt: Date | null }
  | { kind: 'logged_out' }
  /**
   * `own_message`: written by the owner on the phone or another device, not one of our sends.
   * `echo`: the copy of a send made through the server.
   * `own_record`: what the server keeps of a message from this number, by whatever way it was sent.
   */
  | ({ kind: 'message_received' | 'own_message' | 'echo' | 'own_record' } & MessageFact)
  | ({ kind: 'status'; status: MessageStatus } & MessageRef)
  | ({ kind: 'deleted' } & MessageRef)
  | ({ kind: 'edited'; text?: string; editedAt: Date | null } & MessageRef)
  /** `unused`: an event nothing is made of. `unlisted`: a name no server is known to send. `malformed`: not the shape it should have. */
  | { kind: 'unknown'; event: string | null; reason: 'unused' | 'unlisted' | 'malformed'; detail: string };

/** Fields of every fact, from the envelope. */
export type FactHead = {
  /** The name the call says it is about: compare it, never trust it. */
  instance: string | null;
  /** `date_time` read as UTC, which it is only on a server whose clock is set to UTC. Null when it is no date. */
  at: Date | null;
  /** `date_time` as it came. */
  atRaw: string | null;
};

export type InboundFact = FactHead & FactBody;
