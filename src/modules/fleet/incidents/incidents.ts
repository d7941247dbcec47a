import type { Kysely } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { approveOrphans } from '../orphans/orphans-system.ts';
import { tellOperators } from '../tell-operators.ts';
import { closeIncident, eventsOf, openIncident, stopIncidentAgain } from './incident.ts';
import {
  findIncident,
  type Incident,
  type IncidentKey,
  type IncidentKind,
  listIncidents,
  markResumed,
  type NewIncident,
} from './incidents-system.ts';

/** Those that stop something on purpose, until an operator has looked. */
const resumable: readonly IncidentKind[] = ['orphan_stop', 'empty_list', 'instances_lost'];

export type Incidents = ReturnType<typeof createIncidents>;

/** What befalls whole backends: one row, one event and one alert each when it begins and when it is over. */
export function createIncidents(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }) {
  const { db, ids, logger } = deps;

  return {
    /** Opens it in a transaction of its own, or notes of the open one what is known now. */
    async open(incident: NewIncident): Promise<{ id: string; isNew: boolean }> {
      const opened = await inTransaction(db, (tx) => openIncident(tx, ids, incident));
      if (opened.isNew) logger.warn({ event: 'incident_opened', ...factsOf(incident), ...opened }, 'incident opened');
      return opened;
    },

    async close(key: IncidentKey, outcome: string): Promise<boolean> {
      const isClosed = await inTransaction(db, (tx) => closeIncident(tx, ids, key, outcome));
      if (isClosed) logger.warn({ event: 'incident_closed', ...factsOf(key), outcome }, 'incident closed');
      return isClosed;
    },

    /** What an operator had resumed stops once more, for there is more of it than the order was about. */
    async stopAgain(key: IncidentKey): Promise<void> {
      const isStopped = await inTransaction(db, (tx) => stopIncidentAgain(tx, ids, key));
      if (isStopped) logger.warn({ event: 'incident_opened', ...factsOf(key) }, 'incident stops again');
    },

    /**
     * An operator's order: what the incident stopped goes on. Of orphans, those that are known now may be removed, and
     * no other. Throws `not_found`, and `incident_stops_nothing` for one that is over, resumed, or of another kind.
     */
    async resume(id: string): Promise<{ before: Incident; after: Incident }> {
      const before = await findIncident(db, id);
      if (before === undefined) throw notFound('Incident');
      if (!resumable.includes(before.kind)) throw stopsNothing();
      const after = await inTransaction(db, async (tx) => {
        const resumed = await markResumed(tx, id);
        if (resumed === undefined) throw stopsNothing();
        if (resumed.kind === 'orphan_stop') await approveOrphans(tx, resumed);
        await tellOperators(tx, ids, eventsOf(resumed, 'resumed'));
        return resumed;
      });
      logger.warn(
        { event: 'incident_resumed', incident_id: id, ...factsOf(before) },
        'an operator resumed an incident',
      );
      return { before, after };
    },

    /** The open ones first, then the latest. */
    list: (filter: Parameters<typeof listIncidents>[1], page: Parameters<typeof listIncidents>[2]) =>
      listIncidents(db, filter, page),
    /** Throws `not_found`. */
    async get(id: string): Promise<Incident> {
      const incident = await findIncident(db, id);
      if (incident === undefined) throw notFound('Incident');
      return incident;
    },
  };
}

function factsOf({ kind, backendId, numbers }: IncidentKey & { numbers?: number }) {
  return { kind, backend_id: backendId, ...(numbers === undefined ? {} : { numbers }) };
}

function stopsNothing(): DomainError {
  return new DomainError('incident_stops_nothing', 'This incident is over, or stops nothing that could go on.', {
    kind: 'conflict',
  });
}
