import type { Pool } from 'pg';
import type { Logger } from '../logger.ts';
import { createPool } from './connect.ts';

export type Connections = { main: Pool; batch: Pool };

/** The pools of one process: one for group commit, so that no other query holds it up, and one for all else. */
export function createConnections(options: { url: string; logger: Logger }): Connections {
  const { url, logger } = options;
  const onError = (error: Error) => logger.warn({ event: 'database_connection_lost', err: error }, 'connection lost');
  const main = createPool({
    url,
    max: 20,
    applicationName: 'evofleet',
    statementTimeoutMs: 15_000,
    lockTimeoutMs: 10_000,
    onError,
  });
  const batch = createPool({
    url,
    max: 8,
    applicationName: 'evofleet batch',
    statementTimeoutMs: 3_000,
    lockTimeoutMs: 1_000,
    // Its prepared statements are planned once, on tables that may still be small; a scan planned then stays for good.
    settings: { enable_seqscan: 'off' },
    onError,
  });
  return { main, batch };
}
