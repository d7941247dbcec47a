import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import type { Messages } from '../messages/index.ts';
import type { Campaign, CampaignStatus } from './campaign.ts';
import { lockCampaign, setCampaignStatus } from './campaigns-repository.ts';
import { campaignOver } from './errors.ts';

/**
 * Pauses, resumes and cancels campaigns. What is on its way to the backend at that moment goes on; the rest waits, and
 * expires while it waits, or is cancelled, its units given back.
 */
export function createControlCampaign(deps: {
  db: Kysely<DB>;
  messages: Pick<Messages, 'cancelCampaign' | 'wakeNumber'>;
}) {
  const move = (userId: number, id: string, to: CampaignStatus, from: readonly CampaignStatus[]) =>
    inTransaction(deps.db, async (tx): Promise<Campaign> => {
      const campaign = await lockCampaign(tx, userId, id);
      if (campaign === undefined) throw notFound('Campaign');
      if (campaign.status === to) return campaign;
      if (!from.includes(campaign.status) || campaign.finishedAt !== null) throw campaignOver(campaign.status);
      await setCampaignStatus(tx, userId, id, to);
      return { ...campaign, status: to };
    });

  return {
    /** Throws `not_found`, `campaign_over`. */
    pause: (userId: number, id: string) => move(userId, id, 'paused', ['running']),
    /** Throws `not_found`, `campaign_over`. */
    async resume(userId: number, id: string): Promise<Campaign> {
      const campaign = await move(userId, id, 'running', ['paused']);
      await deps.messages.wakeNumber(campaign.phoneNumberId);
      return campaign;
    },
    /** Throws `not_found`, `campaign_over`. */
    async cancel(userId: number, id: string): Promise<Campaign> {
      const campaign = await move(userId, id, 'cancelled', ['running', 'paused']);
      await deps.messages.cancelCampaign(id);
      return campaign;
    },
  };
}
