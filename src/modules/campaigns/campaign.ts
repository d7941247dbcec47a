export const campaignStatuses = ['running', 'paused', 'cancelled', 'finished'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

/** A send to many, each of its messages like any other. */
export type Campaign = {
  id: string;
  phoneNumberId: number;
  name: string | null;
  kind: string;
  status: CampaignStatus;
  /** Messages it was made with. */
  total: number;
  /** Recipients left out because they do not want campaigns; no messages were made for them. */
  optedOut: number;
  createdAt: Date;
  finishedAt: Date | null;
};

/** How many of a campaign's messages are where; together they are its total. `sent` holds delivered and read ones too. */
export type Progress = {
  queued: number;
  sending: number;
  sent: number;
  failed: number;
  unknown: number;
  expired: number;
  cancelled: number;
};

/** Counts of single states as progress. */
export function progressOf(counts: readonly { status: string; count: number }[]): Progress {
  const progress: Progress = { queued: 0, sending: 0, sent: 0, failed: 0, unknown: 0, expired: 0, cancelled: 0 };
  for (const { status, count } of counts) {
    const part = partOf[status];
    if (part !== undefined) progress[part] += count;
  }
  return progress;
}

const partOf: Record<string, keyof Progress> = {
  scheduled: 'queued',
  accepted: 'queued',
  sending: 'sending',
  sent: 'sent',
  delivered: 'sent',
  read: 'sent',
  played: 'sent',
  failed: 'failed',
  unknown: 'unknown',
  expired: 'expired',
  cancelled: 'cancelled',
};
