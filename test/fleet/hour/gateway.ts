/**
 * One process of the gateway, as `src/bin/gateway.ts` starts it, but for what HOUR_FLEET (JSON) sets otherwise in its
 * fleet, and for a sign-up that takes many users at once.
 */
import { buildApp } from '../../../src/app.ts';
import { claimInstallation } from '../../../src/bin/claim-installation.ts';
import { parseConfig } from '../../../src/config.ts';
import { startLanes } from '../../../src/lanes.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createServices, type ServiceOverrides } from '../../../src/services.ts';

const { HOUR_FLEET = '{}' } = process.env;
const secret = 'a secret of the hour that is long enough';
const config = parseConfig(process.env);
const logger = createLogger({ level: config.logLevel });
const databaseUrl = config.databaseUrl ?? '';
const { id: installationId } = await claimInstallation(databaseUrl, secret);
const backends = (config.evolutionServers ?? []).map(({ url, apiKey }) => ({
  url,
  apiKey: apiKey ?? config.evolutionApiKey ?? '',
}));
const services = createServices(
  { ...config, installationId, databaseUrl, jwtSecret: secret, encryptionKey: secret, backends },
  logger,
  {
    users: { limits: { registrations: { points: 10_000, seconds: 60 } } },
    fleet: JSON.parse(HOUR_FLEET),
    closeWithinMs: 2_000,
  } as ServiceOverrides,
);
await services.retention.makePartitions();
if (config.operator !== undefined) await services.users.ensureOperator(config.operator);
await services.backends.join(backends);
await services.backends.probeAll();
const app = await buildApp(services);
await app.listen({ host: config.host, port: config.port });
if (config.role !== 'worker') await services.phoneNumbers.desired.announceCallback();
const lanes = config.role === 'api' ? undefined : startLanes(services);
logger.info({ event: 'started', role: config.role }, 'gateway is up');

process.once('SIGTERM', async () => {
  await Promise.all([app.close(), lanes?.[Symbol.asyncDispose]()]);
  await services[Symbol.asyncDispose]();
  process.exit(0);
});
