import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseConfig } from '../config.ts';
import { claimDataDir, dataDirInUse, findRunningDatabase } from './data-dir.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const settingNames = ['DATABASE_URL', 'DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASSWORD', 'DB_NAME', 'DATA_DIR'];
const startingMsMax = 20_000;

/**
 * Finds the database that the settings name. For the embedded one that is the one the running gateway has published;
 * when no gateway runs, it is started until `close`. Throws an Error with one clear line when there is none.
 */
export async function openDatabase(env: NodeJS.ProcessEnv): Promise<{ url: string; close(): Promise<void> }> {
  const nothing = async () => {};
  // Only these: a look into the database needs none of the gateway's secrets.
  const config = parseConfig(Object.fromEntries(settingNames.map((name) => [name, env[name]])));
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, close: nothing };
  const dataDir = resolve(config.dataDir);
  if ((await stat(join(dataDir, 'postgres', '18')).catch(() => undefined)) === undefined) {
    throw new Error(
      `There is no database in ${dataDir} yet. Start the gateway once ("npm start"), or set DATABASE_URL.`,
    );
  }
  const until = performance.now() + startingMsMax;
  for (;;) {
    const started = await startOwn(dataDir, performance.now() > until);
    if (started !== undefined) return started;
    const url = await findRunningDatabase(dataDir);
    if (url !== undefined) return { url, close: nothing };
    await delay(100);
  }
}

async function startOwn(dataDir: string, last: boolean): Promise<{ url: string; close(): Promise<void> } | undefined> {
  try {
    const claim = await claimDataDir(dataDir);
    const database = await startEmbeddedPostgres({ dataDir, log() {} });
    return {
      url: database.url,
      async close() {
        await database.close();
        await claim.release();
      },
    };
  } catch (error) {
    if (!last && error instanceof Error && 'code' in error && error.code === dataDirInUse) return undefined;
    throw error;
  }
}
