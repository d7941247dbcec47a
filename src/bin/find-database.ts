import type { Config } from '../config.ts';
import { claimDataDir } from './data-dir.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

export type FoundDatabase = { url: string; isEmbedded: boolean; close(): Promise<void> };

/**
 * The database of the settings, or an embedded Postgres under DATA_DIR, which then belongs to this process alone.
 * @param options.onEnded hears why the embedded one ended by itself; it is started again
 */
export async function findDatabase(
  config: Config,
  options: { onEnded?(why: number | NodeJS.Signals): void } = {},
): Promise<FoundDatabase> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, isEmbedded: false, close: async () => {} };
  const claim = await claimDataDir(config.dataDir);
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: () => {}, ...options });
    return {
      url: postgres.url,
      isEmbedded: true,
      async close() {
        await postgres.close();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}
