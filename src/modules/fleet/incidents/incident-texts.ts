import type { Alert } from '../alerts/alert.ts';
import type { Incident, IncidentKind } from './incidents-system.ts';

/** What has just become of an incident. */
export type IncidentState = 'opened' | 'resumed' | 'closed';

type Words = Pick<Alert, 'severity' | 'cure'> & { opened(incident: Incident): string; closed: string };

const words: Record<IncidentKind, Words> = {
  backend_down: {
    severity: 'critical',
    opened: ({ backendId, numbers, detail }) =>
      `Backend ${backendId} with ${numbers} phone numbers does not serve: ${textAt(detail, 'reason')}`,
    closed: 'serves again',
    cure: 'See why the server does not answer. Its numbers come back with it; none is moved by itself.',
  },
  mass_disconnect: {
    severity: 'critical',
    opened: ({ backendId, numbers, detail }) =>
      `${numbers} numbers of backend ${backendId} were disconnected within ${textAt(detail, 'within')}.`,
    closed: 'loses no more numbers',
    cure: 'Look at the way from this server to WhatsApp. Numbers are reconnected a few at a time when it is over.',
  },
  instances_lost: {
    severity: 'critical',
    opened: ({ backendId, numbers }) =>
      `Backend ${backendId} has lost the instances of ${numbers} phone numbers; none is made anew by itself.`,
    closed: 'has its instances again',
    cure: "See whether the server's database was lost. Resume the incident to have the instances made anew.",
  },
  orphan_stop: {
    severity: 'warning',
    opened: ({ backendId, detail }) =>
      `${textAt(detail, 'instances')} instances of ours on backend ${backendId} are in no row of ours. None was removed.`,
    closed: 'has no instances left over',
    cure: 'See whether this database is an old one. Resume the incident only if they may go.',
  },
  empty_list: {
    severity: 'critical',
    opened: ({ backendId, numbers }) =>
      `Backend ${backendId} shows none of the ${numbers} phone numbers that it should have.`,
    closed: 'shows its phone numbers again',
    cure: "See whether the server's database was lost. Resume the incident to have them made anew.",
  },
  restore_hold: {
    severity: 'critical',
    opened: ({ detail }) =>
      `The fleet holds itself: ${textAt(detail, 'instances')} instances of ours are younger than anything this database knows.`,
    closed: 'is over',
    cure: 'This database looks older than the fleet. Clear the hold only when you know why.',
  },
};

/** What operators are told of it. */
export function alertOfIncident(incident: Incident, state: IncidentState): Alert {
  const { kind, backendId, numbers, id, outcome } = incident;
  const { severity, opened, closed, cure } = words[kind];
  const about = { kind, backendId, numbers, incidentId: id };
  if (state === 'opened') return { ...about, severity, text: opened(incident), cure };
  const subject = backendId === null ? 'The hold of the fleet' : `Backend ${backendId}`;
  const text =
    state === 'resumed'
      ? `An operator resumed what the incident ${kind} had stopped.`
      : `${subject} ${closed}${outcome === null ? '' : ` (${outcome})`}.${numbers > 0 ? ` It concerned ${numbers} phone numbers.` : ''}`;
  return { ...about, severity: 'info', text, cure: null };
}

function textAt(detail: Incident['detail'], key: string): string {
  const value = detail?.[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'for a reason unknown';
}
