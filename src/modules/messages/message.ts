export const messageStatuses = [
  'scheduled',
  'accepted',
  'sending',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'expired',
  'cancelled',
  'unknown',
  'received',
] as const;
export type MessageStatus = (typeof messageStatuses)[number];
export type MessageDirection = 'outbound' | 'inbound';

/** A message as it is kept. */
export type Message = {
  id: string;
  phoneNumberId: number;
  direction: MessageDirection;
  kind: string;
  status: MessageStatus;
  statusReason: string | null;
  /** The chat. */
  remoteJid: string;
  whatsappId: string | null;
  text: string | null;
  caption: string | null;
  fileName: string | null;
  mimetype: string | null;
  mediaUrl: string | null;
  /** Who wrote, in a group. */
  participant: string | null;
  isSandbox: boolean;
  createdAt: Date;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  updatedAt: Date;
};

export type MediaType = 'image' | 'video' | 'audio' | 'document';

/** What a message says, ready for a backend. Every kind costs one unit of the day's quota. */
export type OutboundContent =
  | { kind: 'text'; text: string }
  | {
      kind: MediaType;
      /** Bare base64, at most 16 MiB decoded. */
      base64: string;
      bytes: number;
      sha256: string;
      mimetype?: string;
      fileName?: string;
      caption?: string;
      /** Where it was fetched, if it was given by URL. */
      url?: string;
    };

/** What is kept of a content: never the media's bytes. */
export function storedContent(content: OutboundContent): Record<string, unknown> {
  if (content.kind === 'text') return { text: content.text };
  const { base64: _bytes, kind, ...rest } = content;
  return {
    media_type: kind,
    caption: rest.caption,
    file_name: rest.fileName,
    mimetype: rest.mimetype,
    media_url: rest.url,
    sha256: rest.sha256,
    bytes: rest.bytes,
  };
}
