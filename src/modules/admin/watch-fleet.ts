import { notFound } from '../../platform/errors.ts';
import type { Finding, FindingFilter, Fleet, FleetHold, Incident, IncidentFilter, Repair } from '../fleet/index.ts';
import type { Actor, Audited } from './audited.ts';

export type WatchedFleet = Pick<
  Fleet,
  'overview' | 'incidents' | 'hold' | 'findFinding' | 'listFindings' | 'listRepairs'
>;

type Page = { limit: number; before?: { createdAt: Date; id: string } };

const repairsOfFinding = 100;

/** What operators see of the fleet's mending of itself, and their orders where it has stopped. */
export function createWatchFleet({ fleet, audited }: { fleet: WatchedFleet; audited: Audited }) {
  return {
    fleetOverview: fleet.overview,

    listFindings: (filter: FindingFilter, { limit, before }: Page): Promise<Finding[]> =>
      fleet.listFindings(filter, {
        limit,
        ...(before === undefined ? {} : { before: { foundAt: before.createdAt, id: before.id } }),
      }),
    async getFinding(id: string): Promise<{ finding: Finding; repairs: Repair[] }> {
      const finding = await fleet.findFinding(id);
      if (finding === undefined) throw notFound('Finding');
      return { finding, repairs: await fleet.listRepairs({ findingId: id }, { limit: repairsOfFinding }) };
    },
    listRepairs: (filter: { backendId?: number }, { limit, before }: Page): Promise<Repair[]> =>
      fleet.listRepairs(filter, {
        limit,
        ...(before === undefined ? {} : { before: { endedAt: before.createdAt, id: before.id } }),
      }),

    listIncidents: (filter: IncidentFilter, page: Page): Promise<Incident[]> => fleet.incidents.list(filter, page),
    getIncident: fleet.incidents.get,
    /** Throws what `incidents.resume` throws. */
    resumeIncident: (actor: Actor, id: string): Promise<Incident> =>
      audited(actor, { action: 'incident.resume', targetType: 'incident', targetId: id }, async (note) => {
        const { before, after } = await fleet.incidents.resume(id);
        note({ before: factsOf(before), after: factsOf(after) });
        return after;
      }),

    fleetHold: fleet.hold.find,
    setFleetHold: (actor: Actor, reason: string): Promise<FleetHold> =>
      audited(actor, { action: 'fleet.hold', targetType: 'fleet', targetId: null }, async (note) => {
        note({ before: await fleet.hold.find() });
        const after = await fleet.hold.set(reason, actor.userId);
        note({ after });
        return after;
      }),
    /** Does nothing where nothing is held. */
    clearFleetHold: (actor: Actor): Promise<void> =>
      audited(actor, { action: 'fleet.release', targetType: 'fleet', targetId: null }, async (note) => {
        note({ before: (await fleet.hold.clear(actor.userId)) ?? null, after: null });
      }),
  };
}

function factsOf({ kind, backendId, numbers, detail, resumedAt }: Incident) {
  return { kind, backend_id: backendId, numbers, detail, resumed_at: resumedAt };
}
