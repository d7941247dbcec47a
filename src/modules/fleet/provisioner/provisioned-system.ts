import { type Kysely, type RawBuilder, sql, type Updateable } from 'kysely';
import type { DB, ProvisionedBackends } from '../../../schema.ts';
import { type Lease, stillHeld } from './lease-of-one.ts';

export type ProvisionedState = 'starting' | 'running' | 'draining' | 'removing' | 'removed' | 'failed';

/** A server that we started or are to start. Durations are by the database's clock. */
export type ProvisionedServer = {
  id: string;
  backendId: number | null;
  name: string;
  url: string;
  image: string;
  engineId: string | null;
  port: number;
  capacity: number;
  databaseName: string | null;
  databasePasswordSealed: string | null;
  dedicatedTo: number | null;
  apiKeySealed: string;
  state: ProvisionedState;
  stateReason: string | null;
  attempts: number;
  /** Whether it may be replaced again. */
  mayTry: boolean;
  replacements: number;
  isRemoved: boolean;
  /** Milliseconds since its container was first started, or replaced last. */
  startedForMs: number | null;
  emptyForMs: number | null;
  removedForMs: number | null;
};

/** All of which anything is left, the oldest first. */
export async function listProvisioned(db: Kysely<DB>): Promise<ProvisionedServer[]> {
  const { rows } = await sql<ProvisionedServer>`
    select id, backend_id as "backendId", name, url, image, engine_id as "engineId", port, capacity,
      database_name as "databaseName", database_password_sealed as "databasePasswordSealed",
      dedicated_to as "dedicatedTo", api_key_sealed as "apiKeySealed", state, state_reason as "stateReason", attempts,
      next_attempt_at <= app_now() as "mayTry", replacements, removed_at is not null as "isRemoved",
      ${msSince('started_at')} as "startedForMs", ${msSince('empty_since')} as "emptyForMs",
      ${msSince('removed_at')} as "removedForMs"
    from provisioned_backends where data_removed_at is null order by created_at, id`.execute(db);
  return rows;
}

export type NewServer = {
  id: string;
  driver: string;
  name: string;
  url: string;
  image: string;
  port: number;
  capacity: number;
  databaseName: string | null;
  databasePasswordSealed: string | null;
  dedicatedTo: number | null;
  apiKeySealed: string;
};

/** Before anything is begun: whoever comes next finds by it what this process leaves. */
export async function insertProvisioned(db: Kysely<DB>, lease: Lease, server: NewServer): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into provisioned_backends (id, driver, name, url, image, port, capacity, database_name,
      database_password_sealed, dedicated_to, api_key_sealed)
    select ${server.id}, ${server.driver}, ${server.name}, ${server.url}, ${server.image}, ${server.port}::integer,
      ${server.capacity}::integer, ${server.databaseName}, ${server.databasePasswordSealed},
      ${server.dedicatedTo}::bigint, ${server.apiKeySealed}
    where ${stillHeld(lease)}`.execute(db);
  if (numAffectedRows !== 1n) throw lease.lost();
}

export type ServerChange = Pick<
  Updateable<ProvisionedBackends>,
  'backend_id' | 'engine_id' | 'port' | 'url' | 'state_reason' | 'attempts' | 'replacements'
> & {
  state?: ProvisionedState;
  /** Moments that are now (true) or no more (false). */
  now?: Partial<Record<'started_at' | 'joined_at' | 'empty_since' | 'removed_at' | 'data_removed_at', boolean>>;
  nextAttemptInMs?: number;
};

/** Throws when the lease is lost: somebody else acts by now. */
export async function changeProvisioned(
  db: Kysely<DB>,
  lease: Lease,
  id: string,
  { now = {}, nextAttemptInMs, ...change }: ServerChange,
): Promise<void> {
  const moments = Object.fromEntries(Object.entries(now).map(([column, is]) => [column, is ? sql`app_now()` : null]));
  const { numUpdatedRows } = await db
    .updateTable('provisioned_backends')
    .set({
      ...change,
      ...moments,
      ...(change.state === undefined ? {} : { changed_at: sql<Date>`app_now()` }),
      ...(nextAttemptInMs === undefined ? {} : { next_attempt_at: fromNow(nextAttemptInMs) }),
    })
    .where('id', '=', id)
    .where(stillHeld(lease))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw lease.lost();
}

export type MeasuredUsage = { id: string; cpu: number | null; memoryBytes: number; memoryLimitBytes: number };

/** The figures of what was looked at now; those of others stay. */
export async function recordUsage(db: Kysely<DB>, lease: Lease, usages: readonly MeasuredUsage[]): Promise<void> {
  await sql`
    update provisioned_backends as p
    set cpu = u.cpu, memory_bytes = u.bytes, memory_limit_bytes = u.most, seen_at = app_now()
    from unnest(
      ${usages.map(({ id }) => id)}::uuid[], ${usages.map(({ cpu }) => cpu)}::real[],
      ${usages.map(({ memoryBytes }) => memoryBytes)}::bigint[],
      ${usages.map(({ memoryLimitBytes }) => memoryLimitBytes)}::bigint[]
    ) as u (id, cpu, bytes, most)
    where p.id = u.id and ${stillHeld(lease)}`.execute(db);
}

function msSince(column: 'started_at' | 'empty_since' | 'removed_at'): RawBuilder<number | null> {
  return sql`extract(epoch from app_now() - ${sql.ref(column)})::float8 * 1000`;
}

function fromNow(ms: number): RawBuilder<Date> {
  return sql<Date>`app_now() + make_interval(secs => ${ms}::float8 / 1000)`;
}
