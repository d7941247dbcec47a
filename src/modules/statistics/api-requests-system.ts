import type { Pool, QueryConfig } from 'pg';

export type ApiRequestRow = {
  id: string;
  userId: number | null;
  endpoint: string;
  method: string;
  ipAddress: string;
  createdAt: Date;
  statusCode: number;
  responseTimeMs: number;
  requestId: string;
};

/** Writes all rows or none; a row that is there already is left as it is. */
export async function insertApiRequests(pool: Pool, rows: readonly ApiRequestRow[]): Promise<void> {
  // A connection that hangs without ending must not stop the log for ever.
  const query: QueryConfig & { query_timeout: number } = {
    text: `
      insert into api_requests (id, user_id, endpoint, method, ip_address, created_at, status_code, response_time_ms,
        request_id)
      select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::int[],
        $8::int[], $9::text[])
      on conflict do nothing`,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.userId),
      rows.map((row) => row.endpoint),
      rows.map((row) => row.method),
      rows.map((row) => row.ipAddress),
      rows.map((row) => row.createdAt.toISOString()),
      rows.map((row) => row.statusCode),
      rows.map((row) => row.responseTimeMs),
      rows.map((row) => row.requestId),
    ],
    query_timeout: 5_000,
  };
  await pool.query(query);
}
