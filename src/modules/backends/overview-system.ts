import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';
import type { BackendState, Hold, Isolation } from './backends-system.ts';

/** A backend as operators see it. Never its key. */
export type BackendFigures = {
  id: number;
  url: string;
  state: BackendState;
  stateReason: string | null;
  hold: Hold | null;
  labels: string[];
  isolation: Isolation;
  dedicatedTo: number | null;
  capacity: number;
  assigned: number;
  reserved: number;
  isSandbox: boolean;
  version: string | null;
  latencyMs: number | null;
  /** Bad probes since the last good one. */
  failures: number;
  /** Sends in a row failed not long ago: its numbers are refused. */
  isTripped: boolean;
  probedAt: Date | null;
  /** When the last outage began, and when it ended. */
  downAt: Date | null;
  backAt: Date | null;
  createdAt: Date;
};

/** All of the pool, in the order in which they joined. */
export async function listFigures(db: Kysely<DB>): Promise<BackendFigures[]> {
  const { rows } =
    await sql<BackendFigures>`select ${columns} from backends where removed_at is null order by id`.execute(db);
  return rows;
}

export async function findFigures(db: Kysely<DB>, id: number): Promise<BackendFigures | undefined> {
  const { rows } =
    await sql<BackendFigures>`select ${columns} from backends where id = ${id} and removed_at is null`.execute(db);
  return rows[0];
}

const columns = sql.raw(`id, url, state, state_reason as "stateReason", hold, labels, isolation,
  dedicated_to as "dedicatedTo", capacity, assigned, reserved, is_sandbox as "isSandbox", version,
  latency_ms as "latencyMs", failures, coalesce(tripped_until > now(), false) as "isTripped", probed_at as "probedAt",
  down_at as "downAt", back_at as "backAt", created_at as "createdAt"`);
