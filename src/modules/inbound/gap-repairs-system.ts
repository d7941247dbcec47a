import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

type Handle = Kysely<DB> | Transaction<DB>;

export type GapReason = 'gateway_absent' | 'backend_down' | 'call_failed' | 'call_truncated';

/** Notes that calls about one number may be missing since then. */
export async function noteGapOfNumber(
  tx: Handle,
  phoneNumberId: number,
  since: Date,
  reason: GapReason,
): Promise<void> {
  await noteGaps(tx, sql`n.id = ${phoneNumberId}`, since, reason);
}

/** The same of all connected numbers, on one backend or on all. */
export async function noteGapsOfConnected(
  tx: Handle,
  { backendId, since, reason }: { backendId?: number; since: Date; reason: GapReason },
): Promise<number> {
  const where = backendId === undefined ? sql`true` : sql`n.backend_id = ${backendId}`;
  return noteGaps(tx, sql`n.status = 'connected' and ${where}`, since, reason);
}

// Of two gaps of a number one is made that begins with the earlier, and is repaired from the start.
async function noteGaps(tx: Handle, where: RawBuilder<unknown>, since: Date, reason: GapReason): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into gap_repairs as g (phone_number_id, backend_id, since, reason)
    select n.id, n.backend_id, ${since}, ${reason} from phone_numbers n
    where ${where} and n.deleted_at is null and n.backend_id is not null and n.backend_name is not null
    order by n.id
    on conflict (phone_number_id) do update set
      since = least(g.since, excluded.since), backend_id = excluded.backend_id, reason = excluded.reason,
      due_at = now(), attempt = 0, created_at = clock_timestamp()`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

export type GapRepair = {
  phoneNumberId: number;
  backendName: string;
  since: Date;
  reason: GapReason;
  attempt: number;
  /** Text of when it was noted last; another one says that it was noted again since. */
  notedAt: string;
};

/** A backend's next gap that is due. */
export async function findDueGap(db: Kysely<DB>, backendId: number): Promise<GapRepair | undefined> {
  const { rows } = await sql<GapRepair>`
    select g.phone_number_id as "phoneNumberId", n.backend_name as "backendName", g.since, g.reason, g.attempt,
      g.created_at::text as "notedAt"
    from gap_repairs g join phone_numbers n on n.id = g.phone_number_id
    where g.backend_id = ${backendId} and g.due_at <= now() and n.deleted_at is null and n.backend_name is not null
    order by g.due_at, g.phone_number_id limit 1`.execute(db);
  return rows[0];
}

/** Ends a repair, unless the number's gap was noted again meanwhile. */
export async function endGap(db: Kysely<DB>, gap: GapRepair): Promise<void> {
  await sql`
    delete from gap_repairs
    where phone_number_id = ${gap.phoneNumberId} and created_at = ${gap.notedAt}::timestamptz`.execute(db);
}

export async function putGapBack(db: Kysely<DB>, gap: GapRepair, delayMs: number): Promise<void> {
  await sql`
    update gap_repairs set attempt = attempt + 1, due_at = now() + make_interval(secs => ${delayMs / 1_000})
    where phone_number_id = ${gap.phoneNumberId} and created_at = ${gap.notedAt}::timestamptz`.execute(db);
}

export type LostGap = { phoneNumberId: number; backendId: number; since: Date; attempt: number };

/** Takes away gaps that were noted so long ago, and those of numbers that are gone; answers the former. */
export async function removeLostGaps(db: Kysely<DB>, hours: number): Promise<LostGap[]> {
  await sql`
    delete from gap_repairs g using phone_numbers n where n.id = g.phone_number_id and n.deleted_at is not null`.execute(
    db,
  );
  const { rows } = await sql<LostGap>`
    delete from gap_repairs where created_at < now() - make_interval(hours => ${hours})
    returning phone_number_id as "phoneNumberId", backend_id as "backendId", since, attempt`.execute(db);
  return rows;
}

/** Notes that this process can take calls now, and answers since when nobody could where that was longer than `absentMs`. */
export async function notePresence(tx: Transaction<DB>, absentMs: number): Promise<Date | undefined> {
  const { rows } = await sql<{ before: Date | null }>`
    with last as (
      select seen_at from gateway_presence for update
    ), seen as (
      insert into gateway_presence as p (seen_at) values (clock_timestamp())
      on conflict (only_row) do update set seen_at = excluded.seen_at
    )
    select (select seen_at from last where seen_at < clock_timestamp() - make_interval(secs => ${absentMs / 1_000})) as before
  `.execute(tx);
  return rows[0]?.before ?? undefined;
}

export type Return = { backendId: number; downAt: Date };

/** Backends that are back from an outage whose gaps are not noted yet; marks them as noted. */
export async function takeReturns(tx: Transaction<DB>): Promise<Return[]> {
  const { rows } = await sql<Return>`
    with back as (
      select b.id, b.back_at, coalesce(b.down_at, b.back_at) as down_at from backends b
      where b.back_at is not null
        and not exists (select from backend_reads r where r.backend_id = b.id and r.back_at >= b.back_at)
    ), marked as (
      insert into backend_reads as r (backend_id, back_at) select id, back_at from back order by id
      on conflict (backend_id) do update set back_at = excluded.back_at
        where r.back_at is null or r.back_at < excluded.back_at
      returning backend_id
    )
    select back.id as "backendId", back.down_at as "downAt" from back join marked on marked.backend_id = back.id`.execute(
    tx,
  );
  return rows;
}
