import { type Kysely, sql, type Transaction } from 'kysely';
import { stillHeld } from '../../platform/lease/leases.ts';
import type { DB } from '../../schema.ts';

export const findingKinds = [
  'instance_missing',
  'instance_not_loaded',
  'webhook_missing',
  'webhook_differs',
  'settings_differ',
  'state_differs',
  'not_connected',
  'silent',
  'foreign_setting',
  'unreadable_answer',
  'orphan',
] as const;

export type FindingKind = (typeof findingKinds)[number];
/** mended: by us, proved · gone: by itself · given_up: the ladder ended · left: it is not ours to mend. */
export type FindingOutcome = 'mended' | 'gone' | 'given_up' | 'left';
export type RepairOutcome = 'proved' | 'unproved' | 'failed';

/** Something that is not as it should be: one row from its first sighting to its end. */
export type Finding = {
  id: string;
  backendId: number;
  /** Null: about an instance that is nobody's, or about the backend. */
  phoneNumberId: number | null;
  backendName: string | null;
  kind: FindingKind;
  detail: Record<string, unknown> | null;
  sightings: number;
  /** Rungs taken so far. */
  step: number;
  nextStepAt: Date;
  /** Whether the next rung may be taken now. */
  isDue: boolean;
  foundAt: Date;
  lastSeenAt: Date;
  endedAt: Date | null;
  outcome: FindingOutcome | null;
};

export type Sighting = Pick<Finding, 'backendId' | 'phoneNumberId' | 'backendName' | 'kind' | 'detail'>;

/** A lease under which something is written: who lost it meanwhile must not. */
export type HeldLease = { name: string; epoch: number };

/** Whether the lease is still held; it stays so until the transaction ends. */
export async function holdsLease(tx: Transaction<DB>, lease: HeldLease): Promise<boolean> {
  const { rows } = await sql`select 1 where ${stillHeld(lease.name, lease.epoch)}`.execute(tx);
  return rows.length === 1;
}

/** Counts a sighting of the open finding, or opens one. `isNew` says which. */
export async function upsertFinding(
  tx: Transaction<DB>,
  id: string,
  sighting: Sighting,
): Promise<Finding & { isNew: boolean }> {
  const { backendId, phoneNumberId, backendName, kind, detail } = sighting;
  const { rows } = await sql<Finding & { isNew: boolean }>`
    insert into findings as f (id, backend_id, phone_number_id, backend_name, kind, detail)
    values (${id}, ${backendId}, ${phoneNumberId}, ${backendName}, ${kind}, ${JSON.stringify(detail)}::json)
    on conflict (backend_id, kind, (coalesce(backend_name, ''))) where ended_at is null
      do update set sightings = f.sightings + 1, last_seen_at = app_now(), detail = excluded.detail
    returning ${columns}, f.id = ${id} as "isNew"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('A sighting was neither counted nor new.');
  return row;
}

/** Undefined when it had ended before. */
export async function closeFinding(
  tx: Transaction<DB>,
  id: string,
  outcome: FindingOutcome,
): Promise<Finding | undefined> {
  const { rows } = await sql<Finding>`
    update findings as f set ended_at = app_now(), outcome = ${outcome}
    where id = ${id} and ended_at is null returning ${columns}`.execute(tx);
  return rows[0];
}

/** The rung that was taken, and when the next one may be. */
export async function insertRepair(
  tx: Transaction<DB>,
  repair: {
    id: string;
    finding: Pick<Finding, 'id' | 'backendId' | 'phoneNumberId'>;
    step: string;
    outcome: RepairOutcome;
    detail: string | null;
    beganAt: Date;
    pauseMs: number;
  },
): Promise<void> {
  const { id, finding, step, outcome, detail, beganAt, pauseMs } = repair;
  await sql`
    insert into repairs (id, finding_id, backend_id, phone_number_id, step, outcome, detail, began_at)
    values (${id}, ${finding.id}, ${finding.backendId}, ${finding.phoneNumberId}, ${step}, ${outcome}, ${detail},
      least(${beganAt}::timestamptz, app_now()))`.execute(tx);
  await sql`
    update findings set step = step + 1, next_step_at = app_now() + make_interval(secs => ${pauseMs / 1_000}::float8)
    where id = ${finding.id}`.execute(tx);
}

/** How many rungs of a kind were taken on a backend within the last minute. */
export async function countRecentRepairs(db: Kysely<DB>, backendId: number, step: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from repairs
    where ended_at > app_now() - interval '1 minute' and backend_id = ${backendId} and step = ${step}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Open findings of a backend, the oldest first; all of them unless kinds are named. */
export async function listOpenFindings(
  db: Kysely<DB>,
  backendId: number,
  kinds?: readonly FindingKind[],
): Promise<Finding[]> {
  const { rows } = await sql<Finding>`
    select ${columns} from findings f
    where backend_id = ${backendId} and ended_at is null
      and (${kinds ?? null}::text[] is null or kind = any(${kinds ?? []}::text[]))
    order by found_at, id`.execute(db);
  return rows;
}

export async function findFinding(db: Kysely<DB>, id: string): Promise<Finding | undefined> {
  const { rows } = await sql<Finding>`select ${columns} from findings f where id = ${id}`.execute(db);
  return rows[0];
}

export type FindingFilter = {
  backendId?: number;
  phoneNumberId?: number;
  kind?: string;
  isOpen?: boolean;
};

/** A page, the latest first, from before `before` on. */
export async function listFindings(
  db: Kysely<DB>,
  filter: FindingFilter,
  page: { limit: number; before?: { foundAt: Date; id: string } },
): Promise<Finding[]> {
  const { backendId = null, phoneNumberId = null, kind = null, isOpen = null } = filter;
  const { before } = page;
  const { rows } = await sql<Finding>`
    select ${columns} from findings f
    where (${backendId}::bigint is null or backend_id = ${backendId})
      and (${phoneNumberId}::bigint is null or phone_number_id = ${phoneNumberId})
      and (${kind}::text is null or kind = ${kind})
      and (${isOpen}::boolean is null or (ended_at is null) = ${isOpen})
      and (${before === undefined}::boolean
        or (found_at, id) < (${before?.foundAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by found_at desc, id desc limit ${page.limit}`.execute(db);
  return rows;
}

export type Repair = {
  id: string;
  findingId: string;
  backendId: number;
  phoneNumberId: number | null;
  step: string;
  outcome: RepairOutcome;
  detail: string | null;
  beganAt: Date;
  endedAt: Date;
};

/** A page of rungs that were taken, the latest first. */
export async function listRepairs(
  db: Kysely<DB>,
  filter: { backendId?: number; findingId?: string },
  page: { limit: number; before?: { endedAt: Date; id: string } },
): Promise<Repair[]> {
  const { backendId = null, findingId = null } = filter;
  const { before } = page;
  const { rows } = await sql<Repair>`
    select id, finding_id as "findingId", backend_id as "backendId", phone_number_id as "phoneNumberId", step, outcome,
      detail, began_at as "beganAt", ended_at as "endedAt"
    from repairs
    where (${backendId}::bigint is null or backend_id = ${backendId})
      and (${findingId}::uuid is null or finding_id = ${findingId})
      and (${before === undefined}::boolean
        or (ended_at, id) < (${before?.endedAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by ended_at desc, id desc limit ${page.limit}`.execute(db);
  return rows;
}

const columns = sql.raw(`f.id, f.backend_id as "backendId", f.phone_number_id as "phoneNumberId",
  f.backend_name as "backendName", f.kind, f.detail, f.sightings, f.step, f.next_step_at as "nextStepAt",
  f.next_step_at <= app_now() as "isDue",
  date_trunc('milliseconds', f.found_at) as "foundAt", f.last_seen_at as "lastSeenAt", f.ended_at as "endedAt",
  f.outcome`);
