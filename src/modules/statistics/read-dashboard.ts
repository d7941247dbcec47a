import type { Kysely } from 'kysely';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import {
  countByStatus,
  type DashboardRow,
  type DetailsRow,
  findDashboard,
  listDetails,
  listRecentMessages,
  type RecentMessage,
} from './dashboard-repository.ts';

export type Dashboard = {
  user: DashboardRow;
  numbersByStatus: Record<string, number>;
  phoneNumbers: DetailsRow[];
  recentMessages: RecentMessage[];
};

const phoneNumbersMax = 100;

/** Throws `not_found` when the user is gone. */
export function createReadDashboard({ db }: { db: Kysely<DB> }) {
  return async (userId: number): Promise<Dashboard> => {
    const user = await findDashboard(db, userId);
    if (user === undefined) throw notFound('User');
    const phoneNumbers = await listDetails(db, userId, phoneNumbersMax);
    const numbersByStatus = await countByStatus(db, userId);
    return { user, numbersByStatus, phoneNumbers, recentMessages: await listRecentMessages(db, userId) };
  };
}
