import type { Context, Round } from './context.ts';
import type { ProvisionedServer } from './provisioned-system.ts';
import { serverEnvironment } from './server-environment.ts';
import { openDatabasePassword, openServerKey } from './server-keys.ts';

/**
 * Has a server of this row run: its database, volume and container are made unless they are there. Answers what the
 * engine calls it; undefined while its image is being fetched.
 */
export async function runServer(
  context: Context,
  round: Round,
  server: ProvisionedServer,
): Promise<{ engineId: string } | undefined> {
  const { driver, settings, secretBox } = context;
  if (!(await driver.prepareImage(server.image))) return undefined;
  await round.lease.confirm();
  const databaseUrl = await ensureDatabase(context, server);
  return driver.start({
    rowId: server.id,
    name: server.name,
    image: server.image,
    port: server.port,
    environment: serverEnvironment({
      name: server.name,
      url: server.url,
      apiKey: openServerKey(secretBox, server),
      databaseUrl,
      more: settings.environment,
    }),
  });
}

async function ensureDatabase(context: Context, server: ProvisionedServer): Promise<string | undefined> {
  const { databaseName, databasePasswordSealed, name } = server;
  if (databaseName === null || databasePasswordSealed === null) return undefined;
  if (context.databases === undefined) {
    throw new Error(`its database ${databaseName} cannot be reached: PROVISION_DATABASE_URL is not set any more`);
  }
  return context.databases.ensure(databaseName, openDatabasePassword(context.secretBox, databasePasswordSealed, name));
}
