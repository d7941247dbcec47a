import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { sql } from 'kysely';
import type { Config } from '../config.ts';
import { registerCloseIdle } from '../http/close-idle.ts';
import { registerHealth } from '../http/health.ts';
import { registerProblemDetails } from '../http/problem-details.ts';
import { createBackends } from '../modules/backends/index.ts';
import {
  createDatabases,
  createDockerDriver,
  createNoneDriver,
  createProvisioner,
  type ServerDriver,
} from '../modules/fleet/index.ts';
import { createTimerAlarm } from '../platform/alarm/timer-alarm.ts';
import { systemClock } from '../platform/clock.ts';
import { createSecretBox } from '../platform/crypto/secret-box.ts';
import { createKysely, createPool } from '../platform/database/connect.ts';
import { notFound } from '../platform/errors.ts';
import { createIds } from '../platform/ids.ts';
import type { Logger } from '../platform/logger.ts';
import { createMetrics } from '../platform/metrics/metrics.ts';
import type { DB } from '../schema.ts';
import { showMetrics } from './metrics.ts';

const roundEveryMs = 2_000;
const closeWithinMs = 20_000;

/**
 * The process that starts and removes servers: the only one that sees the engine's socket. It has no API, and no lane
 * but its own rounds; whoever watches over it asks /health and /ready. Answers its port.
 */
export async function startProvisioner(
  config: Config & { databaseUrl: string; encryptionKey: string; installationId: string },
  logger: Logger,
  running: AsyncDisposableStack,
): Promise<{ port: number }> {
  const onError = (error: Error) => logger.warn({ event: 'database_connection_lost', err: error }, 'connection lost');
  const pool = createPool({
    url: config.databaseUrl,
    max: 6,
    applicationName: 'evofleet provisioner',
    statementTimeoutMs: 15_000,
    lockTimeoutMs: 10_000,
    onError,
  });
  running.defer(() => pool.end());
  const db = createKysely<DB>(pool);
  const metrics = createMetrics();
  running.use(await showMetrics({ config, logger, metrics, connections: { main: pool }, redis: undefined }));
  const common = { db, logger, clock: systemClock, secretBox: createSecretBox(config.encryptionKey) };
  const backends = createBackends({ ...common, metrics, readTimeoutMs: config.requestTimeoutMs });
  running.defer(() => backends.close(1_000));
  backends.follow(config.healthCheckIntervalMs);
  const driver = await driverOf(config);
  const { databaseHost, databaseUrl, ...settings } = config.provisioning;
  const provisioner = createProvisioner({
    ...common,
    ids: createIds(),
    installationId: config.installationId,
    backends,
    driver,
    databases: databaseUrl === undefined ? undefined : createDatabases({ adminUrl: databaseUrl, host: databaseHost }),
    settings,
  });
  running.defer(() => provisioner.close(closeWithinMs));
  const app = await listen(config, logger, {
    instances: backends.summary,
    checks: [
      { name: 'database', check: async () => void (await sql`select 1`.execute(db)) },
      { name: 'engine', check: provisioner.checkEngine },
    ],
  });
  running.defer(() => app.close());
  const alarm = createTimerAlarm({ logger });
  running.defer(() => alarm[Symbol.asyncDispose]());
  alarm.every('provision', roundEveryMs, provisioner.round);
  const [address] = app.addresses();
  return { port: typeof address === 'object' ? address.port : config.port };
}

async function driverOf({
  installationId,
  provisioning,
}: Parameters<typeof startProvisioner>[0]): Promise<ServerDriver> {
  const { driver } = provisioning;
  switch (driver) {
    case 'none':
      return createNoneDriver();
    case 'docker':
      return createDockerDriver({ ...provisioning, installationId });
    default:
      return driver satisfies never;
  }
}

async function listen(config: Config, logger: Logger, health: Parameters<typeof registerHealth>[1]) {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
  });
  registerCloseIdle(app, { withinMs: () => 1_000, leave: undefined });
  registerProblemDetails(app);
  app.setNotFoundHandler(async () => {
    throw notFound('Path');
  });
  registerHealth(app, health);
  await app.listen({ host: config.host, port: config.port });
  return app;
}
