import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { BatchObserver } from '../../platform/database/batch.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Lane } from '../../platform/lane/lane.ts';
import type { Logger } from '../../platform/logger.ts';
import { createMetrics, type Metrics } from '../../platform/metrics/metrics.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import { createAppendBatch } from './append-calls.ts';
import { type AuthenticateCall, createAuthenticateCall, type InboundCaller } from './authenticate-call.ts';
import { createByteBudget, type TakeBytes } from './byte-budget.ts';
import { createInboundMetrics } from './inbound-metrics.ts';
import { createInboundLane, inboundLane } from './lane.ts';
import { createPresence, type Presence } from './presence.ts';
import { createReadBackends } from './read-backends.ts';
import { type ReceivedBody, readCall } from './read-call.ts';
import { createRingSeldom } from './ring-seldom.ts';
import { createStormFilter } from './storm-filter.ts';

export type { InboundCaller } from './authenticate-call.ts';
export { lookAtInbound } from './inbound-backlog-system.ts';

export type Inbound = {
  /** Throws `unauthenticated`, or `database_unavailable` when that cannot be told. */
  authenticate: AuthenticateCall;
  /** To be asked before a body is read. */
  takeBytes: TakeBytes;
  /**
   * Resolves when the call is committed, or the one that it repeats without changing anything. Throws only what is our
   * own trouble: `overloaded` or `database_unavailable`, then nothing may have been kept and the backend must call again.
   */
  receive(caller: InboundCaller, body: ReceivedBody): Promise<'due' | 'orphan' | 'stored' | 'repeated'>;
  /** Applies what was received. */
  lane: Lane;
  /** Says whether calls can be taken at present; what was missed while no process could is read back. */
  presence: Presence;
  /** Periodic: reads back what backends may have called about in vain. Safe in parallel. */
  readBackends(): Promise<void>;
  /** Commits what waits to be stored; no call may come in any more. */
  close(): Promise<void>;
};

/** What may change how a number is connected, after which "connecting" is news again. */
const connectionEvents: ReadonlySet<string | null> = new Set([
  'connection.update',
  'status.instance',
  'logout.instance',
  'qrcode.updated',
]);
const bytesAtOnceMax = 64 * 1_048_576;

/** What backends tell us: proven, committed, and applied to the number it is about. */
export function createInbound(deps: {
  db: Kysely<DB>;
  /** A pool of its own for group commit, so that no other query holds it up. */
  batchPool: Pool;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  backends: Pick<Backends, 'requireUsable'>;
  metrics?: Metrics;
  observeBatch?: BatchObserver;
}): Inbound {
  const figures = createInboundMetrics(deps.metrics ?? createMetrics());
  const append = createAppendBatch({ pool: deps.batchPool, observer: deps.observeBatch });
  const authenticate = createAuthenticateCall(deps);
  const storms = createStormFilter(deps.clock);
  const ring = createRingSeldom(() => deps.alarm.ring(inboundLane));
  const presence = createPresence(deps);
  const reading = createReadBackends(deps);
  const receive: Inbound['receive'] = async (caller, body) => {
    const call = readCall(body, caller.backendName);
    const { secretId, phoneNumberId } = caller;
    const store = () => append.add({ ...call, id: deps.ids.uuidv7(), secretId, phoneNumberId });
    if (call.isConnecting) {
      if ((await storms.once(phoneNumberId, store)) === 'repeated') return 'repeated';
    } else {
      if (call.state === 'due' && connectionEvents.has(call.event)) storms.forget(phoneNumberId);
      await store();
    }
    if (call.state === 'due') ring();
    return call.state;
  };

  return {
    authenticate: (...call) => figures.admit(authenticate(...call)),
    takeBytes: createByteBudget(bytesAtOnceMax),
    receive: (caller, body) => figures.store(receive(caller, body)),
    lane: createInboundLane({ ...deps, waitingToBeStored: () => append.waiting }),
    presence,
    readBackends: reading.run,
    async close() {
      await Promise.all([presence.end(), reading.close()]);
      await append[Symbol.asyncDispose]();
    },
  };
}
