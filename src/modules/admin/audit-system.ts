import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

export type Deed = {
  operatorId: number;
  /** Such as `backend.cordon`. */
  action: string;
  targetType: string;
  targetId: string | null;
  requestId: string | null;
  ipAddress: string | null;
};

export type DeedOutcome = {
  /** `done`, or the code of the error. */
  outcome: string;
  targetId?: string | null;
  before?: unknown;
  after?: unknown;
};

export type AuditEntry = Deed & {
  id: string;
  operatorEmail: string | null;
  before: unknown;
  after: unknown;
  outcome: string;
  createdAt: Date;
};

export type AuditFilter = { operatorId?: number; action?: string; targetType?: string; targetId?: string };

export async function insertDeed(db: Kysely<DB>, id: string, deed: Deed): Promise<void> {
  await db
    .insertInto('audit_log')
    .values({
      id,
      operator_id: deed.operatorId,
      action: deed.action,
      target_type: deed.targetType,
      target_id: deed.targetId,
      request_id: deed.requestId,
      ip_address: deed.ipAddress,
    })
    .execute();
}

export async function settleDeed(db: Kysely<DB>, id: string, { outcome, ...facts }: DeedOutcome): Promise<void> {
  await sql`
    update audit_log set outcome = ${outcome}, target_id = coalesce(${facts.targetId ?? null}, target_id),
      before = ${textOf(facts.before)}::json, after = ${textOf(facts.after)}::json
    where id = ${id}`.execute(db);
}

/** Newest first, the page before `before`. */
export async function listDeeds(
  db: Kysely<DB>,
  filter: AuditFilter,
  page: { limit: number; before?: { createdAt: Date; id: string } },
): Promise<AuditEntry[]> {
  const { operatorId = null, action = null, targetType = null, targetId = null } = filter;
  const { rows } = await sql<AuditEntry>`
    select a.id, a.operator_id as "operatorId", u.email as "operatorEmail", a.action, a.target_type as "targetType",
      a.target_id as "targetId", a.before, a.after, a.outcome, a.request_id as "requestId",
      a.ip_address as "ipAddress", a.created_at as "createdAt"
    from audit_log a left join users u on u.id = a.operator_id
    where (${operatorId}::bigint is null or a.operator_id = ${operatorId})
      and (${action}::text is null or a.action = ${action})
      and (${targetType}::text is null or a.target_type = ${targetType})
      and (${targetId}::text is null or a.target_id = ${targetId})
      and (${page.before === undefined} or (a.created_at, a.id)
        < (${page.before?.createdAt ?? null}::timestamptz, ${page.before?.id ?? null}::uuid))
    order by a.created_at desc, a.id desc limit ${page.limit}`.execute(db);
  return rows;
}

function textOf(facts: unknown): string | null {
  return facts === undefined ? null : JSON.stringify(facts);
}
