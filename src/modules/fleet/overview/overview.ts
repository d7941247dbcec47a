import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import { findHold } from '../hold/hold-system.ts';
import { listOpenIncidents } from '../incidents/incidents-system.ts';
import { countBackends, countOpenFindings, countPhoneNumbers, listPasses } from './overview-system.ts';

export type FleetOverview = Awaited<ReturnType<ReturnType<typeof createOverview>>>;

/** The whole fleet at a glance: what there is, what is wrong, and when it was looked at. */
export function createOverview({ db }: { db: Kysely<DB> }) {
  return async function overview() {
    const [backends, phoneNumbers, openFindings, openIncidents, hold, passes] = await Promise.all([
      countBackends(db),
      countPhoneNumbers(db),
      countOpenFindings(db),
      listOpenIncidents(db),
      findHold(db),
      listPasses(db),
    ]);
    return { backends, phoneNumbers, openFindings, openIncidents, hold: hold ?? null, passes };
  };
}
