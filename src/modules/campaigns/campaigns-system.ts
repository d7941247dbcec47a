import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { Campaign } from './campaign.ts';

export type OpenCampaign = Campaign & {
  userId: number;
  toldProgress: string | null;
  /** Milliseconds since its user was told; null where that never happened. */
  toldMsAgo: number | null;
  instanceName: string | null;
  alias: string | null;
};

/**
 * Campaigns that still have messages to come to an end. One that was told of and whose messages all wait for their day is
 * left out: there is nothing new to count, for a year perhaps.
 */
export async function listOpen(db: Kysely<DB>, limit: number, after: string | null): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select c.id from campaigns c
    where c.finished_at is null and (${after}::uuid is null or c.id > ${after}::uuid)
      and (c.told_at is null or c.status = 'cancelled' or ${anyMessage(sql`> 'scheduled'`)}
        or ${anyMessage(sql`< 'scheduled'`)} or not ${anyMessage(sql`= 'scheduled'`)})
    order by c.id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

// Each a probe of the index by campaign and status.
function anyMessage(status: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (select from messages m where m.campaign_id = c.id and m.status ${status})`;
}

/** The campaign with its lock; undefined where it is finished, or another process is at it. */
export async function lockOpen(tx: Transaction<DB>, id: string): Promise<OpenCampaign | undefined> {
  const { rows } = await sql<OpenCampaign>`
    select c.id, c.user_id as "userId", c.phone_number_id as "phoneNumberId", c.name, c.kind, c.status, c.total,
      c.opted_out as "optedOut", c.created_at as "createdAt", c.finished_at as "finishedAt",
      c.told_progress as "toldProgress", extract(epoch from app_now() - c.told_at)::float8 * 1000 as "toldMsAgo",
      n.instance_name as "instanceName", n.alias
    from campaigns c left join phone_numbers n on n.id = c.phone_number_id
    where c.id = ${id}::uuid and c.finished_at is null for update of c skip locked`.execute(tx);
  return rows[0];
}

/** What was told, and that the campaign is over where it is. The campaign must be locked by this transaction. */
export async function noteTold(
  tx: Transaction<DB>,
  id: string,
  told: { progress: string; isOver: boolean },
): Promise<void> {
  await sql`
    update campaigns set told_progress = ${told.progress}, told_at = app_now(), updated_at = now(),
      finished_at = case when ${told.isOver} then app_now() end,
      status = case when ${told.isOver} and status <> 'cancelled' then 'finished' else status end
    where id = ${id}::uuid`.execute(tx);
}
