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

export type GoodProbe = {
  id: number;
  good: true;
  latencyMs: number;
  /** What it said of itself, where it was asked. */
  found?: { version: string; isSandbox: boolean };
  /** Why its version cannot serve. */
  unsupported: string | null;
  /** Whether it was known as too old before: it may serve again now. */
  wasUnsupported: boolean;
};

export type ProbeResult = GoodProbe | { id: number; good: false; reason: string };

/**
 * Records a probe: a good one makes a joining, degraded or down backend active, or unsupported when its version is too
 * old; a bad one makes an active or joining backend down. States that an operator chose stay. An outage lasts from the
 * last good probe before it to the first one after it.
 */
export async function recordProbe(db: Kysely<DB>, probe: ProbeResult): Promise<void> {
  if (probe.good) await recordGoodProbe(db, probe);
  else {
    await sql`
      update backends set failures = failures + 1, probed_at = now(),
        down_at = case when failures = 0 then coalesce(probed_at, now()) else down_at end,
        state = case when state in ('joining', 'active', 'degraded') then 'down' else state end,
        state_reason = case when state in ('joining', 'active', 'degraded', 'down') then ${probe.reason} else state_reason end
      where id = ${probe.id}`.execute(db);
  }
}

async function recordGoodProbe(db: Kysely<DB>, probe: GoodProbe): Promise<void> {
  const { found, unsupported } = probe;
  const changing = ['joining', 'degraded', 'down'];
  if (unsupported !== null) changing.push('active');
  if (probe.wasUnsupported) changing.push('unsupported');
  await sql`
    update backends set failures = 0, latency_ms = ${probe.latencyMs}, probed_at = now(),
      back_at = case when failures > 0 then now() else back_at end,
      version = coalesce(${found?.version ?? null}, version),
      is_sandbox = coalesce(${found?.isSandbox ?? null}, is_sandbox),
      state = case when state = any(${changing}::text[]) then ${unsupported === null ? 'active' : 'unsupported'} else state end,
      state_reason = case when state = any(${changing}::text[]) then ${unsupported} else state_reason end
    where id = ${probe.id}`.execute(db);
}
