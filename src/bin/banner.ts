import { resolve } from 'node:path';
import type { Config } from '../config.ts';

/** What a person needs first: what runs, where its data is, and a call to paste. */
export function banner(started: {
  config: Config;
  /** Where this process listens. */
  ownUrl: string;
  isEmbedded: boolean;
  backends: readonly { url: string; isSandbox?: boolean }[];
  /** Of the whole pool, by the first probe. */
  pool: { total: number; healthy: number };
  startMs: number;
}): string {
  const { config, ownUrl, backends } = started;
  const areSandboxes = backends.length > 0 && backends.every((backend) => backend.isSandbox);
  const { total, healthy } = started.pool;
  const pool = areSandboxes
    ? `${backends.length} sandbox backends: simulated Evolution servers, nothing reaches WhatsApp`
    : `${healthy} of ${total} answer${healthy < total ? '; the log says why the others do not' : ''}`;
  const example = JSON.stringify({ email: 'me@example.com', password: 'SecurePass123!', plan_type: 'starter' });
  return [
    '',
    `  Evofleet is up at ${ownUrl} (${(started.startMs / 1_000).toFixed(1)} s)`,
    '',
    `  database   ${started.isEmbedded ? `embedded Postgres 18 in ${resolve(config.dataDir)}` : 'the one in the settings'}`,
    `  backends   ${pool}`,
    `  API        ${ownUrl}/api-docs`,
    '',
    '  Sign up; the answer holds your API key:',
    '',
    `  curl -s ${ownUrl}/api/auth/register -H 'content-type: application/json' -d '${example}'`,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}
