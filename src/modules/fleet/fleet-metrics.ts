import type { Kysely } from 'kysely';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { DB } from '../../schema.ts';
import { findingKinds } from './findings-system.ts';
import { readFleetNews, readFleetState } from './fleet-figures-system.ts';
import { incidentKinds } from './incidents/incidents-system.ts';

/**
 * What reconciling found and mended, in all processes, read from its rows: what happened is counted from the first look
 * on, 10 s after it did.
 */
export function askFleetFigures(deps: { metrics: Metrics; db: Kysely<DB> }): void {
  const { metrics, db } = deps;
  const found = metrics.counter('evofleet_findings_total', 'Drift that was found.', ['kind']);
  const ended = metrics.counter('evofleet_findings_ended_total', 'Findings that came to their end.', [
    'kind',
    'outcome',
  ]);
  const repairs = metrics.counter('evofleet_repairs_total', 'Steps that were taken to mend a finding.', [
    'step',
    'outcome',
  ]);
  const incidents = metrics.counter('evofleet_incidents_total', 'Incidents that began.', ['kind']);
  const open = metrics.gauge('evofleet_findings_open', 'Findings that are not mended yet.', ['kind']);
  const openIncidents = metrics.gauge('evofleet_incidents_open', 'Incidents that last.', ['kind']);
  const held = metrics.gauge('evofleet_fleet_hold', 'Whether nothing may be removed or re-created: 1 or 0.');
  const passes = metrics.counter('evofleet_reconcile_passes_total', 'Looks over a backend that were begun.');
  const questions = metrics.counter('evofleet_reconcile_questions_total', 'Questions that were put to backends.');
  const busy = metrics.counter('evofleet_reconcile_busy_seconds_total', 'Seconds that answering them took.');
  const passAge = metrics.gauge(
    'evofleet_reconcile_oldest_pass_seconds',
    'How long ago the active backend was looked at that waits longest.',
  );
  // From the start, so that the first of a kind shows as a rise.
  for (const kind of findingKinds) {
    found.inc({ kind }, 0);
    for (const outcome of ['mended', 'gone', 'given_up', 'left']) ended.inc({ kind, outcome }, 0);
  }
  for (const kind of incidentKinds) incidents.inc({ kind }, 0);
  let since: string | null = null;

  metrics.ask({
    name: 'fleet',
    keepMs: 5_000,
    gauges: [open, openIncidents, held, passAge],
    async read() {
      const [news, state] = await Promise.all([readFleetNews(db, since), readFleetState(db)]);
      since = news.until;
      for (const { kind, n } of news.found) found.inc({ kind }, n);
      for (const { kind, outcome, n } of news.ended) ended.inc({ kind, outcome }, n);
      for (const { kind: step, outcome, n } of news.repairs) repairs.inc({ step, outcome }, n);
      for (const { kind, n } of news.incidents) incidents.inc({ kind }, n);
      for (const gauge of [open, openIncidents, passAge]) gauge.empty();
      for (const { kind, n } of state.findings) open.set({ kind }, n);
      for (const { kind, n } of state.incidents) openIncidents.set({ kind }, n);
      held.set(state.isHeld ? 1 : 0);
      passes.reset();
      passes.inc(state.passes);
      questions.reset();
      questions.inc(state.questions);
      busy.reset();
      busy.inc(state.busySeconds);
      if (state.oldestPassSeconds !== null) passAge.set(state.oldestPassSeconds);
    },
  });
}
