import { type Kysely, type Selectable, sql } from 'kysely';
import type { DB, PhoneNumberDetails, UserDashboard } from '../../schema.ts';

/** A view's columns are nullable by their type alone; these hold what the tables below them promise. */
type Held<Row, Nullable extends keyof Row> = {
  [Column in keyof Row]: Column extends Nullable ? Row[Column] : NonNullable<Row[Column]>;
};

export type DashboardRow = Held<Selectable<UserDashboard>, 'full_name' | 'company_name'> & { resets_at: Date };

export type DetailsRow = Held<
  Selectable<PhoneNumberDetails>,
  'alias' | 'connected_at' | 'display_name' | 'phone_number' | 'server_instance' | 'status_reason' | 'webhook_url'
>;

export type RecentMessage = { id: string; remoteJid: string; kind: string; status: string; createdAt: Date };

const messagesLookedAt = 200;
const messagesShown = 10;

/** The user's row of user_dashboard, and when the day's quota begins anew. */
export async function findDashboard(db: Kysely<DB>, userId: number): Promise<DashboardRow | undefined> {
  const row = await db
    .selectFrom('user_dashboard')
    .selectAll()
    .select(sql<Date>`(app_today() + 1)::timestamp at time zone 'UTC'`.as('resets_at'))
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row as DashboardRow | undefined;
}

/** How many of the user's numbers are in each state that one of them is in. */
export async function countByStatus(db: Kysely<DB>, userId: number): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('phone_numbers')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .groupBy('status')
    .execute();
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** The user's rows of phone_number_details, oldest first. */
export async function listDetails(db: Kysely<DB>, userId: number, limit: number): Promise<DetailsRow[]> {
  const rows = await db
    .selectFrom('phone_number_details')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows as DetailsRow[];
}

/** The outbound ones among the user's latest messages, newest first. */
export async function listRecentMessages(db: Kysely<DB>, userId: number): Promise<RecentMessage[]> {
  // No index tells the directions apart; without this bound a user who only receives would be read to the end.
  const latest = db
    .selectFrom('messages')
    .select(['id', 'remote_jid', 'kind', 'status', 'created_at', 'direction'])
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(messagesLookedAt);
  return db
    .selectFrom(latest.as('latest'))
    .select(['id', 'remote_jid as remoteJid', 'kind', 'status', 'created_at as createdAt'])
    .where('direction', '=', 'outbound')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(messagesShown)
    .execute();
}
