import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import closeWithGrace from 'close-with-grace';
import { buildApp } from '../app.ts';
import { type Config, parseConfig } from '../config.ts';
import { openSecondPort } from '../http/second-port.ts';
import { startLanes } from '../lanes.ts';
import { claimSoleProcess, SoleProcessRefused } from '../platform/lease/sole-process.ts';
import { createLogger, type Logger } from '../platform/logger.ts';
import { createServices, type RunConfig, type Services } from '../services.ts';
import { banner } from './banner.ts';
import { findConsole } from './build-console.ts';
import { claimInstallation } from './claim-installation.ts';
import { readEnvironment, stopWithMessage } from './environment.ts';
import { findDatabase } from './find-database.ts';
import { showMetrics } from './metrics.ts';
import { migrateDatabase } from './migrate-database.ts';
import { requireFreePorts } from './require-free-port.ts';
import { findBackends } from './sandbox-backends.ts';
import { findSecrets } from './secrets.ts';

const startedAt = performance.now();
/** In the order of starting; ended in the reverse one. */
const running = new AsyncDisposableStack();

try {
  const config = parseConfig(readEnvironment());
  const logger = createLogger({ level: config.logLevel });
  for (const warning of config.warnings) logger.warn({ event: 'setting' }, warning);
  closeWithGrace({ delay: 28_000, logger: false }, async ({ signal, err }) => {
    if (err !== undefined) logger.fatal({ event: 'crashed', err }, 'unexpected error');
    else logger.info({ event: 'stopping', signal }, 'stopping');
    await running.disposeAsync();
    logger.info({ event: 'stopped' }, 'stopped');
  });
  await start(config, logger);
} catch (error) {
  await running.disposeAsync().catch(() => undefined);
  stopWithMessage(error);
}

async function start(config: Config, logger: Logger): Promise<void> {
  await requireFreePorts(config);
  const database = await findDatabase(config, {
    onEnded: (why) => logger.error({ event: 'postgres_ended', why }, 'Postgres ended by itself; starting it again'),
  });
  running.defer(database.close);
  await migrateDatabase(database.url);
  // Whoever provisions does nothing that another process could do too.
  const isProvisioner = config.role === 'provisioner';
  if (config.redisUrl === undefined && !isProvisioner) running.use(await beTheOnlyProcess(database.url, logger));

  const secrets = await findSecrets(config);
  const installation = await claimInstallation(database.url, secrets.encryptionKey);
  if (isProvisioner) {
    const { startProvisioner } = await import('./provisioner.ts');
    const found = { ...config, ...secrets, databaseUrl: database.url, installationId: installation.id };
    const { port } = await startProvisioner(found, logger, running);
    logger.info({ event: 'started', role: config.role, port }, 'provisioner is up');
    return;
  }
  const pool = await findBackends(config);
  running.defer(pool.close);
  const runConfig: RunConfig = {
    ...config,
    ...secrets,
    installationId: installation.id,
    databaseUrl: database.url,
    backends: pool.backends,
  };
  const services = running.use(createServices(runConfig, logger));
  running.use(await showMetrics(services));
  await prepare(services);

  const consoleFiles = config.role === 'worker' ? undefined : findConsole(logger);
  if (consoleFiles !== undefined) running.defer(consoleFiles.close);
  const app = await buildApp(services, {
    leave: { quietMs: 300, mostMs: 4_000 },
    ...(consoleFiles === undefined ? {} : { console: consoleFiles }),
  });
  const lanes = new AsyncDisposableStack();
  // Together, so that nobody is let in while the lanes come to their end.
  running.defer(async () => void (await Promise.all([app.close(), lanes.disposeAsync()])));
  await app.listen({ host: config.host, port: config.port });
  const { sessionAuthPort: second } = config;
  if (second !== undefined && config.role !== 'worker') {
    const { remainingMs: withinMs } = services.closing;
    running.use(await openSecondPort(app, { host: config.host, port: second, withinMs }));
  }
  const { port, ownUrl } = whereItListens(app.addresses(), config);
  // Simulated servers live in this process: whatever the public address, they reach it here.
  if (pool.areSandboxes) services.setCallbackUrl(ownUrl);
  else if (config.port === 0) services.setCallbackUrl(config.backendCallbackUrl.replace(/:0$/, `:${port}`));
  if (config.role === 'all' || config.role === 'api') await services.phoneNumbers.desired.announceCallback();
  if (config.role !== 'api') lanes.use(startLanes(services));

  const startMs = Math.round(performance.now() - startedAt);
  logger.info({ event: 'started', role: config.role, port, ms: startMs }, 'gateway is up');
  if (config.role !== 'worker' && (process.stdout.isTTY || database.isEmbedded)) {
    console.log(
      banner({
        config,
        ownUrl,
        isEmbedded: database.isEmbedded,
        backends: pool.backends,
        pool: services.backends.list(),
        startMs,
      }),
    );
  }
}

async function prepare({
  config,
  backends,
  logger,
  messages,
  phoneNumbers,
  plans,
  retention,
  users,
  webhookDelivery,
}: Services): Promise<void> {
  await retention.makePartitions();
  await plans.mergeOverrides(config.planOverrides);
  if (config.operator !== undefined) await users.ensureOperator(config.operator);
  await webhookDelivery.useSettingsEndpoint(config.operatorWebhook);
  if (config.redisUrl === undefined) await messages.takeOver();
  await backends.join(config.backends);
  const stranded = await phoneNumbers.countElsewhere(config.backends.map(({ url }) => url));
  if (stranded > 0) {
    logger.warn(
      { event: 'numbers_elsewhere', count: stranded },
      'phone numbers live on backends that the settings do not name; where those are gone, the numbers cannot send',
    );
  }
  await backends.refresh();
  // So that the first phone number finds a backend; an answer that takes longer counts later.
  const probed = backends.probeAll();
  probed.catch(() => undefined);
  await Promise.race([probed, new Promise((resolve) => setTimeout(resolve, 500))]);
}

function whereItListens(
  addresses: readonly (string | AddressInfo)[],
  config: Config,
): { port: number; ownUrl: string } {
  const [address] = addresses;
  const port = typeof address === 'object' ? address.port : config.port;
  const host = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host;
  return { port, ownUrl: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function beTheOnlyProcess(url: string, logger: Logger) {
  return claimSoleProcess({
    url,
    name: 'sole-process',
    holder: `${hostname()} pid ${process.pid} ${randomBytes(3).toString('hex')}`,
    logger,
    onLost(reason) {
      logger.fatal({ event: 'not_alone', err: reason }, 'another process took over; stopping');
      process.kill(process.pid, 'SIGTERM');
    },
  }).catch((error: unknown) => {
    if (!(error instanceof SoleProcessRefused)) throw error;
    throw new Error(`${error.message} Without REDIS_URL exactly one process may run: stop it, or set REDIS_URL.`, {
      cause: error,
    });
  });
}
