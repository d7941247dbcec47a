import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';

/** While there is one, nothing is removed from a backend or re-created there without an order. */
export type FleetHold = {
  reason: string;
  since: Date;
  /** The operator who set it; null where it set itself. */
  setBy: number | null;
};

export async function findHold(db: Kysely<DB>): Promise<FleetHold | undefined> {
  const { rows } = await sql<FleetHold>`select reason, since, set_by as "setBy" from fleet_hold`.execute(db);
  return rows[0];
}

/** Answers false where one was set before; its reason stays. */
export async function insertHold(
  tx: Transaction<DB>,
  hold: { reason: string; setBy: number | null },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into fleet_hold (reason, set_by) values (${hold.reason}, ${hold.setBy}) on conflict do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

export async function isHeld(db: Kysely<DB>): Promise<boolean> {
  return (await findHold(db)) !== undefined;
}

/** Sets one, or gives the one that is set another reason; it goes on from when it began. */
export async function upsertHold(tx: Transaction<DB>, hold: { reason: string; setBy: number }): Promise<FleetHold> {
  const { rows } = await sql<FleetHold>`
    insert into fleet_hold (reason, set_by) values (${hold.reason}, ${hold.setBy})
    on conflict (is_the_one) do update set reason = excluded.reason, set_by = excluded.set_by
    returning reason, since, set_by as "setBy"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('The hold was neither made nor changed.');
  return row;
}

/** Answers what was ended. */
export async function deleteHold(tx: Transaction<DB>): Promise<FleetHold | undefined> {
  const { rows } = await sql<FleetHold>`
    delete from fleet_hold returning reason, since, set_by as "setBy"`.execute(tx);
  return rows[0];
}
