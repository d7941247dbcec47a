import { query } from './postgres.ts';
import { markdown } from './report.ts';

type Statement = { text: string; calls: number; rows: number; execMs: number; planMs: number; walBytes: number };

/**
 * What one database did for each of so many answered requests, sign-up and warm-up included. The time is elapsed time
 * inside Postgres; a commit's is mostly its wait for the disk.
 */
export async function summariseStatements(url: string, database: string, requests: number): Promise<string> {
  const statements = await query<Statement>(
    url,
    `select regexp_replace(query, '\\s+', ' ', 'g') as text, calls::float8, rows::float8, wal_bytes::float8 as "walBytes",
            total_exec_time as "execMs", total_plan_time as "planMs"
     from pg_stat_statements s join pg_database d on d.oid = s.dbid
     where d.datname = $1 order by total_exec_time + total_plan_time desc limit 15`,
    [database],
  );
  const rows = statements.map(({ text, calls, rows: found, execMs, planMs, walBytes }) => [
    text.length > 90 ? `${text.slice(0, 89)}…` : text,
    (((execMs + planMs) * 1000) / requests).toFixed(1),
    (calls / requests).toFixed(3),
    ((execMs + planMs) / calls).toFixed(2),
    (planMs / calls).toFixed(2),
    (found / calls).toFixed(1),
    (walBytes / requests).toFixed(0),
  ]);
  return markdown(
    ['statement', 'µs/request', 'calls/request', 'ms/call', 'of it plan', 'rows/call', 'WAL B/request'],
    rows,
  );
}
