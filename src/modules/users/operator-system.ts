import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { User } from './user.ts';

/** A user as operators see it: what counts, what of it an operator set for this user alone, and what is used today. */
export type ManagedUser = User & {
  ownMaxPhoneNumbers: number | null;
  ownMaxMessagesPerDay: number | null;
  ownRequestsPerMinute: number | null;
  /** Labels that a backend of this user's numbers must have; the plan's where there are none of the user's own. */
  placementLabels: string[];
  ownPlacementLabels: string[] | null;
  isolation: 'shared' | 'dedicated';
  ownIsolation: 'shared' | 'dedicated' | null;
  /** Since when all of this user is being deleted. */
  erasingSince: Date | null;
  messagesUsedToday: number;
  phoneNumbers: number;
};

export type UserFilter = {
  /** Part of the e-mail address, the name or the company. */
  search?: string;
  planType?: string;
  status?: 'active' | 'suspended';
};

/** In the order in which they came, which is that of their ids; the page after `after`. */
export async function listManagedUsers(
  db: Kysely<DB>,
  filter: UserFilter,
  page: { limit: number; after?: { id: number } },
): Promise<ManagedUser[]> {
  const { search, planType, status } = filter;
  const pattern = search === undefined ? undefined : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<ManagedUser>`
    select ${columns} from ${tables}
    where (${pattern ?? null}::text is null or u.email ilike ${pattern ?? ''} or u.full_name ilike ${pattern ?? ''}
        or u.company_name ilike ${pattern ?? ''})
      and (${planType ?? null}::text is null or u.plan_type = ${planType ?? null})
      and (${status ?? null}::text is null or u.status = ${status ?? null})
      and u.id > ${page.after?.id ?? 0}
    order by u.id limit ${page.limit}`.execute(db);
  return rows;
}

export async function findManagedUser(db: Kysely<DB>, userId: number): Promise<ManagedUser | undefined> {
  const { rows } = await sql<ManagedUser>`select ${columns} from ${tables} where u.id = ${userId}`.execute(db);
  return rows[0];
}

const tables = sql.raw(`users u join plans p on p.plan_type = u.plan_type
  left join usage on usage.user_id = u.id and usage.day = app_today()`);

const columns = sql.raw(`u.id, u.email, u.full_name as "fullName", u.company_name as "companyName",
  u.api_key as "apiKeyHint", u.plan_type as "planType", u.max_phone_numbers as "maxPhoneNumbers",
  u.max_messages_per_day as "maxMessagesPerDay", u.requests_per_minute as "requestsPerMinute",
  u.role, u.status, u.created_at as "createdAt", u.own_max_phone_numbers as "ownMaxPhoneNumbers",
  u.own_max_messages_per_day as "ownMaxMessagesPerDay", u.own_requests_per_minute as "ownRequestsPerMinute",
  coalesce(u.own_placement_labels, p.placement_labels) as "placementLabels",
  u.own_placement_labels as "ownPlacementLabels", coalesce(u.own_isolation, p.isolation) as isolation,
  u.own_isolation as "ownIsolation", u.erasing_since as "erasingSince", coalesce(usage.used, 0) as "messagesUsedToday",
  (select count(*)::int from phone_numbers n where n.user_id = u.id and n.deleted_at is null) as "phoneNumbers"`);

/** What is undefined stays; null gives the figure back to the plan. */
export type UserChange = {
  planType?: string;
  status?: 'active' | 'suspended';
  ownMaxPhoneNumbers?: number | null;
  ownMaxMessagesPerDay?: number | null;
  ownRequestsPerMinute?: number | null;
  ownPlacementLabels?: readonly string[] | null;
  ownIsolation?: 'shared' | 'dedicated' | null;
};

/** Answers false where there is no such user, or all of it is being deleted. */
export async function updateManagedUser(db: Kysely<DB>, userId: number, change: UserChange): Promise<boolean> {
  const { planType, status, ownPlacementLabels, ownIsolation } = change;
  const result = await db
    .updateTable('users')
    .set({
      ...(planType === undefined ? {} : { plan_type: planType }),
      ...(status === undefined ? {} : { status }),
      ...(change.ownMaxPhoneNumbers === undefined ? {} : { own_max_phone_numbers: change.ownMaxPhoneNumbers }),
      ...(change.ownMaxMessagesPerDay === undefined ? {} : { own_max_messages_per_day: change.ownMaxMessagesPerDay }),
      ...(change.ownRequestsPerMinute === undefined ? {} : { own_requests_per_minute: change.ownRequestsPerMinute }),
      ...(ownPlacementLabels === undefined
        ? {}
        : { own_placement_labels: ownPlacementLabels === null ? null : [...ownPlacementLabels] }),
      ...(ownIsolation === undefined ? {} : { own_isolation: ownIsolation }),
      updated_at: sql`now()`,
    })
    .where('id', '=', userId)
    .where('erasing_since', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Ends all that opens anything and forgets who the user was; the row stays until all else of it is gone. The address is
 * free for another. Answers false where there is no such user.
 */
export async function beginErasing(tx: Transaction<DB>, userId: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update users set status = 'suspended', erasing_since = coalesce(erasing_since, now()),
      email = ${`erased-${userId}@invalid`}, full_name = null, company_name = null, password_hash = '', api_key = '',
      updated_at = now()
    where id = ${userId}`.execute(tx);
  if (numAffectedRows === 0n) return false;
  await sql`delete from user_keys where user_id = ${userId}`.execute(tx);
  await sql`delete from login_sessions where user_id = ${userId}`.execute(tx);
  await sql`delete from password_resets where user_id = ${userId}`.execute(tx);
  return true;
}

export type ErasingUser = { id: number; seconds: number };

/** Those whose deletion has begun, and how many seconds ago. */
export async function listErasing(db: Kysely<DB>, limit: number): Promise<ErasingUser[]> {
  const { rows } = await sql<ErasingUser>`
    select id, extract(epoch from now() - erasing_since)::float8 as seconds from users
    where erasing_since is not null order by erasing_since limit ${limit}`.execute(db);
  return rows;
}

/** Deletes the row itself, and what hangs on it. */
export async function endErasing(db: Kysely<DB>, userId: number): Promise<void> {
  await sql`delete from users where id = ${userId} and erasing_since is not null`.execute(db);
}

/** Those who are told of the fleet. */
export async function listOperatorIds(db: Kysely<DB>): Promise<number[]> {
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'operator')
    .where('status', '=', 'active')
    .where('erasing_since', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
