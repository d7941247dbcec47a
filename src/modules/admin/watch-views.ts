import type { Finding, FleetHold, FleetOverview, Incident, Repair } from '../fleet/index.ts';
import type { FindingView, FleetAnswer, HoldView, IncidentView, RepairView } from './watch-schemas.ts';

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

export function findingView(finding: Finding): FindingView {
  return {
    id: finding.id,
    backend_id: finding.backendId,
    phone_number_id: finding.phoneNumberId,
    backend_name: finding.backendName,
    kind: finding.kind,
    detail: finding.detail,
    sightings: finding.sightings,
    steps_taken: finding.step,
    next_step_at: finding.nextStepAt.toISOString(),
    found_at: finding.foundAt.toISOString(),
    last_seen_at: finding.lastSeenAt.toISOString(),
    ended_at: timeOf(finding.endedAt),
    outcome: finding.outcome,
  };
}

export function repairView(repair: Repair): RepairView {
  return {
    id: repair.id,
    finding_id: repair.findingId,
    backend_id: repair.backendId,
    phone_number_id: repair.phoneNumberId,
    step: repair.step,
    outcome: repair.outcome,
    detail: repair.detail,
    began_at: repair.beganAt.toISOString(),
    ended_at: repair.endedAt.toISOString(),
  };
}

export function incidentView(incident: Incident): IncidentView {
  return {
    id: incident.id,
    kind: incident.kind,
    backend_id: incident.backendId,
    numbers: incident.numbers,
    detail: incident.detail,
    began_at: incident.beganAt.toISOString(),
    last_seen_at: incident.lastSeenAt.toISOString(),
    resumed_at: timeOf(incident.resumedAt),
    ended_at: timeOf(incident.endedAt),
    outcome: incident.outcome,
  };
}

export function holdView({ reason, since, setBy }: FleetHold): HoldView {
  return { reason, since: since.toISOString(), set_by: setBy };
}

export function fleetView(overview: FleetOverview): FleetAnswer {
  const { backends, phoneNumbers, openFindings, openIncidents, hold, passes } = overview;
  return {
    success: true,
    backends,
    phone_numbers: phoneNumbers,
    open_findings: openFindings,
    open_incidents: openIncidents.map(incidentView),
    hold: hold === null ? null : holdView(hold),
    passes: passes.map((pass) => ({
      backend_id: pass.backendId,
      phone_numbers: pass.numbers,
      last_pass_at: timeOf(pass.endedAt),
      questions: pass.questions,
      busy_ms: pass.busyMs,
      last_list_at: timeOf(pass.listedAt),
      instances: pass.listed,
      foreign_instances: pass.foreignInstances,
    })),
  };
}
