import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { ResolveToken } from '../resolve-token.ts';
import type { CheckConnection } from './check-connection.ts';
import { createConnectCalls } from './connect-number.ts';
import { createExpireQrCodes } from './expire-qr-codes.ts';
import { createFetchQr } from './fetch-qr.ts';
import { createFlights } from './flights.ts';
import { createNumberLease } from './number-lease.ts';
import { createOrders, type Remake } from './order-connection.ts';
import { createRepairs } from './repairs.ts';
import { createSuperviseConnecting } from './supervise-connecting.ts';
import type { NumberWatch } from './watch-numbers.ts';

export type ConnectingOptions = {
  /** Milliseconds a code, or a connection, may take before the one reset, and after it; 20,000 if unset. */
  qrTimeoutMs?: number;
  /** Milliseconds after which a number is free when the process that worked on it died; 20,000 if unset. */
  leaseMs?: number;
  /** Milliseconds a request waits for a code, and an order for what is under way with its number; 8,000 if unset. */
  shownWithinMs?: number;
  orderWaitMs?: number;
};

/** All that connects numbers, each by one at a time over all processes. */
export function createConnecting(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  backends: Pick<Backends, 'requireUsable'>;
  tokens: Pick<ResolveToken, 'forget'>;
  watch: NumberWatch;
  checkConnection: CheckConnection;
  remake: Remake;
  keepAlive(work: Promise<unknown>): void;
  connecting?: ConnectingOptions | undefined;
}) {
  const { qrTimeoutMs = 20_000, leaseMs = 20_000, shownWithinMs = 8_000, orderWaitMs = 8_000 } = deps.connecting ?? {};
  const lease = createNumberLease({ ...deps, ttlMs: leaseMs });
  const calls = createConnectCalls({ ...deps, qrTimeoutMs });
  const flights = createFlights({ ...deps, lease, calls, qrTimeoutMs, shownWithinMs });
  return {
    ...createFetchQr({ ...deps, flights, shownWithinMs }),
    orders: createOrders({ ...deps, lease, calls, flights, waitMs: orderWaitMs }),
    repairs: createRepairs({ ...deps, lease, calls }),
    supervise: createSuperviseConnecting({ ...deps, lease, calls, qrTimeoutMs }),
    expireQrCodes: createExpireQrCodes(deps),
  };
}
