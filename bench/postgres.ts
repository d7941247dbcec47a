import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { postgresBinaries } from '../src/bin/embedded-binaries.ts';
import { type ClusterOwner, clusterOwner } from '../src/bin/embedded-owner.ts';
import { startGuarded } from '../src/bin/embedded-server.ts';
import { eventually, type Ground, type Running } from './processes.ts';

/** Set for every database of the bench, and read back from the running server by `readSettings`. */
const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_connections: '120',
  jit: 'off',
  timezone: 'UTC',
};
const SHOWN = [
  'server_version',
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'wal_sync_method',
  'shared_buffers',
];

export type Cluster = Running & { programs: string; countsStatements: boolean; url(database: string): string };

/** A new cluster in the scratch folder, reached over a unix socket alone. Debian's Postgres, else the embedded one. */
export async function startPostgres(
  ground: Ground,
  { embedded, profile }: { embedded: boolean; profile: boolean },
): Promise<Cluster> {
  const home = join(ground.scratch, 'postgres');
  const cluster = join(home, 'cluster');
  const socket = join(home, 'socket');
  const owner = await clusterOwner(cluster);
  await mkdir(home, { mode: 0o711 });
  const debian = embedded ? undefined : await debianPrograms();
  const programs = debian ?? (await postgresBinaries({ owner, dataDir: home }));
  for (const folder of [cluster, socket]) await ownFolder(folder, owner);
  await initialise(programs, owner, cluster);

  const lines: string[] = [];
  const countsStatements = profile && hasStatementCounter(programs);
  const settings = {
    ...SETTINGS,
    listen_addresses: '',
    unix_socket_directories: socket,
    ...(countsStatements && {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track_planning': 'on',
    }),
  };
  const program = await startGuarded({
    program: join(programs, 'bin', 'postgres'),
    args: ['-D', '/proc/self/cwd', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    owner,
    folder: cluster,
    onLine: (line) => lines.push(line),
  });
  let ending = false;
  void program.ended.then((how) => {
    if (!ending) ground.fail(new Error(`Postgres ended by itself (${how}):\n${lines.slice(-20).join('\n')}`));
  });
  const url = (database: string) => `postgres://postgres@localhost/${database}?host=${encodeURIComponent(socket)}`;
  const close = async () => {
    ending = true;
    program.signal('SIGINT');
    const impatience = setTimeout(() => program.signal('SIGQUIT'), 15_000);
    await program.ended;
    clearTimeout(impatience);
  };
  try {
    await eventually(ground, 'Postgres accepts connections', 30, () => query(url('postgres'), 'select 1'));
    if (countsStatements) await query(url('postgres'), 'create extension pg_stat_statements');
  } catch (error) {
    await close();
    throw error;
  }
  return { name: 'postgres', pid: program.pid, programs, countsStatements, url, [Symbol.asyncDispose]: close };
}

/** The settings that decide about durability, as the running server tells them. */
export async function readSettings(cluster: Cluster): Promise<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const name of SHOWN) Object.assign(shown, ...(await query(cluster.url('postgres'), `show ${name}`)));
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    if (shown[name] !== 'on')
      throw new Error(`Postgres runs with ${name}=${shown[name]}: its figures would mean nothing.`);
  }
  return shown;
}

export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const ramFileSystems = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);
const diskFileSystems = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlayfs'],
  [0x2fc12fc1, 'zfs'],
]);

/** The file system under a folder. Throws where it is memory: fsync costs nothing there. */
export async function fileSystem(folder: string): Promise<string> {
  const { type } = await statfs(folder);
  const ram = ramFileSystems.get(type);
  if (ram !== undefined)
    throw new Error(`${folder} is on ${ram}, where fsync costs nothing. Choose another with --data.`);
  return diskFileSystems.get(type) ?? `0x${type.toString(16)}`;
}

async function debianPrograms(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  const newest = versions
    .map(Number)
    .filter((version) => version >= 15)
    .sort((a, b) => b - a)[0];
  return newest === undefined ? undefined : join(root, String(newest));
}

function hasStatementCounter(programs: string): boolean {
  return ['lib', 'lib/postgresql'].some((folder) => existsSync(join(programs, folder, 'pg_stat_statements.so')));
}

async function ownFolder(folder: string, owner: ClusterOwner): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  await chmod(folder, 0o700);
  await chown(folder, owner.uid, owner.gid);
}

async function initialise(programs: string, owner: ClusterOwner, cluster: string): Promise<void> {
  const lines: string[] = [];
  const program = await startGuarded({
    program: join(programs, 'bin', 'initdb'),
    args: [
      '-D',
      '/proc/self/cwd',
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    owner,
    folder: cluster,
    onLine: (line) => lines.push(line),
  });
  const outcome = await program.ended;
  if (outcome !== 0) throw new Error(`initdb failed (${outcome}):\n${lines.slice(-10).join('\n')}`);
}
