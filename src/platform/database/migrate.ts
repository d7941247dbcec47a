import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

export type MigrateOptions = {
  url: string;
  /** Folder of `0001-title.sql` files: forward-only, never edited once released. */
  migrationsDir: string;
  /** Folder of `view_name.sql` files, one view each, applied in the order of their names. */
  viewsDir: string;
};

export type MigrateResult = { applied: string[]; version: string };

type SqlFile = { name: string; text: string; checksum: string };

// Any constant works, as long as every process takes the same one.
const migrationLockKey = 7_215_001;
const oldestServerVersion = 150_000;

/**
 * Brings the database to this program's schema in one transaction: views are dropped, missing migrations run, views
 * are made anew. Processes that start together wait for one another. Throws when Postgres is older than 15, when an
 * applied migration was edited, or when the database is ahead of this program.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const migrations = await readSqlFiles(options.migrationsDir);
  const views = await readSqlFiles(options.viewsDir);
  const client = new pg.Client({ connectionString: options.url, application_name: 'evofleet migrate' });
  await client.connect();
  try {
    await requireServerVersion(client);
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [migrationLockKey]);
    await client.query(
      `create table if not exists schema_migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const pending = await findPending(client, migrations);
    const viewsChecksum = checksumOf(views.map((view) => view.name + view.text).join('\n'));
    const viewsAreCurrent = pending.length === 0 && (await appliedChecksum(client, 'views')) === viewsChecksum;
    if (!viewsAreCurrent) {
      for (const view of views.toReversed()) await client.query(`drop view if exists ${view.name}`);
      for (const migration of pending) await apply(client, migration);
      for (const view of views) await run(client, view);
      await client.query(
        `insert into schema_migrations (name, checksum) values ('views', $1)
         on conflict (name) do update set checksum = excluded.checksum, applied_at = now()`,
        [viewsChecksum],
      );
    }
    await client.query('commit');
    return { applied: pending.map((migration) => migration.name), version: migrations.at(-1)?.name ?? 'none' };
  } finally {
    await client.end();
  }
}

async function requireServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  if (Number(rows[0]?.server_version_num) < oldestServerVersion) {
    throw new Error('Postgres 15 or newer is needed.');
  }
}

async function findPending(client: pg.Client, migrations: SqlFile[]): Promise<SqlFile[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select name, checksum from schema_migrations where name <> 'views' order by name`,
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const file = known.get(row.name);
    if (file === undefined)
      throw new Error(`The database has migration ${row.name}, which this version does not know.`);
    if (file.checksum !== row.checksum) throw new Error(`Migration ${row.name} was edited after it was applied.`);
  }
  const applied = new Set(rows.map((row) => row.name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function appliedChecksum(client: pg.Client, name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ checksum: string }>('select checksum from schema_migrations where name = $1', [
    name,
  ]);
  return rows[0]?.checksum;
}

async function apply(client: pg.Client, migration: SqlFile): Promise<void> {
  await run(client, migration);
  await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
    migration.name,
    migration.checksum,
  ]);
}

async function run(client: pg.Client, file: SqlFile): Promise<void> {
  try {
    await client.query(file.text);
  } catch (error) {
    throw new Error(`${file.name}.sql failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function readSqlFiles(dir: string): Promise<SqlFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (fileName) => {
      const text = await readFile(join(dir, fileName), 'utf8');
      return { name: fileName.slice(0, -'.sql'.length), text, checksum: checksumOf(text) };
    }),
  );
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
