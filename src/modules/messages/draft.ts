import type { Outbound, OutboundKind, OutboundOptions } from '../../evolution/outbound.ts';

/** What a user wants sent: all that can be kept of it until it leaves, however long that takes. */
export type Draft = {
  kind: OutboundKind;
  /** As it is kept in `messages.content`: JSON without media bytes; media by URL, by `blobId`, or with the request. */
  content: Record<string, unknown>;
  options: OutboundOptions;
  /** Bare base64 of media that came with the request. */
  base64?: string;
  /** Where media that came with an earlier request is kept. */
  blobId?: string;
};

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
