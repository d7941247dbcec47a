import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLane, type Lane } from '../../platform/lane/lane.ts';
import type { WakeLater } from '../../platform/lane/wake-later.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import {
  type AttemptRecord,
  type AttemptsBatch,
  endedAtOnceMax,
  endPendingOf,
  type Recorded,
} from './attempts-system.ts';
import { type CallEndpoint, callWithinMs, type EndpointCall } from './call-endpoint.ts';
import { type ClaimedDelivery, claimDeliveries, type Turn } from './claim-system.ts';
import { createPlaces } from './places.ts';
import { retryDelayMs } from './retry-delay.ts';
import { eventIdText } from './told-event.ts';

/** The lane's name, by which it is rung. */
export const deliverLane = 'deliver';

export type DeliverLaneDeps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  serverUrl: string;
  callEndpoint: CallEndpoint;
  attempts: Pick<AttemptsBatch, 'add'>;
  /** Counts an attempt that is recorded. */
  attempted(record: AttemptRecord): void;
  disableEndpoint(id: number, reason: 'gone' | 'only_failures'): Promise<void>;
  wakeLater: WakeLater;
  /** Aborted when nothing more can be recorded. */
  closing: AbortSignal;
  /** After this long another worker takes over what one has claimed; 30,000 if unset. */
  leaseMs?: number;
  /** Without being rung, the lane looks this often; 1,000 if unset. */
  lookEveryMs?: number;
};

/** Two of a user's places are left to their other endpoints while one hangs. */
const perUserMax = 10;
const perEndpointMax = 8;
const callsAtOnce = 200;

type Claimed = ClaimedDelivery & { claimedAtMs: number };

/** Calls the endpoints: users and their endpoints in turn, so that one that hangs holds up no other. */
export function createDeliverLane(deps: DeliverLaneDeps): Lane {
  const { db, clock, logger } = deps;
  const leaseMs = deps.leaseMs ?? 30_000;
  const places = createPlaces({ perUserMax, perEndpointMax });
  let after: Turn = { userId: 0, endpointId: 0 };

  async function claim(limit: number): Promise<Claimed[]> {
    const claimedAtMs = clock.monotonicMs();
    let deliveries = await claimAfter(after, limit);
    if (deliveries.length === 0 && after.userId > 0) deliveries = await claimAfter({ userId: 0, endpointId: 0 }, limit);
    const last = deliveries.at(-1);
    after = last ?? { userId: 0, endpointId: 0 };
    for (const delivery of deliveries) places.take(delivery);
    return deliveries.map((delivery) => ({ ...delivery, claimedAtMs }));
  }

  function claimAfter(turn: Turn, limit: number): Promise<ClaimedDelivery[]> {
    return claimDeliveries(db, { limit, perUserMax, perEndpointMax, leaseMs, after: turn });
  }

  async function work(delivery: Claimed): Promise<void> {
    try {
      await deliver(delivery);
    } finally {
      // What waited for this place is due already.
      if (places.giveBack(delivery)) deps.alarm.ring(deliverLane);
    }
  }

  async function deliver(delivery: Claimed): Promise<void> {
    // A process that was stopped for a while may not be the only one any more.
    if (clock.monotonicMs() - delivery.claimedAtMs > leaseMs - callWithinMs) return;
    const record = await attempt(delivery);
    const { isOverdue } = await recordSurely(record);
    log(delivery, record);
    deps.attempted(record);
    if (record.nextMs !== null) deps.wakeLater(record.nextMs);
    if (record.reason === 'gone') await deps.disableEndpoint(delivery.endpointId, 'gone');
    else if (isOverdue) await deps.disableEndpoint(delivery.endpointId, 'only_failures');
    else if (record.reason === 'endpoint_disabled' || record.reason === 'endpoint_deleted') {
      await endPendingOf(db, delivery.endpointId, endedAtOnceMax);
    }
  }

  async function attempt(delivery: Claimed): Promise<AttemptRecord> {
    const { endpoint, event } = delivery;
    if (endpoint === null) return uncalled(delivery, 'endpoint_deleted');
    if (!endpoint.enabled) return uncalled(delivery, 'endpoint_disabled');
    if (event === null) return uncalled(delivery, 'event_expired');
    const { retryAfterMs, ...call } = await callOnce(delivery, endpoint, event);
    const common = { ...recordOf(delivery), call };
    if (call.error === null) return { ...common, verdict: 'delivered', nextMs: null, reason: null };
    if (call.statusCode === 410) return { ...common, verdict: 'dead', nextMs: null, reason: 'gone' };
    const nextMs = retryDelayMs(endpoint.schedule, delivery.step + 1, retryAfterMs, deps.ids.random());
    if (nextMs === undefined) return { ...common, verdict: 'dead', nextMs: null, reason: 'attempts_used_up' };
    return { ...common, verdict: 'retry', nextMs, reason: null };
  }

  // What no receiver is to blame for follows the schedule as well: it must not hold a place for ever.
  async function callOnce(
    delivery: Claimed,
    endpoint: NonNullable<Claimed['endpoint']>,
    event: NonNullable<Claimed['event']>,
  ): Promise<EndpointCall> {
    const { userId, eventId, eventType: type, number, message } = delivery;
    const { serverUrl } = deps;
    try {
      return await deps.callEndpoint(
        { ...endpoint, userId },
        { ...event, id: eventIdText(eventId), type, number, message, url: endpoint.url, serverUrl },
        Math.max(1, leaseMs - callWithinMs - (clock.monotonicMs() - delivery.claimedAtMs)),
      );
    } catch (error) {
      logger.error({ event: 'delivery_broken', delivery_id: delivery.id, err: error }, 'delivery could not be made');
      const ours = 'The call could not be made, for a reason on our side.';
      return { payload: '', statusCode: null, error: ours, responseTimeMs: 0, retryAfterMs: undefined };
    }
  }

  function uncalled(delivery: Claimed, reason: string): AttemptRecord {
    return { ...recordOf(delivery), verdict: 'dead', nextMs: null, reason, call: null };
  }

  function recordOf({ id, userId, endpointId, phoneNumberId, eventType, attempt: nth }: Claimed) {
    const logId = deps.ids.uuidv7();
    return { logId, deliveryId: id, userId, endpointId, phoneNumberId, eventType, attempt: nth };
  }

  // What was called is recorded however long the database is away; else the receiver would be called once more.
  async function recordSurely(record: AttemptRecord): Promise<Recorded> {
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return await deps.attempts.add(record);
      } catch (error) {
        if (deps.closing.aborted) throw error;
        logger.error(
          { event: 'attempt_not_recorded', delivery_id: record.deliveryId, err: error },
          'will record the attempt again',
        );
        await wait(pauseMs, undefined, { signal: deps.closing }).catch(() => undefined);
      }
    }
  }

  function log(delivery: Claimed, { verdict, reason, attempt: nth, call }: AttemptRecord): void {
    logger.info(
      {
        event: 'delivery_attempt',
        delivery_id: delivery.id,
        endpoint_id: delivery.endpointId,
        user_id: delivery.userId,
        event_type: delivery.eventType,
        attempt: nth,
        verdict,
        reason,
        status_code: call?.statusCode ?? null,
        ms: call?.responseTimeMs ?? null,
      },
      'delivery attempt',
    );
  }

  return createLane<Claimed>({
    name: deliverLane,
    alarm: deps.alarm,
    logger,
    claim,
    work,
    concurrency: callsAtOnce,
    batchSize: 64,
    lookEveryMs: deps.lookEveryMs ?? 1_000,
  });
}
