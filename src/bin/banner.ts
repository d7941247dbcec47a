import { resolve } from 'node:path';
import type { Config } from '../config.ts';

/** What a person needs first: what runs, where its data is, and a call to paste. */
export function banner(started: {
  config: Config;
  /** Where this process listens. */
  ownUrl: string;
  isEmbedded: boolean;
  backends: readonly { url: string; isSandbox?: boolean }[];
  /** By the first probe. */
  pool: readonly { url: string; state: string; stateReason: string | null; version: string | null }[];
  startMs: number;
}): string {
  const { config, ownUrl, backends } = started;
  const areSandboxes = backends.length > 0 && backends.every((backend) => backend.isSandbox);
  const lines = areSandboxes
    ? [`${backends.length} sandbox backends: simulated Evolution servers, nothing reaches WhatsApp`]
    : started.pool.map(({ url, state, stateReason, version }) =>
        [url, state === 'active' ? (version ?? '') : state.toUpperCase(), stateReason ?? ''].join('  ').trimEnd(),
      );
  const example = JSON.stringify({ email: 'me@example.com', password: 'SecurePass123!', plan_type: 'starter' });
  return [
    '',
    `  Evofleet is up at ${ownUrl} (${(started.startMs / 1_000).toFixed(1)} s)`,
    '',
    `  database   ${started.isEmbedded ? `embedded Postgres 18 in ${resolve(config.dataDir)}` : 'the one in the settings'}`,
    `  backends   ${lines.join('\n             ')}`,
    `  console    ${ownUrl}/console/`,
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
