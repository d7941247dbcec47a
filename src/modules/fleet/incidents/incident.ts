import { type Kysely, sql, type Transaction } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { alertEvent } from '../alerts/alert.ts';
import { type FleetEvent, tellOperators } from '../tell-operators.ts';
import { alertOfIncident, type IncidentState } from './incident-texts.ts';
import {
  endIncident,
  type Incident,
  type IncidentKey,
  type NewIncident,
  stopAgain,
  upsertIncident,
} from './incidents-system.ts';

/**
 * Those during which single numbers are not repaired: their whole backend is in trouble. Where a few are all that it had,
 * their loss is no more than that of each.
 */
const thatHoldRepairs = ['backend_down', 'mass_disconnect', 'instances_lost', 'empty_list'] as const;
const fewNumbers = 5;

/**
 * Opens an incident, told to the operators by an event and an alert; of one that is open already it notes what is
 * known now, and tells nobody. Among the last statements of its transaction.
 */
export async function openIncident(
  tx: Transaction<DB>,
  ids: Ids,
  incident: NewIncident,
): Promise<{ id: string; isNew: boolean }> {
  const opened = await upsertIncident(tx, ids.uuidv7(), incident);
  if (opened.isNew) await tellOperators(tx, ids, eventsOf(opened, 'opened'));
  return { id: opened.id, isNew: opened.isNew };
}

/** Ends an incident, and tells it. Answers false where none is open. */
export async function closeIncident(
  tx: Transaction<DB>,
  ids: Ids,
  key: IncidentKey,
  outcome: string,
): Promise<boolean> {
  const ended = await endIncident(tx, key, outcome);
  if (ended === undefined) return false;
  await tellOperators(tx, ids, eventsOf(ended, 'closed'));
  return true;
}

/** One that an operator had resumed stops once more, and says so. */
export async function stopIncidentAgain(tx: Transaction<DB>, ids: Ids, key: IncidentKey): Promise<boolean> {
  const stopped = await stopAgain(tx, key);
  if (stopped === undefined) return false;
  await tellOperators(tx, ids, eventsOf(stopped, 'opened'));
  return true;
}

/** Whether single numbers of this backend must not be repaired now; one that an operator resumed holds up nothing. */
export async function hasOpenIncident(db: Kysely<DB>, backendId: number): Promise<boolean> {
  const { rows } = await sql`
    select from incidents where backend_id = ${backendId} and ended_at is null and resumed_at is null
      and kind = any(${[...thatHoldRepairs]}::text[]) and (kind <> 'empty_list' or numbers > ${fewNumbers}) limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

export function eventsOf(incident: Incident, state: IncidentState): FleetEvent[] {
  const { id, kind, backendId, numbers, detail, beganAt, endedAt, outcome } = incident;
  return [
    {
      type: 'fleet.incident',
      payload: {
        incident_id: id,
        state,
        kind,
        backend_id: backendId,
        numbers,
        detail,
        began_at: beganAt.toISOString(),
        ended_at: endedAt?.toISOString() ?? null,
        outcome,
      },
    },
    alertEvent(alertOfIncident(incident, state)),
  ];
}
