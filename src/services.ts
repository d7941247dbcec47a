import type { Redis } from 'ioredis';
import type { Kysely } from 'kysely';
import type { Config } from './config.ts';
import { createConnectSockets } from './dialects/connect/index.ts';
import { type Admin, createAdmin } from './modules/admin/index.ts';
import { type Backends, createBackends, type JoiningBackend } from './modules/backends/index.ts';
import { type Campaigns, createCampaigns } from './modules/campaigns/index.ts';
import { createFleet, type Fleet, type FleetDeps } from './modules/fleet/index.ts';
import { createInbound, type Inbound } from './modules/inbound/index.ts';
import { createMediaLinks, createMessages, type Messages, type MessagesOptions } from './modules/messages/index.ts';
import { createPhoneNumbers, type PhoneNumbers } from './modules/phone-numbers/index.ts';
import { createPlans, type Plans } from './modules/plans/index.ts';
import { createPools, type Pools } from './modules/pools/index.ts';
import { createRealtime, type Realtime, type RealtimeOptions } from './modules/realtime/index.ts';
import { createRequestRecorder, createRetention, createStatistics } from './modules/statistics/index.ts';
import { createMails, createUsers, type Mails, type MailsOptions, type Users } from './modules/users/index.ts';
import {
  createWebhookDelivery,
  createWebhooks,
  type WebhookDelivery,
  type WebhookDeliveryOptions,
} from './modules/webhooks/index.ts';
import type { Alarm } from './platform/alarm/alarm.ts';
import { createBullAlarm } from './platform/alarm/bull-alarm.ts';
import { createTimerAlarm } from './platform/alarm/timer-alarm.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { type Countdown, createCountdown } from './platform/countdown.ts';
import { createSecretBox } from './platform/crypto/secret-box.ts';
import { createKysely } from './platform/database/connect.ts';
import { type Connections, createConnections } from './platform/database/connections.ts';
import { createEgress, type EgressOptions } from './platform/egress/index.ts';
import { createIds, type Ids } from './platform/ids.ts';
import type { Logger } from './platform/logger.ts';
import { createBatchMetrics } from './platform/metrics/batch-metrics.ts';
import { createMetrics, type Metrics } from './platform/metrics/metrics.ts';
import { createRedis } from './platform/redis/connect.ts';
import { createOutageLog } from './platform/redis/outage-log.ts';
import { within } from './platform/within.ts';
import type { DB } from './schema.ts';

/** The settings with everything found or made that they left open. */
export type RunConfig = Config & {
  /** Made by the first migration; in the name of everything that others could share with us. */
  installationId: string;
  databaseUrl: string;
  jwtSecret: string;
  encryptionKey: string;
  /** Backends that join at start. */
  backends: readonly JoiningBackend[];
};

/** What tests replace. */
export type ServiceOverrides = {
  clock?: Clock;
  ids?: Ids;
  alarm?: Alarm;
  egress?: Partial<EgressOptions>;
  users?: Partial<Parameters<typeof createUsers>[0]>;
  messages?: Partial<MessagesOptions>;
  webhookDelivery?: Partial<WebhookDeliveryOptions>;
  realtime?: Partial<RealtimeOptions>;
  backends?: Partial<Parameters<typeof createBackends>[0]>;
  phoneNumbers?: Partial<Parameters<typeof createPhoneNumbers>[0]>;
  fleet?: Partial<FleetDeps>;
  admin?: Partial<Parameters<typeof createAdmin>[0]>;
  mails?: Partial<MailsOptions>;
  /** Milliseconds that requests and calls under way have when closing begins. */
  closeWithinMs?: number;
};

export type Services = AsyncDisposable & {
  config: RunConfig;
  logger: Logger;
  ids: Ids;
  db: Kysely<DB>;
  redis: Redis | undefined;
  alarm: Alarm;
  metrics: Metrics;
  /** The pools of connections to the database. */
  connections: Connections;
  plans: Plans;
  users: Users;
  /** Undefined where the settings name no mail server. */
  mails: Mails | undefined;
  backends: Backends;
  phoneNumbers: PhoneNumbers;
  pools: Pools;
  messages: Messages;
  campaigns: Campaigns;
  inbound: Inbound;
  webhookDelivery: WebhookDelivery;
  realtime: Realtime;
  fleet: Fleet;
  admin: Admin;
  statistics: ReturnType<typeof createStatistics>;
  requestRecorder: ReturnType<typeof createRequestRecorder>;
  retention: ReturnType<typeof createRetention>;
  /** What requests and calls under way have together when all ends; begins when it is first asked for. */
  closing: Countdown;
  /** Where backends reach us; set when the port is known. */
  setCallbackUrl(url: string): void;
};

// A sender is answered after 20 s. What is left of the 28 s of a stop is for the last writes, and for the database.
const closeWithinMs = 21_000;
const lastWritesWithinMs = 4_000;
const disconnectWithinMs = 1_000;

/** The composition root: builds every module once and knows the order in which they end. */
export function createServices(config: RunConfig, logger: Logger, overrides: ServiceOverrides = {}): Services {
  const clock = overrides.clock ?? systemClock;
  const ids = overrides.ids ?? createIds();
  const connections = createConnections({ url: config.databaseUrl, logger });
  const batchPool = connections.batch;
  const db = createKysely<DB>(connections.main);
  const redis =
    config.redisUrl === undefined
      ? undefined
      : createRedis({ url: config.redisUrl, name: 'evofleet', onError: createOutageLog(logger) });
  const alarm =
    overrides.alarm ??
    (config.redisUrl === undefined
      ? createTimerAlarm({ logger })
      : createBullAlarm({ redisUrl: config.redisUrl, prefix: `evofleet-${config.installationId}`, logger }));
  const secretBox = createSecretBox(config.encryptionKey);
  const egress = createEgress({ allowCidrs: config.egressAllowCidrs, ...overrides.egress });
  const metrics = createMetrics();
  const observed = { metrics, observeBatch: createBatchMetrics(metrics) };
  const closing = createCountdown(overrides.closeWithinMs ?? closeWithinMs);
  let callbackUrl = config.backendCallbackUrl;

  const plans = createPlans({ db });
  const mails =
    config.mail === undefined
      ? undefined
      : createMails({
          db,
          ids,
          logger,
          alarm,
          secretBox,
          server: config.mail,
          serverUrl: config.serverUrl,
          ...overrides.mails,
        });
  const users = createUsers({
    db,
    clock,
    ids,
    logger,
    jwtSecret: config.jwtSecret,
    signupPlans: config.signupPlans,
    redis,
    redisPrefix: `evofleet-${config.installationId}:`,
    mails,
    ...overrides.users,
  });
  const statistics = createStatistics({ db });
  const requestRecorder = createRequestRecorder({ pool: batchPool, ids, logger });
  const retention = createRetention({ db, logger, days: config.retentionDays });
  const webhooks = createWebhooks({ ids, secretBox, checkUrl: egress.checkUrl });
  const webhookDelivery = createWebhookDelivery({
    db,
    batchPool,
    ids,
    clock,
    logger,
    secretBox,
    egress,
    alarm,
    users,
    withMedia: (of, withinMs, work) => messages.media.withBase64(of, withinMs, work),
    serverUrl: config.serverUrl,
    keepDays: config.retentionDays.messages,
    ...observed,
    ...overrides.webhookDelivery,
  });
  const backends = createBackends({
    db,
    secretBox,
    clock,
    logger,
    readTimeoutMs: config.requestTimeoutMs,
    metrics,
    ...overrides.backends,
  });
  backends.follow(config.healthCheckIntervalMs);
  const phoneNumbers = createPhoneNumbers({
    db,
    ids,
    clock,
    logger,
    secretBox,
    users,
    webhooks,
    backends,
    callbackUrl: () => callbackUrl,
    serverUrl: config.serverUrl,
    ...overrides.phoneNumbers,
  });
  const realtime = createRealtime({
    db,
    ids,
    clock,
    logger,
    users,
    serverUrl: config.serverUrl,
    corsOrigins: config.corsOrigins,
    dialects: [createConnectSockets({ phoneNumbers })],
    ...overrides.realtime,
  });
  const pools = createPools({ db, users });
  const messages = createMessages({
    db,
    batchPool,
    ids,
    clock,
    logger,
    alarm,
    egress,
    mediaLinks: createMediaLinks({
      encryptionKey: config.encryptionKey,
      clock,
      callbackUrl: () => callbackUrl,
      serverUrl: config.serverUrl,
    }),
    phoneNumbers,
    pools,
    backends,
    observeBatch: observed.observeBatch,
    ...overrides.messages,
  });
  const campaigns = createCampaigns({ db, ids, clock, phoneNumbers, messages });
  const inbound = createInbound({ db, batchPool, ids, clock, logger, alarm, backends, ...observed });
  const fleet = createFleet({
    db,
    ids,
    clock,
    logger,
    backends,
    phoneNumbers,
    keepDays: config.retentionDays.logs,
    ...overrides.fleet,
  });
  const admin = createAdmin({ db, ids, logger, backends, phoneNumbers, plans, users, fleet, ...overrides.admin });

  return {
    config,
    logger,
    ids,
    db,
    redis,
    alarm,
    metrics,
    connections,
    plans,
    users,
    mails,
    backends,
    phoneNumbers,
    pools,
    messages,
    campaigns,
    inbound,
    webhookDelivery,
    realtime,
    fleet,
    admin,
    statistics,
    requestRecorder,
    retention,
    closing,
    setCallbackUrl(url) {
      callbackUrl = url;
    },
    async [Symbol.asyncDispose]() {
      const work = async () => {
        await alarm[Symbol.asyncDispose]();
        const leftMs = closing.remainingMs();
        await Promise.all([
          messages.close(leftMs),
          phoneNumbers.close(leftMs),
          fleet.close(leftMs),
          inbound.close(),
          webhookDelivery.close(),
        ]);
      };
      await within(closing.remainingMs() + lastWritesWithinMs, Promise.all([work(), requestRecorder.close()]));
      await Promise.all([backends.close(disconnectWithinMs), egress.close()]);
      redis?.disconnect();
      await within(disconnectWithinMs, Promise.all([db.destroy(), batchPool.end()]));
    },
  };
}
