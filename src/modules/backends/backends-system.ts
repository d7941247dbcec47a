import { type Kysely, sql, type Transaction } from 'kysely';
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

export type Hold = 'cordoned' | 'draining';
export type Isolation = 'shared' | 'dedicated';

export type BackendRow = {
  id: number;
  url: string;
  apiKeySealed: string;
  state: BackendState;
  isSandbox: boolean;
  version: string | null;
  /** Bad probes since the last good one. */
  failures: number;
  /** Good probes in a row, counted up to 2. */
  goodProbes: number;
  /** Why it is not active. */
  stateReason: string | null;
  /** Some process found that sends do not reach it, not long ago. */
  isTripped: boolean;
};

export async function listBackends(db: Kysely<DB>): Promise<BackendRow[]> {
  const { rows } = await sql<BackendRow>`
    select id, url, api_key_sealed as "apiKeySealed", state, is_sandbox as "isSandbox", version, failures,
      good_probes as "goodProbes", state_reason as "stateReason", coalesce(tripped_until > now(), false) as "isTripped"
    from backends where removed_at is null order by id`.execute(db);
  return rows;
}

export type KnownBackend = { url: string; apiKeySealed: string; isRemoved: boolean; keyFrom: 'settings' | 'operator' };

/** Every URL that ever joined. */
export async function listKnown(db: Kysely<DB>): Promise<KnownBackend[]> {
  const { rows } = await sql<KnownBackend>`
    select url, api_key_sealed as "apiKeySealed", removed_at is not null as "isRemoved", key_from as "keyFrom"
    from backends`.execute(db);
  return rows;
}

export type NewBackend = { url: string; apiKeySealed: string; capacity: number; isSandbox: boolean };

/** Adds a backend; one that has this URL gets the key and must show anew that it knows it. */
export async function upsertBackend(db: Kysely<DB>, backend: NewBackend): Promise<void> {
  await sql`
    insert into backends as known (url, api_key_sealed, capacity, is_sandbox)
    values (${backend.url}, ${backend.apiKeySealed}, ${backend.capacity}, ${backend.isSandbox})
    on conflict (url) do update set
      api_key_sealed = excluded.api_key_sealed, version = null, updated_at = now(),
      state = case when known.state in ('cordoned', 'draining') then known.state else 'joining' end
    where known.removed_at is null`.execute(db);
}

/** What an operator may set, beside the state. */
export type BackendSettings = {
  apiKeySealed?: string;
  capacity?: number;
  labels?: readonly string[];
  isolation?: Isolation;
  dedicatedTo?: number | null;
};

export type JoinedBackend = Required<Omit<BackendSettings, 'apiKeySealed'>> & {
  url: string;
  apiKeySealed: string;
  version: string;
  isSandbox: boolean;
  unsupported: string | null;
  latencyMs: number;
};

/**
 * Adds a backend that has just shown that it serves, or brings back a removed one under the same id. Answers its id;
 * undefined where the URL is in the pool.
 */
export async function insertJoined(db: Kysely<DB>, backend: JoinedBackend): Promise<number | undefined> {
  const { unsupported } = backend;
  const { rows } = await sql<{ id: number }>`
    insert into backends as known (url, api_key_sealed, key_from, capacity, labels, isolation, dedicated_to, version,
      is_sandbox, state, state_reason, latency_ms, probed_at, good_probes)
    values (${backend.url}, ${backend.apiKeySealed}, 'operator', ${backend.capacity}, ${backend.labels}::text[],
      ${backend.isolation}, ${backend.dedicatedTo}, ${backend.version}, ${backend.isSandbox},
      ${unsupported === null ? 'active' : 'unsupported'}, ${unsupported}, ${backend.latencyMs}, now(), 1)
    on conflict (url) do update set
      api_key_sealed = excluded.api_key_sealed, key_from = 'operator', capacity = excluded.capacity,
      labels = excluded.labels, isolation = excluded.isolation, dedicated_to = excluded.dedicated_to,
      version = excluded.version, is_sandbox = excluded.is_sandbox, state = excluded.state,
      state_reason = excluded.state_reason, latency_ms = excluded.latency_ms, probed_at = now(), good_probes = 1,
      failures = 0, hold = null, tripped_until = null, back_at = now(), removed_at = null, updated_at = now()
    where known.removed_at is not null
    returning id`.execute(db);
  return rows[0]?.id;
}

/** Answers false where there is no such backend. A new key must be shown to be known before new numbers come. */
export async function updateSettings(db: Kysely<DB>, id: number, change: BackendSettings): Promise<boolean> {
  const { apiKeySealed, capacity, labels, isolation, dedicatedTo } = change;
  const result = await db
    .updateTable('backends')
    .set({
      ...(capacity === undefined ? {} : { capacity }),
      ...(labels === undefined ? {} : { labels: [...labels] }),
      ...(isolation === undefined ? {} : { isolation }),
      ...(dedicatedTo === undefined ? {} : { dedicated_to: dedicatedTo }),
      ...(apiKeySealed === undefined
        ? {}
        : {
            api_key_sealed: apiKeySealed,
            key_from: 'operator',
            state: sql<string>`case when state in ('cordoned', 'draining') then state else 'joining' end`,
          }),
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Sets or ends what an operator chose; what is worse stays shown. Answers false where there is no such backend. */
export async function setHold(db: Kysely<DB>, id: number, hold: Hold | null): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update backends set hold = ${hold}, updated_at = now(),
      state = case
        when state in ('down', 'license_required', 'unsupported') then state
        when ${hold}::text is not null then ${hold}
        when state in ('cordoned', 'draining') and failures = 0 and version is not null
          and not coalesce(tripped_until > now(), false) then 'active'
        when state in ('cordoned', 'draining') then 'joining'
        else state end,
      state_reason = case when state in ('cordoned', 'draining') then null else state_reason end
    where id = ${id} and removed_at is null`.execute(db);
  return numAffectedRows === 1n;
}

/** Takes a backend out of the pool. The row stays, for what names it. */
export async function markRemoved(tx: Transaction<DB>, id: number): Promise<void> {
  await sql`
    update backends set removed_at = now(), hold = null, state = 'down', state_reason = 'removed', updated_at = now()
    where id = ${id}`.execute(tx);
}
