import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './wait.ts';

/** The distribution's own Postgres on a fixed loopback port, durability on, to be killed and started again. */
export type DebianCluster = {
  version: string;
  port: number;
  start(): Promise<void>;
  /** SIGKILL to the postmaster and all that belong to it. */
  kill(): Promise<void>;
  /** Immediate shutdown, as when a machine stops: every connection breaks. */
  stop(): Promise<void>;
  /** Freezes or wakes all its processes. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
};

/** Undefined where none is installed (apt-get install postgresql). */
export async function createDebianCluster(): Promise<DebianCluster | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const version = versions.sort((a, b) => Number(a) - Number(b))[0];
  if (version === undefined) return undefined;
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const folder = await mkdtemp('/tmp/evofleet-faults-postgres-');
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
    max_connections: 200,
    timezone: 'UTC',
  };
  let server: ChildProcess | undefined;

  async function ended(): Promise<void> {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
  async function start(): Promise<void> {
    server = spawn(
      `${bin}/postgres`,
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options, stdio: 'ignore' },
    );
    await until('Postgres', 30_000, () => {
      return spawnSync(`${bin}/pg_isready`, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0;
    });
  }
  async function kill(): Promise<void> {
    const over = ended();
    signalFamily(server?.pid ?? 0, 'SIGKILL');
    await over;
  }
  return {
    version,
    port,
    start,
    kill,
    async stop() {
      const over = ended();
      server?.kill('SIGQUIT');
      await over;
    },
    signal: (name) => signalFamily(server?.pid ?? 0, name),
    async close() {
      signalFamily(server?.pid ?? 0, 'SIGCONT');
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The process and its children; the parent first, so that it starts no other. */
export function signalFamily(pid: number, name: NodeJS.Signals): void {
  if (pid <= 0) return;
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(each, name);
    } catch {
      // It ended by itself.
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
