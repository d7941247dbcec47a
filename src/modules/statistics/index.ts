import type { Kysely } from 'kysely';
import { cutPage } from '../../platform/cursor.ts';
import type { DB } from '../../schema.ts';
import { type ListedRequest, listApiRequests } from './api-requests-repository.ts';
import { createReadDashboard } from './read-dashboard.ts';
import { createReadStatistics } from './read-statistics.ts';

export { countReceived } from './count-received.ts';
export { createRequestRecorder, type RequestRecorder } from './request-recorder.ts';
export { createRetention } from './retention.ts';
export { sentStatsPart } from './stats-parts.ts';

export type Statistics = ReturnType<typeof createStatistics>;

/** What users sent, received and asked: figures by day and phone number, the dashboard, the log of requests. */
export function createStatistics(deps: { db: Kysely<DB> }) {
  return {
    /** Figures of a span of days (UTC). Throws `invalid_request` for a bad span, `not_found` for a foreign number. */
    report: createReadStatistics(deps),

    /** The user's row of user_dashboard, at most 100 phone numbers, and the latest messages sent. */
    dashboard: createReadDashboard(deps),

    /** A page of the user's own requests, newest first, and where the next one begins; null at the end. */
    async requests(
      userId: number,
      page: { limit: number; after?: { createdAt: Date; id: string } },
    ): Promise<{ requests: ListedRequest[]; next: { createdAt: Date; id: string } | null }> {
      const rows = await listApiRequests(deps.db, userId, { ...page, limit: page.limit + 1 });
      const { page: requests, next } = cutPage(rows, page.limit);
      return { requests, next };
    },
  };
}
