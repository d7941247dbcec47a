import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** How many there are of each. */
export type Counts = Record<string, number>;

/** Of one backend: what its last pass asked and took, and what its last list showed. */
export type PassFigures = {
  backendId: number;
  numbers: number;
  /** All that was asked of it so far, and for how long it was busy with that. */
  questions: number;
  busyMs: number;
  endedAt: Date | null;
  listedAt: Date | null;
  listed: number | null;
  foreignInstances: number | null;
};

export async function countBackends(db: Kysely<DB>): Promise<Counts> {
  const { rows } = await sql<Count>`
    select state as name, count(*)::int as count from backends where removed_at is null group by state`.execute(db);
  return countsOf(rows);
}

export async function countPhoneNumbers(db: Kysely<DB>): Promise<Counts> {
  const { rows } = await sql<Count>`
    select status as name, count(*)::int as count from phone_numbers where deleted_at is null group by status`.execute(
    db,
  );
  return countsOf(rows);
}

export async function countOpenFindings(db: Kysely<DB>): Promise<Counts> {
  const { rows } = await sql<Count>`
    select kind as name, count(*)::int as count from findings where ended_at is null group by kind`.execute(db);
  return countsOf(rows);
}

export async function listPasses(db: Kysely<DB>): Promise<PassFigures[]> {
  const { rows } = await sql<PassFigures>`
    select r.backend_id as "backendId", r.numbers, r.questions, r.busy_ms as "busyMs", r.ended_at as "endedAt",
      r.listed_at as "listedAt", r.listed, r.foreign_instances as "foreignInstances"
    from reconciles r join backends b on b.id = r.backend_id
    where b.removed_at is null order by r.backend_id`.execute(db);
  return rows;
}

type Count = { name: string; count: number };

function countsOf(rows: readonly Count[]): Counts {
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}
