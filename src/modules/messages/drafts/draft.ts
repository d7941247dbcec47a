import type { MessageRef, Outbound, OutboundKind, OutboundOptions, QuotedRef } from '../../../evolution/outbound.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import type { Upload } from '../media/media-content.ts';

/** What a user wants sent: all that can be kept of it until it leaves, however long that takes. */
export type Draft = {
  kind: OutboundKind;
  /** As it is kept in `messages.content`: JSON without media bytes; media by URL, by `blobId`, or with the request. */
  content: Record<string, unknown>;
  options: OutboundOptions;
  /** Bare base64 of media that came with the request. */
  base64?: string;
  /** A file that came with the request. */
  upload?: Upload;
  /** Where media that came with an earlier request is kept. */
  blobId?: string;
};

/** A draft as its kind makes it: the options of its request join it later. */
export type NewDraft = Omit<Draft, 'options'> & {
  options?: OutboundOptions;
  /** Where it goes, as a backend takes it, for kinds whose request names no number. */
  recipient?: string;
};

/** What a kind may look at to make its draft. */
export type DraftSource = {
  userId: number;
  number: SendableNumber;
  /** A message of this phone number, by its id or its WhatsApp id. Throws `not_found`. */
  messageRef(id: string): Promise<MessageRef>;
};

/** Makes the draft once the phone number is known. */
export type MakeDraft = (source: DraftSource) => NewDraft | Promise<NewDraft>;

/** A draft whose media is at hand, ready for a backend. */
export type Prepared = {
  outbound: Outbound;
  options: OutboundOptions;
  /** What is kept of it: the draft's content and what the media turned out to be, never its bytes. */
  content: Record<string, unknown>;
  /** What its echo will say as well; null where the kind has nothing to go by. */
  fingerprint: string | null;
};

const mediaKinds: readonly string[] = [
  'image',
  'video',
  'audio',
  'document',
  'voice',
  'ptv',
  'sticker',
] satisfies OutboundKind[];

/** Whether a message of this kind counts as media in the statistics. */
export function isMediaKind(kind: string): boolean {
  return mediaKinds.includes(kind);
}

/** What a message row keeps of a draft: its content, with the options under `send_options` where there are any. */
export function keptContent(
  content: Record<string, unknown>,
  { quoted, mentions, mentionsEveryone, delayMs }: OutboundOptions,
): Record<string, unknown> {
  if (quoted === undefined && mentions === undefined && mentionsEveryone === undefined && delayMs === undefined)
    return content;
  return {
    ...content,
    send_options: { quoted, mentions, mentions_everyone: mentionsEveryone, delay_ms: delayMs },
  };
}

/** The draft that a message row keeps. Media that came with the request, and is not in a blob, is gone. */
export function keptDraft(row: { kind: string; content: unknown; blobId: string | null }): Draft {
  const { send_options, ...content } = row.content as Record<string, unknown> & { send_options?: KeptOptions };
  const { quoted, mentions, mentions_everyone, delay_ms } = send_options ?? {};
  return {
    kind: row.kind as OutboundKind,
    content,
    options: {
      ...(quoted === undefined ? {} : { quoted }),
      ...(mentions === undefined ? {} : { mentions }),
      ...(mentions_everyone === undefined ? {} : { mentionsEveryone: mentions_everyone }),
      ...(delay_ms === undefined ? {} : { delayMs: delay_ms }),
    },
    ...(row.blobId === null ? {} : { blobId: row.blobId }),
  };
}

type KeptOptions = { quoted?: QuotedRef; mentions?: string[]; mentions_everyone?: boolean; delay_ms?: number };
