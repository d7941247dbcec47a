import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { Leases } from '../../../platform/lease/leases.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { Findings } from '../findings.ts';
import type { Hold } from '../hold/hold.ts';
import type { Incidents } from '../incidents/incidents.ts';

export type OrphanOptions = {
  /** From one list of a backend's instances to the next; 300,000 if unset. */
  listEveryMs?: number;
  /** How long an orphan must have been seen before it is removed; 600,000 if unset. */
  removeAfterMs?: number;
  /** From one look at which lists are due to the next; 5,000 if unset. */
  lookEveryMs?: number;
};

export type OrphanDeps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  leases: Leases;
  backends: Pick<Backends, 'backendOf'>;
  findings: Pick<Findings, 'underLease' | 'end' | 'recordRepair'>;
  incidents: Pick<Incidents, 'open' | 'close' | 'stopAgain'>;
  hold: Pick<Hold, 'setItself'>;
} & OrphanOptions;
