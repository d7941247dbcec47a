import type { MediaType } from './wire.ts';

/** A message of which one speaks: to quote it, to react to it, to edit or delete it. */
export type MessageRef = { id: string; remoteJid: string; fromMe: boolean; participant?: string };

/** A message that is answered: as much of its key as is known, and what it said where the backend may not have it. */
export type QuotedRef = Pick<MessageRef, 'id'> & Partial<MessageRef> & { message?: Record<string, unknown> };

/** Bare base64, or a URL that the backend can load. */
type Medium = string;

/** What a message says, ready for an Evolution API server, whichever route of it takes it. */
export type Outbound =
  | { kind: 'text'; text: string; linkPreview?: boolean }
  | { kind: MediaType; media: Medium; mimetype?: string; fileName?: string; caption?: string }
  | { kind: 'voice'; media: Medium }
  | { kind: 'ptv'; media: Medium }
  | { kind: 'sticker'; media: Medium }
  | { kind: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { kind: 'contact'; contacts: ContactCard[] }
  /** An empty emoji takes the reaction back. */
  | { kind: 'reaction'; target: MessageRef; emoji: string }
  | { kind: 'poll'; question: string; options: string[]; selectableCount: number }
  | {
      kind: 'list';
      title: string;
      description?: string;
      footer?: string;
      buttonText: string;
      sections: { title: string; rows: { id: string; title: string; description?: string }[] }[];
    }
  | { kind: 'buttons'; title: string; description?: string; footer?: string; buttons: Button[]; media?: Medium }
  | { kind: 'template'; name: string; language: string; components: unknown[] }
  | {
      kind: 'status';
      type: 'text' | 'image' | 'video' | 'audio';
      /** The text, or the medium. */
      content: string;
      caption?: string;
      backgroundColor?: string;
      font?: number;
      /** Whose phones show it; all contacts where it is left out. */
      audience?: string[];
    };
export type OutboundKind = Outbound['kind'];

export type ContactCard = {
  fullName: string;
  /** Digits. */
  phoneNumber: string;
  /** How the number is written on the card; + and the digits unless given. */
  shownAs?: string;
  organization?: string;
  email?: string;
  url?: string;
};

export type Button =
  | { type: 'reply'; text: string; id: string }
  | { type: 'url'; text: string; url: string }
  | { type: 'call'; text: string; phoneNumber: string }
  | { type: 'copy'; text: string; code: string }
  | {
      type: 'pix';
      currency: string;
      name: string;
      keyType: 'phone' | 'email' | 'cpf' | 'cnpj' | 'random';
      key: string;
    };

/** What most kinds may carry besides what they say. */
export type OutboundOptions = {
  quoted?: QuotedRef;
  /** Digits each. */
  mentions?: string[];
  mentionsEveryone?: boolean;
  /** Milliseconds the server shows "typing" before it sends. */
  delayMs?: number;
};
