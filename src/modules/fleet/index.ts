import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { createFindings } from './findings.ts';
import { type FindingFilter, listFindings, listRepairs } from './findings-system.ts';

export type { Finding, FindingFilter, FindingKind, Repair } from './findings-system.ts';

export type Fleet = ReturnType<typeof createFleet>;

export type FleetDeps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
};

/** What the fleet should be like and what it is: finds what differs and mends it. */
export function createFleet(deps: FleetDeps) {
  const findings = createFindings(deps);
  return {
    findings,
    /** What was found and mended, the latest first. */
    listFindings: (filter: FindingFilter, page: Parameters<typeof listFindings>[2]) =>
      listFindings(deps.db, filter, page),
    listRepairs: (filter: Parameters<typeof listRepairs>[1], page: Parameters<typeof listRepairs>[2]) =>
      listRepairs(deps.db, filter, page),
  };
}
