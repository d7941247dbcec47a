import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

export type ListedRequest = {
  id: string;
  endpoint: string;
  method: string;
  statusCode: number | null;
  responseTimeMs: number | null;
  ipAddress: string | null;
  createdAt: Date;
  requestId: string | null;
};

/** The user's own requests, newest first, the page after `after`. */
export async function listApiRequests(
  db: Kysely<DB>,
  userId: number,
  page: { limit: number; after?: { createdAt: Date; id: string } },
): Promise<ListedRequest[]> {
  let query = db
    .selectFrom('api_requests')
    .select([
      'id',
      'endpoint',
      'method',
      'status_code as statusCode',
      'response_time_ms as responseTimeMs',
      'ip_address as ipAddress',
      'created_at as createdAt',
      'request_id as requestId',
    ])
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.after !== undefined) {
    const { createdAt, id } = page.after;
    query = query
      .where(sql<boolean>`(created_at, id) < (${createdAt}, ${id}::uuid)`)
      // Says the same of the time alone, so that later days' partitions are left out.
      .where('created_at', '<=', createdAt);
  }
  return query.execute();
}
