import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** What the container uses that a phone number lives in, perhaps with others. */
export type OwnContainer = {
  /** Share of one processor; null until it was looked at twice. */
  cpu: number | null;
  memoryBytes: number | null;
  memoryLimitBytes: number | null;
  measuredAt: Date | null;
};

/** Undefined where the user has no such number, or its backend was not started by us. */
export async function findContainerOf(
  db: Kysely<DB>,
  userId: number,
  phoneNumberId: number,
): Promise<OwnContainer | undefined> {
  const { rows } = await sql<OwnContainer>`
    select s.cpu, s.memory_bytes as "memoryBytes", s.memory_limit_bytes as "memoryLimitBytes", s.seen_at as "measuredAt"
    from phone_numbers n join provisioned_backends s on s.backend_id = n.backend_id and s.removed_at is null
    where n.id = ${phoneNumberId} and n.user_id = ${userId} and n.deleted_at is null`.execute(db);
  return rows[0];
}
