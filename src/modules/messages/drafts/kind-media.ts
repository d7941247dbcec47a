import type { OutboundKind } from '../../../evolution/outbound.ts';

/** What a medium is for: it decides which types fit. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'voice' | 'ptv' | 'sticker';

const mediaKinds: readonly OutboundKind[] = ['image', 'video', 'audio', 'document', 'voice', 'ptv', 'sticker'];

/** What the medium of a message is for, or null where it has none. */
export function mediaKindOf(kind: OutboundKind, content: Record<string, unknown>): MediaKind | null {
  if (kind === 'status') return content.type === 'text' ? null : (content.type as MediaKind);
  // A picture above the buttons.
  if (kind === 'buttons') return content.has_picture === true ? 'image' : null;
  return mediaKinds.includes(kind) ? (kind as MediaKind) : null;
}

/** Whether a type, in lower case and without parameters, may be sent so. */
export function fitsMediaKind(mimetype: string, kind: MediaKind): boolean {
  switch (kind) {
    case 'document':
      return true;
    case 'image':
    case 'video':
      return mimetype.startsWith(`${kind}/`);
    case 'audio':
    case 'voice':
      return mimetype.startsWith('audio/') || mimetype === 'application/ogg';
    case 'ptv':
      return mimetype === 'video/mp4';
    case 'sticker':
      return ['image/webp', 'image/png', 'image/jpeg'].includes(mimetype);
    default:
      return kind satisfies never;
  }
}
