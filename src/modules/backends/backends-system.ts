import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

export type BackendState =
  | 'joining'
  | 'active'
  | 'degraded'
  | 'draining'
  | 'cordoned'
  | 'down'
  | 'license_required'
  | 'unsupported';

export type BackendRow = {
  id: number;
  url: string;
  apiKeySealed: string;
  state: BackendState;
  isSandbox: boolean;
  version: string | null;
  /** Bad probes since the last good one. */
  failures: number;
  /** Why it is not active. */
  stateReason: string | null;
};

export async function listBackends(db: Kysely<DB>): Promise<BackendRow[]> {
  const rows = await db
    .selectFrom('backends')
    .select(['id', 'url', 'api_key_sealed', 'state', 'is_sandbox', 'version', 'failures', 'state_reason'])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    apiKeySealed: row.api_key_sealed,
    state: row.state as BackendState,
    isSandbox: row.is_sandbox,
    version: row.version,
    failures: row.failures,
    stateReason: row.state_reason,
  }));
}

export type NewBackend = { url: string; apiKeySealed: string; capacity: number; isSandbox: boolean };

/** Adds a backend; one that has this URL gets the key and must show anew that it knows it. */
export async function upsertBackend(db: Kysely<DB>, backend: NewBackend): Promise<void> {
  await sql`
    insert into backends as known (url, api_key_sealed, capacity, is_sandbox)
    values (${backend.url}, ${backend.apiKeySealed}, ${backend.capacity}, ${backend.isSandbox})
    on conflict (url) do update set
      api_key_sealed = excluded.api_key_sealed, version = null, updated_at = now(),
      state = case when known.state in ('active', 'degraded', 'down') then 'joining' else known.state end`.execute(db);
}

export type ProbeResult = { id: number; good: true; latencyMs: number } | { id: number; good: false; reason: string };

/**
 * Records a probe: a good one makes a joining, degraded or down backend active; a bad one makes an active or joining
 * backend down. States that an operator chose stay.
 */
export async function recordProbe(db: Kysely<DB>, probe: ProbeResult): Promise<void> {
  if (probe.good) {
    await sql`
      update backends set failures = 0, latency_ms = ${probe.latencyMs}, probed_at = now(),
        state = case when state in ('joining', 'degraded', 'down') then 'active' else state end,
        state_reason = case when state in ('joining', 'degraded', 'down') then null else state_reason end
      where id = ${probe.id}`.execute(db);
    return;
  }
  await sql`
    update backends set failures = failures + 1, probed_at = now(),
      state = case when state in ('joining', 'active', 'degraded') then 'down' else state end,
      state_reason = case when state in ('joining', 'active', 'degraded', 'down') then ${probe.reason} else state_reason end
    where id = ${probe.id}`.execute(db);
}

export async function recordVersion(
  db: Kysely<DB>,
  id: number,
  found: { version: string; isSandbox: boolean },
): Promise<void> {
  await db
    .updateTable('backends')
    .set({ version: found.version, is_sandbox: found.isSandbox })
    .where('id', '=', id)
    .execute();
}
