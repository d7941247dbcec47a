import { fileURLToPath } from 'node:url';
import { type MigrateResult, migrate } from '../platform/database/migrate.ts';

/** Brings a database to the schema of this version. */
export function migrateDatabase(url: string): Promise<MigrateResult> {
  return migrate({ url, migrationsDir: folder('migrations'), viewsDir: folder('views') });
}

function folder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
