import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';

export const incidentKinds = [
  'backend_down',
  'mass_disconnect',
  'instances_lost',
  'orphan_stop',
  'empty_list',
  'restore_hold',
] as const;

export type IncidentKind = (typeof incidentKinds)[number];

/** What befell a whole backend, or all: one row, however many numbers and processes. */
export type Incident = {
  id: string;
  kind: IncidentKind;
  /** Null: it is about all of the fleet. */
  backendId: number | null;
  numbers: number;
  detail: Record<string, unknown> | null;
  beganAt: Date;
  lastSeenAt: Date;
  /** An operator ordered that what it had stopped goes on. */
  resumedAt: Date | null;
  endedAt: Date | null;
  outcome: string | null;
};

export type NewIncident = Pick<Incident, 'kind' | 'backendId' | 'numbers'> & { detail?: Record<string, unknown> };
export type IncidentKey = Pick<Incident, 'kind' | 'backendId'>;

/** Opens one, or says of the open one what is known now; its numbers only grow. */
export async function upsertIncident(
  tx: Transaction<DB>,
  id: string,
  incident: NewIncident,
): Promise<Incident & { isNew: boolean }> {
  const { kind, backendId, numbers, detail } = incident;
  const { rows } = await sql<Incident & { isNew: boolean }>`
    insert into incidents as i (id, kind, backend_id, numbers, detail)
    values (${id}, ${kind}, ${backendId}, ${numbers}, ${detail === undefined ? null : JSON.stringify(detail)}::json)
    on conflict (kind, (coalesce(backend_id, 0))) where ended_at is null
      do update set numbers = greatest(i.numbers, excluded.numbers), last_seen_at = app_now(),
        detail = coalesce(excluded.detail, i.detail)
    returning ${columns}, i.id = ${id} as "isNew"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('An incident was neither open nor opened.');
  return row;
}

/** Undefined where none of this kind is open. */
export async function endIncident(
  tx: Transaction<DB>,
  { kind, backendId }: IncidentKey,
  outcome: string,
): Promise<Incident | undefined> {
  const { rows } = await sql<Incident>`
    update incidents as i set ended_at = app_now(), outcome = ${outcome}
    where kind = ${kind} and coalesce(backend_id, 0) = ${backendId ?? 0} and ended_at is null
    returning ${columns}`.execute(tx);
  return rows[0];
}

/** Undefined where it is over, or was resumed before. */
export async function markResumed(tx: Transaction<DB>, id: string): Promise<Incident | undefined> {
  const { rows } = await sql<Incident>`
    update incidents as i set resumed_at = app_now() where id = ${id} and ended_at is null and resumed_at is null
    returning ${columns}`.execute(tx);
  return rows[0];
}

/** More came than the order was about: it stops again. Undefined where it had not been resumed. */
export async function stopAgain(tx: Transaction<DB>, { kind, backendId }: IncidentKey): Promise<Incident | undefined> {
  const { rows } = await sql<Incident>`
    update incidents as i set resumed_at = null
    where kind = ${kind} and coalesce(backend_id, 0) = ${backendId ?? 0} and ended_at is null and resumed_at is not null
    returning ${columns}`.execute(tx);
  return rows[0];
}

export async function findIncident(db: Kysely<DB>, id: string): Promise<Incident | undefined> {
  const { rows } = await sql<Incident>`select ${columns} from incidents i where id = ${id}`.execute(db);
  return rows[0];
}

/** The open ones of a kind, or of a backend. */
export async function listOpenIncidents(
  db: Kysely<DB>,
  { kind = null, backendId = null }: { kind?: IncidentKind | null; backendId?: number | null } = {},
): Promise<Incident[]> {
  const { rows } = await sql<Incident>`
    select ${columns} from incidents i
    where ended_at is null and (${kind}::text is null or kind = ${kind})
      and (${backendId}::bigint is null or backend_id = ${backendId})
    order by began_at, id`.execute(db);
  return rows;
}

export type IncidentFilter = { kind?: string; backendId?: number; isOpen?: boolean };

/** A page: the open ones first, then the latest; from before `before` on. */
export async function listIncidents(
  db: Kysely<DB>,
  filter: IncidentFilter,
  page: { limit: number; before?: { createdAt: Date; id: string } },
): Promise<Incident[]> {
  const { kind = null, backendId = null, isOpen = null } = filter;
  const { createdAt = null, id = null } = page.before ?? {};
  const { rows } = await sql<Incident>`
    select ${columns} from incidents i
    where (${kind}::text is null or kind = ${kind}) and (${backendId}::bigint is null or backend_id = ${backendId})
      and (${isOpen}::boolean is null or (ended_at is null) = ${isOpen})
      and (${id === null} or (ended_at is null, began_at, id) < (
        coalesce((select ended_at is null from incidents where id = ${id}), false), ${createdAt}::timestamptz, ${id}::uuid))
    order by ended_at is null desc, began_at desc, id desc limit ${page.limit}`.execute(db);
  return rows;
}

const columns = sql.raw(`i.id, i.kind, i.backend_id as "backendId", i.numbers, i.detail, i.began_at as "beganAt",
  i.last_seen_at as "lastSeenAt", i.resumed_at as "resumedAt", i.ended_at as "endedAt", i.outcome`);
