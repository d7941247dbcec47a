import { type Kysely, sql, type Transaction } from 'kysely';
import type { Cursor } from '../../platform/cursor.ts';
import type { DB } from '../../schema.ts';
import { type Campaign, type CampaignStatus, type Progress, progressOf } from './campaign.ts';

export type NewCampaign = Pick<Campaign, 'id' | 'phoneNumberId' | 'name' | 'kind' | 'total' | 'optedOut'> & {
  userId: number;
};

export async function insertCampaign(tx: Transaction<DB>, campaign: NewCampaign): Promise<void> {
  const { id, userId, phoneNumberId, name, kind, total, optedOut } = campaign;
  await sql`
    insert into campaigns (id, user_id, phone_number_id, name, kind, total, opted_out)
    values (${id}, ${userId}, ${phoneNumberId}, ${name}, ${kind}, ${total}, ${optedOut})`.execute(tx);
}

export async function findCampaign(db: Kysely<DB>, userId: number, id: string): Promise<Campaign | undefined> {
  const { rows } = await sql<Campaign>`
    select ${columns} from campaigns c where c.id = ${id}::uuid and c.user_id = ${userId}`.execute(db);
  return rows[0];
}

/** Newest first, the page after `after`. */
export async function listCampaigns(
  db: Kysely<DB>,
  userId: number,
  page: { limit: number; after?: Cursor<string>; status?: CampaignStatus },
): Promise<Campaign[]> {
  const status = page.status === undefined ? sql`true` : sql`c.status = ${page.status}`;
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(c.created_at, c.id) < (${page.after.createdAt}, ${page.after.id}::uuid)`;
  const { rows } = await sql<Campaign>`
    select ${columns} from campaigns c where c.user_id = ${userId} and ${status} and ${after}
    order by c.created_at desc, c.id desc limit ${page.limit}`.execute(db);
  return rows;
}

/** The campaign with its lock, or undefined. */
export async function lockCampaign(tx: Transaction<DB>, userId: number, id: string): Promise<Campaign | undefined> {
  const { rows } = await sql<Campaign>`
    select ${columns} from campaigns c where c.id = ${id}::uuid and c.user_id = ${userId} for update`.execute(tx);
  return rows[0];
}

/** The campaign must be locked by this transaction. */
export async function setCampaignStatus(
  tx: Transaction<DB>,
  userId: number,
  id: string,
  status: CampaignStatus,
): Promise<void> {
  await sql`
    update campaigns set status = ${status}, updated_at = now()
    where id = ${id}::uuid and user_id = ${userId}`.execute(tx);
}

/** Progress by campaign; those without messages any more are left out. */
export async function readProgress(db: Kysely<DB>, ids: readonly string[]): Promise<Map<string, Progress>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; status: string; count: number }>`
    select campaign_id as id, status, count(*)::int as count from messages
    where campaign_id = any(${ids as string[]}::uuid[]) group by campaign_id, status`.execute(db);
  const byId = Map.groupBy(rows, (row) => row.id);
  return new Map([...byId].map(([id, counts]) => [id, progressOf(counts)]));
}

/** Whom the campaign's messages go to. */
export async function readRecipients(db: Kysely<DB>, id: string): Promise<Set<string>> {
  const { rows } = await sql<{ recipient: string }>`
    select coalesce(nullif(split_part(remote_jid, '@', 1), ''), remote_jid) as recipient from messages where campaign_id = ${id}::uuid`.execute(
    db,
  );
  return new Set(rows.map(({ recipient }) => recipient));
}

const columns = sql`c.id, c.phone_number_id as "phoneNumberId", c.name, c.kind, c.status, c.total,
  c.opted_out as "optedOut", c.created_at as "createdAt", c.finished_at as "finishedAt"`;
