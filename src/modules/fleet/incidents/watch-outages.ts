import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Incidents } from './incidents.ts';
import { listEndedOutages, listNewOutages } from './outages-system.ts';

/** Periodic: an incident for each backend that does not serve, from its second bad probe until it serves again. */
export function createWatchOutages(deps: { db: Kysely<DB>; incidents: Pick<Incidents, 'open' | 'close'> }) {
  return async function watchOutages(): Promise<void> {
    for (const { backendId, outcome } of await listEndedOutages(deps.db)) {
      await deps.incidents.close({ kind: 'backend_down', backendId }, outcome);
    }
    for (const { backendId, numbers, state, reason } of await listNewOutages(deps.db)) {
      await deps.incidents.open({ kind: 'backend_down', backendId, numbers, detail: { state, reason } });
    }
  };
}
