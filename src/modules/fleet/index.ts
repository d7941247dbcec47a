import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLeases } from '../../platform/lease/leases.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import { createFindings } from './findings.ts';
import { type FindingFilter, findFinding, listFindings, listRepairs } from './findings-system.ts';
import { createHold } from './hold/hold.ts';
import { createIncidents } from './incidents/incidents.ts';
import { createRemoveOld } from './incidents/remove-old.ts';
import { createWatchDisconnects, type DisconnectOptions } from './incidents/watch-disconnects.ts';
import { createWatchOutages } from './incidents/watch-outages.ts';
import type { OrphanOptions } from './orphans/orphan-deps.ts';
import { createOrphans } from './orphans/orphans.ts';
import { createOverview } from './overview/overview.ts';
import { findContainerOf } from './provisioner/index.ts';
import { createReconcile, type ReconcileOptions } from './reconcile/reconcile.ts';

export { type Finding, type FindingFilter, findingKinds, type Repair } from './findings-system.ts';
export { askFleetFigures } from './fleet-metrics.ts';
export type { FleetHold } from './hold/hold-system.ts';
export { type Incident, type IncidentFilter, incidentKinds } from './incidents/incidents-system.ts';
export type { FleetOverview } from './overview/overview.ts';

export {
  type ContainerFigures,
  createDatabases,
  createDockerDriver,
  createNoneDriver,
  createProvisioner,
  listContainers,
  type ServerDriver,
} from './provisioner/index.ts';

export type Fleet = ReturnType<typeof createFleet>;

export type FleetDeps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
  phoneNumbers: Pick<PhoneNumbers, 'desired' | 'repairs'>;
  /** Days that findings and incidents are kept after their end. */
  keepDays: number;
  reconcile?: ReconcileOptions;
  orphans?: OrphanOptions;
  disconnects?: DisconnectOptions;
};

/** What the fleet should be like and what it is: finds what differs and mends it. */
export function createFleet(deps: FleetDeps) {
  const findings = createFindings(deps);
  const leases = createLeases({ db: deps.db, holder: `fleet ${deps.ids.base62(12)}` });
  const incidents = createIncidents(deps);
  const hold = createHold(deps);
  const watchOutages = createWatchOutages({ ...deps, incidents });
  const watchDisconnects = createWatchDisconnects({ ...deps, incidents, ...deps.disconnects });
  const orphans = createOrphans({ ...deps, ...deps.orphans, leases, findings, incidents, hold });
  const reconciling = createReconcile({ ...deps, ...deps.reconcile, leases, findings });
  return {
    findings,
    reconciling,
    /** What befell whole backends, and the order to go on after a stop. */
    incidents,
    /** The brake of all removals and re-creations that nobody ordered. */
    hold,
    /** Periodic: opens and closes incidents by what the probes and the numbers' connections say. Safe in parallel. */
    async watch(): Promise<void> {
      await watchOutages();
      await watchDisconnects();
    },
    orphans,
    overview: createOverview(deps),
    /** What the container of a user's number uses; undefined where there is none of ours. */
    containerOf: (userId: number, phoneNumberId: number) => findContainerOf(deps.db, userId, phoneNumberId),
    /** Periodic: forgets what ended long ago. Safe in parallel. */
    removeOld: createRemoveOld(deps),
    /** Lets what is under way come to its next step; it ends there. */
    async close(withinMs: number): Promise<void> {
      await Promise.all([orphans.close(withinMs), reconciling.close(withinMs)]);
    },
    findFinding: (id: string) => findFinding(deps.db, id),
    /** What was found and mended, the latest first. */
    listFindings: (filter: FindingFilter, page: Parameters<typeof listFindings>[2]) =>
      listFindings(deps.db, filter, page),
    listRepairs: (filter: Parameters<typeof listRepairs>[1], page: Parameters<typeof listRepairs>[2]) =>
      listRepairs(deps.db, filter, page),
  };
}
