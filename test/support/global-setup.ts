import { migrateDatabase } from '../../src/bin/migrate-database.ts';
import { ensureCompileCache } from './compile-cache.ts';
import { cloneDatabase, startTestPostgres } from './postgres.ts';

/**
 * One Postgres for the whole run, and a migrated database that each test file clones. The files learn of both by
 * TEST_POSTGRES_URL and TEST_TEMPLATE; a TEST_POSTGRES_URL from outside (Debian's Postgres 15, say) is used instead.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const compiled = ensureCompileCache();
  const given = process.env.TEST_POSTGRES_URL;
  const server = given === undefined ? await startTestPostgres() : { url: given, close: async () => {} };
  const template = await cloneDatabase(server.url);
  await migrateDatabase(template.url);
  process.env.NODE_COMPILE_CACHE = await compiled;
  process.env.TEST_POSTGRES_URL = server.url;
  process.env.TEST_TEMPLATE = new URL(template.url).pathname.slice(1);
  return async () => {
    await template.drop();
    await server.close();
  };
}
