import type { FleetEvent } from '../tell-operators.ts';

/** Something that a person should look at, or may stop looking at. */
export type Alert = {
  /** info: it is over, or was done by order · warning: it may wait for the day · critical: numbers are without service. */
  severity: 'info' | 'warning' | 'critical';
  /** What it is about, such as the kind of an incident; with the backend it decides which alerts share a mail. */
  kind: string;
  text: string;
  backendId: number | null;
  /** How many phone numbers it concerns. */
  numbers: number;
  incidentId: string | null;
  /** What to do; null where there is nothing. */
  cure: string | null;
};

/** The event by which operators hear of it: by their endpoints, in realtime and by mail. */
export function alertEvent({ backendId, incidentId, ...alert }: Alert): FleetEvent {
  return { type: 'fleet.alert', payload: { ...alert, backend_id: backendId, incident_id: incidentId } };
}
