import { digitsOfJid } from '../../evolution/jid.ts';

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
  /** All that it says, of one structured message that was asked for. */
  details?: Record<string, unknown> | null;
  fileName: string | null;
  mimetype: string | null;
  mediaUrl: string | null;
  /** Who wrote, in a group. */
  participant: string | null;
  isSandbox: boolean;
  campaignId: string | null;
  /** The message that this one repeats. */
  retryOf: string | null;
  /** -1, 0 or 1; the higher leaves first. */
  priority: number;
  evidence: 'answer' | 'echo' | 'history' | null;
  createdAt: Date;
  /** When it may leave, or might; null where it left with its request. */
  dueAt: Date | null;
  expiresAt: Date | null;
  calledAt: Date | null;
  unknownAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** When it failed, expired or was cancelled. */
  endedAt: Date | null;
  updatedAt: Date;
};

export type MediaType = 'image' | 'video' | 'audio' | 'document';

/** How a message's address is told: as digits where it holds a phone number, the way a send takes them. */
export function addressOf(jid: string): string {
  return digitsOfJid(jid) ?? jid;
}
