import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';
import type { EndingMessage } from './sending/event-payload.ts';

/** Messages whose sender is gone: still `sending` after their lease. */
export async function listAbandoned(db: Kysely<DB>, limit: number): Promise<EndingMessage[]> {
  const { rows } = await sql<EndingMessage>`
    select m.id, m.user_id as "userId", m.phone_number_id as "phoneNumberId", n.instance_name as "instanceName",
      m.remote_jid as recipient, m.kind
    from messages m join phone_numbers n on n.id = m.phone_number_id
    where m.status = 'sending' and m.lease_until < app_now()
    order by m.lease_until limit ${limit}`.execute(db);
  return rows;
}

/**
 * Ends the leases of all messages under way and of all turns, for a process that knows it is alone: whoever held them is
 * gone, and what he held need not wait for their time.
 */
export async function endLeasesOfOthers(db: Kysely<DB>): Promise<void> {
  await sql`update messages set lease_until = app_now() where status = 'sending' and lease_until > app_now()`.execute(
    db,
  );
  await sql`update send_turns set lease_until = null where lease_until is not null`.execute(db);
}
