import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

export type Outage = { backendId: number; state: string; reason: string; numbers: number };

/**
 * Backends that do not serve and have no open incident for it. One bad probe is a flap, two in a row are none. One
 * that is too old, or new, matters to operators only where it has numbers: whoever joined it has been told.
 */
export async function listNewOutages(db: Kysely<DB>): Promise<Outage[]> {
  const { rows } = await sql<Outage>`
    select b.id as "backendId", b.state, coalesce(b.state_reason, b.state) as reason, b.assigned as numbers
    from backends b
    where b.removed_at is null
      and ((b.state in ('down', 'license_required') and b.failures >= 2) or (b.state = 'unsupported' and b.assigned > 0))
      and not exists (select from incidents i
        where i.kind = 'backend_down' and i.backend_id = b.id and i.ended_at is null)
    order by b.id`.execute(db);
  return rows;
}

/** Backends whose outage is over by what the probes say, or that an operator took out of the pool. */
export async function listEndedOutages(db: Kysely<DB>): Promise<{ backendId: number; outcome: string }[]> {
  const { rows } = await sql<{ backendId: number; outcome: string }>`
    select i.backend_id as "backendId", case when b.removed_at is null then b.state else 'removed' end as outcome
    from incidents i join backends b on b.id = i.backend_id
    where i.kind = 'backend_down' and i.ended_at is null
      and (b.removed_at is not null or b.state in ('active', 'degraded', 'cordoned', 'draining'))
    order by i.backend_id`.execute(db);
  return rows;
}
