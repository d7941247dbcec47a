import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';
import type { Span } from './calendar-days.ts';
import type { Figures } from './figures.ts';

export type FiguresRow = Figures & {
  /** Null in the totals and in the rows of phone numbers. */
  date: string | null;
  /** Null in the totals and in the rows of days. */
  phoneNumberId: number | null;
};

export type ListedNumber = {
  id: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  isSandbox: boolean;
};

/** Today by the database's clock, UTC. */
export async function readToday(db: Kysely<DB>): Promise<string> {
  const { rows } = await sql<{ today: string }>`select app_today() as today`.execute(db);
  return rows[0]?.today ?? '';
}

/** The totals, the days and the phone numbers of one look at the table, deleted numbers included. */
export async function sumFigures(
  db: Kysely<DB>,
  userId: number,
  { startDate, endDate }: Span,
  phoneNumberId: number | undefined,
): Promise<FiguresRow[]> {
  const onlyOne = phoneNumberId === undefined ? sql`` : sql`and phone_numbers.id = ${phoneNumberId}`;
  const { rows } = await sql<FiguresRow>`
    select
      message_stats.date,
      message_stats.phone_number_id as "phoneNumberId",
      coalesce(sum(message_stats.messages_sent), 0) as "messagesSent",
      coalesce(sum(message_stats.messages_received), 0) as "messagesReceived",
      coalesce(sum(message_stats.media_sent), 0) as "mediaSent",
      coalesce(sum(message_stats.media_received), 0) as "mediaReceived",
      coalesce(sum(message_stats.messages_failed), 0) as "messagesFailed"
    from phone_numbers
    join message_stats on message_stats.phone_number_id = phone_numbers.id
    where phone_numbers.user_id = ${userId} ${onlyOne}
      and message_stats.date between ${startDate}::date and ${endDate}::date
    group by grouping sets ((), (message_stats.date), (message_stats.phone_number_id))
    order by message_stats.date`.execute(db);
  return rows;
}

/** The user's numbers that are not deleted, oldest first. */
export async function listNumbers(
  db: Kysely<DB>,
  userId: number,
  phoneNumberId: number | undefined,
): Promise<ListedNumber[]> {
  let query = db
    .selectFrom('phone_numbers')
    .leftJoin('backends', 'backends.id', 'phone_numbers.backend_id')
    .select([
      'phone_numbers.id',
      'phone_numbers.instance_name as instanceName',
      'phone_numbers.alias',
      'phone_numbers.display_name as displayName',
      'phone_numbers.phone_number as phoneNumber',
      sql<boolean>`coalesce(backends.is_sandbox, false)`.as('isSandbox'),
    ])
    .where('phone_numbers.user_id', '=', userId)
    .where('phone_numbers.deleted_at', 'is', null)
    .orderBy('phone_numbers.created_at')
    .orderBy('phone_numbers.id');
  if (phoneNumberId !== undefined) query = query.where('phone_numbers.id', '=', phoneNumberId);
  return query.execute();
}
