import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

export type GoodProbe = {
  id: number;
  kind: 'good';
  latencyMs: number;
  /** What it said of itself, where it was asked. */
  found?: { version: string; isSandbox: boolean };
  /** Why its version cannot serve. */
  unsupported: string | null;
  /** Whether it was known as too old before: it may serve again now. */
  wasUnsupported: boolean;
};

export type BadProbe = {
  id: number;
  /** `doubtful`: slow or broken this once, which is believed the second time in a row. `license`: alive, but refuses. */
  kind: 'dead' | 'doubtful' | 'license';
  reason: string;
};

export type ProbeResult = GoodProbe | BadProbe;

/**
 * Records a probe. A good one makes a joining or degraded backend active, or unsupported when its version is too old;
 * one that was down needs two in a row and then takes new numbers slowly. What an operator chose shows again when it
 * is well. An outage lasts from the last good probe before it to the one that ends it.
 */
export async function recordProbe(db: Kysely<DB>, probe: ProbeResult): Promise<void> {
  if (probe.kind === 'good') await recordGood(db, probe);
  else await recordBad(db, probe);
}

async function recordGood(db: Kysely<DB>, probe: GoodProbe): Promise<void> {
  const { found, unsupported } = probe;
  await sql`
    update backends as b set failures = 0, probed_at = now(),
      good_probes = least(b.good_probes + 1, 2),
      latency_ms = case when b.latency_ms is null then ${probe.latencyMs}::real
        else b.latency_ms * 0.7 + ${probe.latencyMs}::real * 0.3 end,
      back_at = case when n.is_back or (b.failures > 0 and b.state <> 'down') then now() else b.back_at end,
      slow_start_at = case when n.is_back then now() else b.slow_start_at end,
      version = coalesce(${found?.version ?? null}, b.version),
      is_sandbox = coalesce(${found?.isSandbox ?? null}, b.is_sandbox),
      state = n.state,
      state_reason = case
        when n.state = 'unsupported' then ${unsupported}
        when n.state in ('down', 'degraded') and b.state = n.state then b.state_reason end
    from (
      select id, state = 'down' and good_probes >= 1 as is_back,
        case
          when state = 'down' and good_probes = 0 then 'down'
          when state in ('cordoned', 'draining') then state
          when ${unsupported}::text is not null then 'unsupported'
          when state = 'unsupported' and not ${probe.wasUnsupported}::boolean then state
          when hold is not null then hold
          when tripped_until > now() then 'degraded'
          else 'active'
        end as state
      from backends where id = ${probe.id} and removed_at is null for no key update
    ) as n
    where b.id = n.id`.execute(db);
}

async function recordBad(db: Kysely<DB>, probe: BadProbe): Promise<void> {
  await sql`
    update backends as b set failures = b.failures + 1, good_probes = 0, probed_at = now(),
      down_at = case when b.failures = 0 and b.state <> 'down' then coalesce(b.probed_at, now()) else b.down_at end,
      tripped_until = case when n.state = 'down' then null else b.tripped_until end,
      hold = case when b.state in ('cordoned', 'draining') then b.state else b.hold end,
      state = n.state,
      state_reason = case when n.state in ('cordoned', 'draining') then b.state_reason else ${probe.reason} end
    from (
      select id,
        case
          when ${probe.kind} = 'license' then 'license_required'
          when ${probe.kind} = 'doubtful' and failures = 0 and state = 'active' then 'degraded'
          when ${probe.kind} = 'doubtful' and failures = 0 and state in ('degraded', 'cordoned', 'draining') then state
          else 'down'
        end as state
      from backends where id = ${probe.id} and removed_at is null for no key update
    ) as n
    where b.id = n.id`.execute(db);
}

/** Seconds that a finding of one process about its sends holds for all; renewed for as long as it does. */
const trippedForSeconds = 30;

/** Sends to it fail here: it gets no new number, and every process refuses those it has, until this passes or is ended. */
export async function recordTrip(db: Kysely<DB>, id: number, reason: string): Promise<void> {
  await sql`
    update backends set tripped_until = now() + make_interval(secs => ${trippedForSeconds}),
      state = case when state = 'active' then 'degraded' else state end,
      state_reason = case when state in ('active', 'degraded') then ${reason} else state_reason end
    where id = ${id} and removed_at is null`.execute(db);
}

export async function endTrip(db: Kysely<DB>, id: number): Promise<void> {
  await sql`update backends set tripped_until = null where id = ${id} and tripped_until is not null`.execute(db);
}
