import { fileURLToPath } from 'node:url';
import { type MigrateResult, migrate } from '../platform/database/migrate.ts';

/** Brings a database to the schema of this version. */
export async function migrateDatabase(url: string): Promise<MigrateResult> {
  try {
    return await migrate({ url, migrationsDir: folder('migrations'), viewsDir: folder('views') });
  } catch (error) {
    throw explained(url, error);
  }
}

/** What a person can act on when the database cannot be used at all: a wrong address, password or name. */
function explained(url: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!/^(?:E[A-Z_]+|28\w{3}|3D000)$/.test(code)) return error;
  const { hostname, port, pathname } = new URL(url);
  const reason = error instanceof Error && error.message !== '' ? error.message : code;
  return new Error(
    `Postgres cannot be used at ${hostname}:${port === '' ? 5432 : port}${pathname} (DATABASE_URL, or DB_HOST and the like): ${reason}`,
    { cause: error },
  );
}

function folder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
