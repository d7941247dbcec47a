import type { Static } from 'typebox';
import { addressOf, type Message, type MessageStatus } from './message.ts';
import type { MessageView } from './routes/message-schemas.ts';

/** A message as the API shows it. */
export function viewOfMessage(message: Message): Static<typeof MessageView> {
  const { remoteJid } = message;
  return {
    id: message.id,
    direction: message.direction,
    kind: message.kind,
    status: message.status,
    status_reason: message.statusReason,
    ...(message.direction === 'outbound'
      ? { to: addressOf(remoteJid) }
      : { from: addressOf(message.participant || remoteJid), chat: remoteJid }),
    phone_number_id: message.phoneNumberId,
    whatsapp_id: message.whatsappId,
    content: {
      text: message.text,
      caption: message.caption,
      file_name: message.fileName,
      mimetype: message.mimetype,
      media_url: message.mediaUrl,
      ...(message.details == null ? {} : { details: detailsOf(message.details) }),
    },
    priority: message.dueAt === null ? null : priorityOf(message.priority),
    campaign_id: message.campaignId,
    retry_of: message.retryOf,
    evidence: message.evidence,
    created_at: message.createdAt.toISOString(),
    send_at: message.dueAt?.toISOString() ?? null,
    expires_at: message.expiresAt?.toISOString() ?? null,
    called_at: message.calledAt?.toISOString() ?? null,
    sent_at: message.sentAt?.toISOString() ?? null,
    delivered_at: message.deliveredAt?.toISOString() ?? null,
    read_at: message.readAt?.toISOString() ?? null,
    played_at: message.playedAt?.toISOString() ?? null,
    edited_at: message.editedAt?.toISOString() ?? null,
    deleted_at: message.deletedAt?.toISOString() ?? null,
    ended_at: message.endedAt?.toISOString() ?? null,
    sandbox: message.isSandbox,
    history: historyOf(message),
  };
}

// How it was to be sent is told beside it, or is nobody's business.
function detailsOf({ send_options: _options, ...details }: Record<string, unknown>): Record<string, unknown> {
  return details;
}

/** Its moves, oldest first; the last one is where the message is now. */
function historyOf(message: Message): { status: MessageStatus; at: string }[] {
  const { status, calledAt, unknownAt, sentAt, deliveredAt, readAt, playedAt, endedAt, updatedAt } = message;
  const timed: [MessageStatus, Date | null][] = [
    [firstStatusOf(message), message.createdAt],
    ['sending', calledAt],
    ['unknown', unknownAt],
    ['sent', sentAt],
    ['delivered', deliveredAt],
    ['read', readAt],
    ['played', playedAt],
    ...(isEnd(status) ? [[status, endedAt] satisfies [MessageStatus, Date | null]] : []),
  ];
  const moves = timed.flatMap(([each, at]) => (at === null ? [] : [{ status: each, at: at.toISOString() }]));
  // One that waits again has lost the time of its call.
  return moves.at(-1)?.status === status ? moves : [...moves, { status, at: updatedAt.toISOString() }];
}

function firstStatusOf({ direction, status, createdAt, dueAt }: Message): MessageStatus {
  if (direction === 'inbound') return 'received';
  const isLater = dueAt !== null && dueAt.getTime() - createdAt.getTime() >= 1_000;
  return status === 'scheduled' || (isLater && status !== 'accepted') ? 'scheduled' : 'accepted';
}

function isEnd(status: MessageStatus): boolean {
  return status === 'failed' || status === 'expired' || status === 'cancelled';
}

function priorityOf(priority: number): 'low' | 'normal' | 'high' {
  return priority > 0 ? 'high' : priority < 0 ? 'low' : 'normal';
}
