import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { EndingMessage } from '../sending/event-payload.ts';

/** Messages that nobody sent in time, those that were to leave first before the others. */
export function listExpired(db: Kysely<DB>, limit: number): Promise<EndingMessage[]> {
  return listWaiting(db, sql`m.expires_at <= app_now() order by m.expires_at limit ${limit}`);
}

export function listWaitingOfNumber(db: Kysely<DB>, phoneNumberId: number, limit: number): Promise<EndingMessage[]> {
  return listWaiting(db, sql`m.phone_number_id = ${phoneNumberId} limit ${limit}`);
}

export function listWaitingOfCampaign(db: Kysely<DB>, campaignId: string, limit: number): Promise<EndingMessage[]> {
  return listWaiting(db, sql`m.campaign_id = ${campaignId}::uuid limit ${limit}`);
}

// The number may be gone, with its user.
async function listWaiting(db: Kysely<DB>, which: RawBuilder<unknown>): Promise<EndingMessage[]> {
  const { rows } = await sql<EndingMessage>`
    select m.id, m.user_id as "userId", m.phone_number_id as "phoneNumberId",
      coalesce(n.instance_name, '') as "instanceName", m.remote_jid as recipient, m.kind
    from messages m left join phone_numbers n on n.id = m.phone_number_id
    where m.status in ('scheduled', 'accepted') and ${which}`.execute(db);
  return rows;
}
