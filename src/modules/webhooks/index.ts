import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { type Cursor, cutPage } from '../../platform/cursor.ts';
import type { BatchObserver } from '../../platform/database/batch.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Egress } from '../../platform/egress/index.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import { createWakeLater } from '../../platform/lane/wake-later.ts';
import type { Logger } from '../../platform/logger.ts';
import { createMetrics, type Metrics } from '../../platform/metrics/metrics.ts';
import type { DB } from '../../schema.ts';
import type { Users } from '../users/index.ts';
import { createAttemptsBatch, deleteOldDeliveries, endedAtOnceMax, endPendingOf } from './attempts-system.ts';
import { createCallEndpoint, type WithMedia } from './call-endpoint.ts';
import { createDeliverLane, deliverLane } from './deliver-lane.ts';
import { type DeliveryFilter, findDelivery, listAttempts, listDeliveries } from './deliveries-repository.ts';
import type { Attempt, Delivery } from './delivery.ts';
import { createDeliveryMetrics } from './delivery-metrics.ts';
import { createDialectEndpoints, type EvolutionEndpoint, type EvolutionEndpointWish } from './dialect-endpoints.ts';
import { createDisableEndpoint } from './disable-endpoint.ts';
import { deleteEndpointsOfDeletedNumbers } from './endpoints-system.ts';
import { createRequireUsableUrl } from './errors.ts';
import { createFanOutLane, fanOutLane } from './fan-out-lane.ts';
import { createManageEndpoints } from './manage-endpoints.ts';
import { createNumberEndpoints } from './number-endpoints.ts';
import { createReplay } from './replay.ts';
import { createUseSettingsEndpoint } from './settings-endpoint.ts';
import { createTestCall } from './test-call.ts';

export { lookAtDeliveries } from './deliveries-backlog-system.ts';
export type { EvolutionEndpoint, EvolutionEndpointWish } from './dialect-endpoints.ts';
export { evofleetBody } from './format-body.ts';
export { eventIdText } from './told-event.ts';

export type Webhooks = ReturnType<typeof createWebhooks>;
export type WebhookDelivery = ReturnType<typeof createWebhookDelivery>;

/** What phone numbers need of endpoints. */
export function createWebhooks(deps: {
  ids: Ids;
  secretBox: SecretBox;
  /** Throws EgressRefused for a URL that must not be called. */
  checkUrl(url: string): unknown;
}) {
  const requireUsableUrl = createRequireUsableUrl(deps.checkUrl);
  return {
    /** Throws `invalid_url` for a URL that must not be saved. */
    requireUsableUrl,
    ...createNumberEndpoints(deps),
    ...createDialectEndpoints({ ...deps, requireUsableUrl }),
  };
}

export type WebhookDeliveryOptions = {
  db: Kysely<DB>;
  /** A pool of its own for group commit, so that no other query holds it up. */
  batchPool: Pool;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  users: Pick<Users, 'lockUser'>;
  /** The installation's public URL. */
  serverUrl: string;
  /** Days that ended deliveries are kept. */
  keepDays: number;
  /** After this long another worker takes over a delivery that one has claimed; 30,000 if unset. */
  leaseMs?: number;
  /** Loads the media of received messages for those endpoints that want them in the call. */
  withMedia?: WithMedia;
  metrics?: Metrics;
  observeBatch?: BatchObserver;
};

const deletedAtOnce = 5_000;

/** Users' endpoints, and the delivery of events to them. */
export function createWebhookDelivery(deps: WebhookDeliveryOptions) {
  const { db } = deps;
  const closing = new AbortController();
  const ring = () => deps.alarm.ring(deliverLane);
  const deliverLater = createWakeLater(ring);
  const fanOutLater = createWakeLater(() => deps.alarm.ring(fanOutLane));
  const attempts = createAttemptsBatch({ pool: deps.batchPool, observer: deps.observeBatch });
  const { attempted } = createDeliveryMetrics(deps.metrics ?? createMetrics());
  const callEndpoint = createCallEndpoint(deps);
  const requireUsableUrl = createRequireUsableUrl(deps.egress.checkUrl);
  const dialects = createDialectEndpoints({ ...deps, requireUsableUrl });

  return {
    endpoints: createManageEndpoints({ ...deps, requireUsableUrl }),
    testCall: createTestCall({ ...deps, callEndpoint }),
    replay: createReplay({ ...deps, ring }),
    /** The one endpoint that each phone number has in the Evolution contract. */
    evolutionEndpoint: {
      find: (userId: number, phoneNumberId: number) => dialects.findEvolutionEndpoint(db, { userId, phoneNumberId }),
      /** Undefined where there is none yet and the wish names no URL. Throws `invalid_url`, `invalid_request`. */
      async set(
        userId: number,
        phoneNumberId: number,
        wish: EvolutionEndpointWish,
      ): Promise<EvolutionEndpoint | undefined> {
        dialects.requireUsableEndpoint(wish);
        const owner = { userId, phoneNumberId };
        const endpoint = await inTransaction(db, (tx) => dialects.setEvolutionEndpoint(tx, owner, wish));
        if (endpoint?.enabled === false) await endPendingOf(db, endpoint.id, endedAtOnceMax);
        return endpoint;
      },
    },
    /** Makes the endpoint of the installation's settings what they say. */
    useSettingsEndpoint: createUseSettingsEndpoint(deps),

    /** A page of deliveries, newest first, and where the next one begins; null at the end. */
    async deliveries(
      userId: number,
      filter: DeliveryFilter,
      page: { limit: number; after?: Cursor<string> },
    ): Promise<{ deliveries: Delivery[]; next: Cursor<string> | null }> {
      const rows = await listDeliveries(db, userId, filter, { ...page, limit: page.limit + 1 });
      const { page: deliveries, next } = cutPage(rows, page.limit);
      return { deliveries, next };
    },

    /** Throws `not_found` for a delivery of somebody else as for none. */
    async delivery(userId: number, id: string): Promise<{ delivery: Delivery; attempts: Attempt[] }> {
      const delivery = await findDelivery(db, userId, id);
      if (delivery === undefined) throw notFound('Delivery');
      return { delivery, attempts: await listAttempts(db, userId, delivery) };
    },

    fanOutLane: createFanOutLane({ ...deps, lookAgain: fanOutLater.wakeLater }),
    deliverLane: createDeliverLane({
      ...deps,
      callEndpoint,
      attempts,
      attempted,
      disableEndpoint: createDisableEndpoint(deps),
      wakeLater: deliverLater.wakeLater,
      closing: closing.signal,
    }),

    /** Periodic: deletes deliveries that ended long ago, and endpoints whose phone number is no more. */
    async removeOld(): Promise<void> {
      await deleteEndpointsOfDeletedNumbers(db);
      let deleted: number;
      do deleted = await deleteOldDeliveries(db, { days: deps.keepDays, limit: deletedAtOnce });
      while (deleted === deletedAtOnce);
    },

    /** Records what was called; the lanes have ended before. */
    async close(): Promise<void> {
      deliverLater.close();
      fanOutLater.close();
      closing.abort();
      await attempts[Symbol.asyncDispose]();
    },
  };
}
