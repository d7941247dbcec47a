import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { type Cursor, cutPage } from '../../platform/cursor.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { Messages } from '../messages/index.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import { type Campaign, type CampaignStatus, type Progress, progressOf } from './campaign.ts';
import { findCampaign, listCampaigns, readProgress } from './campaigns-repository.ts';
import { createControlCampaign } from './control-campaign.ts';
import { createFollowProgress } from './follow-progress.ts';
import { deleteOptOut, formsOf, listOptOuts, type OptOut, saveOptOut } from './opt-outs-repository.ts';
import { createStartCampaign } from './start-campaign.ts';

export type { CampaignInput } from './start-campaign.ts';

export type Campaigns = ReturnType<typeof createCampaigns>;

/** Messages to many, and who does not want them. */
export function createCampaigns(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Pick<Clock, 'now'>;
  phoneNumbers: Pick<PhoneNumbers, 'requireOwn'>;
  messages: Messages;
}) {
  const { db } = deps;
  const { pause, resume, cancel } = createControlCampaign(deps);

  async function withProgress(campaign: Campaign): Promise<{ campaign: Campaign; progress: Progress }> {
    return { campaign, progress: (await readProgress(db, [campaign.id])).get(campaign.id) ?? progressOf([]) };
  }

  // What is no id is nobody's campaign.
  const known = (id: string): string => {
    if (!isUuid.test(id)) throw notFound('Campaign');
    return id;
  };

  return {
    now: () => deps.clock.now(),
    /** See its own description. */
    start: createStartCampaign(deps),
    /** Throws `not_found`. */
    async get(userId: number, id: string) {
      const campaign = await findCampaign(db, userId, known(id));
      if (campaign === undefined) throw notFound('Campaign');
      return withProgress(campaign);
    },
    /** Newest first; `next` is null on the last page. */
    async list(userId: number, page: { limit: number; after?: Cursor<string>; status?: CampaignStatus }) {
      const rows = await listCampaigns(db, userId, { ...page, limit: page.limit + 1 });
      const { page: campaigns, next } = cutPage(rows, page.limit);
      const progress = await readProgress(
        db,
        campaigns.map(({ id }) => id),
      );
      return {
        campaigns: campaigns.map((campaign) => ({
          campaign,
          progress: progress.get(campaign.id) ?? progressOf([]),
        })),
        next,
      };
    },
    /** Throws `not_found`, `campaign_over`. */
    pause: async (userId: number, id: string) => withProgress(await pause(userId, known(id))),
    /** Throws `not_found`, `campaign_over`. */
    resume: async (userId: number, id: string) => withProgress(await resume(userId, known(id))),
    /** Throws `not_found`, `campaign_over`. */
    cancel: async (userId: number, id: string) => withProgress(await cancel(userId, known(id))),

    /** The number as digits. What campaigns have waiting for it is cancelled. */
    async optOut(userId: number, number: string, reason: string | null): Promise<OptOut> {
      const saved = await saveOptOut(db, userId, number, reason);
      if (saved === undefined) throw new Error('An opt-out just saved is missing.');
      await deps.messages.cancelOptedOut(userId, [number, ...formsOf(number)]);
      return saved;
    },
    /** Throws `not_found`. */
    async removeOptOut(userId: number, number: string): Promise<void> {
      if (!(await deleteOptOut(db, userId, number))) throw notFound('Opt-out');
    },
    /** By number; `next` is the last number of a page that others follow. */
    async listOptOuts(userId: number, page: { limit: number; after: string }) {
      const rows = await listOptOuts(db, userId, { ...page, limit: page.limit + 1 });
      const optOuts = rows.slice(0, page.limit);
      return { optOuts, next: rows.length > page.limit ? (optOuts.at(-1)?.number ?? null) : null };
    },

    /** Periodic: see its own description. */
    followProgress: createFollowProgress(deps),
  };
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
