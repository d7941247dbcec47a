/**
 * Writes src/schema.ts, the types of all tables and views, from the migrations; with --verify only compares, and
 * fails where they differ.
 */
import { spawnSync } from 'node:child_process';
import { migrate } from '../src/platform/database/migrate.ts';
import { startTestPostgres } from '../test/support/postgres.ts';

const postgres = await startTestPostgres();
try {
  await migrate({ url: postgres.url, migrationsDir: 'migrations', viewsDir: 'views' });
  const { status } = spawnSync(
    'kysely-codegen',
    [
      '--dialect=postgres',
      `--url=${postgres.url}`,
      '--out-file=src/schema.ts',
      '--date-parser=string',
      '--type-mapping={"int8":"number","json":"JsonValue"}',
      '--exclude-pattern=*_default',
      ...(process.argv.includes('--verify') ? ['--verify'] : []),
    ],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
} finally {
  await postgres.close();
}
