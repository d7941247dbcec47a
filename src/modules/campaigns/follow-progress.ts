import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents } from '../events/index.ts';
import type { Messages } from '../messages/index.ts';
import type { Progress } from './campaign.ts';
import { readProgress } from './campaigns-repository.ts';
import { listOpen, lockOpen, noteTold, type OpenCampaign } from './campaigns-system.ts';

const atOnceMax = 100;
const toldEveryMs = 5_000;

/**
 * Periodic: tells users how their campaigns get on, at most every 5 s, and ends those whose messages have all left or
 * ended. What a cancelled campaign still has waiting, because its process died, is cancelled here. Safe in parallel.
 */
export function createFollowProgress(deps: { db: Kysely<DB>; ids: Ids; messages: Pick<Messages, 'cancelCampaign'> }) {
  return async function followProgress(): Promise<void> {
    for (let after: string | null = null; ; ) {
      const found: string[] = await listOpen(deps.db, atOnceMax, after);
      for (const id of found) await follow(id);
      after = found.at(-1) ?? null;
      if (found.length < atOnceMax) return;
    }
  };

  async function follow(id: string): Promise<void> {
    const hasLeftovers = await inTransaction(deps.db, async (tx) => {
      const campaign = await lockOpen(tx, id);
      if (campaign === undefined) return false;
      const progress = (await readProgress(tx, [id])).get(id) ?? nothing;
      const isOver = progress.queued + progress.sending === 0;
      const asText = JSON.stringify(progress);
      const isNews = campaign.toldProgress !== asText && (campaign.toldMsAgo ?? toldEveryMs) >= toldEveryMs;
      if (isOver || isNews) {
        await noteTold(tx, id, { progress: asText, isOver });
        await appendEvents(tx, deps.ids, [campaignEvent(campaign, statusOf(campaign, isOver), progress)]);
      }
      return campaign.status === 'cancelled' && progress.queued > 0;
    });
    if (hasLeftovers) await deps.messages.cancelCampaign(id);
  }
}

// Retention may have taken the messages away.
const nothing: Progress = { queued: 0, sending: 0, sent: 0, failed: 0, unknown: 0, expired: 0, cancelled: 0 };

function statusOf(campaign: OpenCampaign, isOver: boolean): string {
  return isOver && campaign.status !== 'cancelled' ? 'finished' : campaign.status;
}

export function campaignEvent(
  campaign: Pick<
    OpenCampaign,
    'id' | 'userId' | 'phoneNumberId' | 'name' | 'total' | 'optedOut' | 'instanceName' | 'alias'
  >,
  status: string,
  progress: Progress,
) {
  return {
    userId: campaign.userId,
    type: 'campaign.updated',
    phoneNumberId: campaign.phoneNumberId,
    messageId: null,
    payload: {
      campaign_id: campaign.id,
      name: campaign.name,
      phone_number_id: campaign.phoneNumberId,
      instance_name: campaign.instanceName,
      alias: campaign.alias,
      status,
      total: campaign.total,
      opted_out: campaign.optedOut,
      progress,
    },
  } as const;
}
