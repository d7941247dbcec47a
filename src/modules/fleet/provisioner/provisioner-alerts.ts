import type { Alert } from '../alerts/alert.ts';
import type { ProvisionedServer } from './provisioned-system.ts';

const none = { backendId: null, numbers: 0, incidentId: null };

/** A server that was to join never served. */
export function startFailed({ name, dedicatedTo }: ProvisionedServer, reason: string): Alert {
  const whom = dedicatedTo === null ? '' : ` for user ${dedicatedTo}`;
  return {
    ...none,
    severity: 'warning',
    kind: 'server_start_failed',
    text: `The server ${name}${whom} could not be started: ${reason}. What was begun has been removed; another start follows.`,
    cure: 'Look at the PROVISION_ settings, at the image and at the engine.',
  };
}

/** A server of the pool does not stay up. */
export function keepsFailing({ name, backendId }: ProvisionedServer, attempts: number, reason: string): Alert {
  return {
    ...none,
    severity: 'critical',
    kind: 'server_keeps_failing',
    text: `The server ${name} of backend ${backendId} does not stay up, after ${attempts} tries to replace it: ${reason}.`,
    backendId,
    cure: `Read the log of its container: docker logs ${name}. It is tried again, ever more seldom.`,
  };
}

export type Shortage = { reason: string; free: number; coming: number; wanted: number };

/** More servers are wanted than may be, or can be, started. */
export function capacityShort({ reason, free, coming, wanted }: Shortage): Alert {
  return {
    ...none,
    severity: 'warning',
    kind: 'capacity_short',
    text: `Servers wanted: ${wanted}; none is started, because ${reason}. ${free} places are free, ${coming} are coming.`,
    cure: 'Add a server to the pool, or raise what the PROVISION_ settings allow.',
  };
}
