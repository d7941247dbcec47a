import { spawn, spawnSync } from 'node:child_process';
import { chown, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { quickFolder } from './quick-folder.ts';

/**
 * A fresh cluster of the distribution's own Postgres on a free loopback port, durability off; undefined where none is
 * installed (apt-get install postgresql).
 */
export async function startDebianPostgres(): Promise<
  { url: string; version: string; close(): Promise<void> } | undefined
> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const version = versions.sort((a, b) => Number(a) - Number(b))[0];
  if (version === undefined) return undefined;
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const folder = await quickFolder('debian-postgres');
  // Postgres refuses root.
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined;
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const options = { cwd: folder, ...owner };
  const made = spawnSync(
    `${bin}/initdb`,
    ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'],
    options,
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 500,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    jit: 'off',
    timezone: 'UTC',
  };
  const server = spawn(
    `${bin}/postgres`,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...options,
      stdio: 'ignore',
    },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  for (let tries = 0; spawnSync(`${bin}/pg_isready`, ['-h', '127.0.0.1', '-p', String(port)]).status !== 0; tries++) {
    if (tries > 1_200 || server.exitCode !== null) throw new Error('Postgres did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    version,
    async close() {
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
