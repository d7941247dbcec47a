import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ClusterOwner } from './embedded-owner.ts';
import { startGuarded } from './embedded-server.ts';

/**
 * Makes sure that there is a complete cluster at this place. It appears there by one rename, after it has reached the
 * disk: a start that was cut short leaves nothing that looks like a cluster. `durable: false` leaves the disk out.
 */
export async function ensureCluster(options: {
  binaries: string;
  owner: ClusterOwner;
  cluster: string;
  durable: boolean;
}): Promise<void> {
  const { cluster, owner } = options;
  await removeDrafts(cluster);
  const present = await stat(join(cluster, 'PG_VERSION')).catch(() => undefined);
  if (present === undefined) await createCluster(options);
  await writeAccessRules(cluster, owner);
}

// One may still be written to, by a creation that is being ended: then a later start removes it.
async function removeDrafts(cluster: string): Promise<void> {
  for (const name of await readdir(dirname(cluster))) {
    if (!name.startsWith(`${basename(cluster)}.new-`)) continue;
    await rm(join(dirname(cluster), name), { recursive: true, force: true }).catch(() => {});
  }
}

async function createCluster(options: {
  binaries: string;
  owner: ClusterOwner;
  cluster: string;
  durable: boolean;
}): Promise<void> {
  const { binaries, owner, cluster, durable } = options;
  const folder = dirname(cluster);
  const draft = `${cluster}.new-${randomBytes(6).toString('hex')}`;
  await mkdir(draft, { mode: 0o700 });
  await chown(draft, owner.uid, owner.gid);
  const lines: string[] = [];
  const program = await startGuarded({
    program: join(binaries, 'bin', 'initdb'),
    args: [
      ...['-D', '/proc/self/cwd', '--username=postgres', '--auth=peer', '--encoding=UTF8', '--locale=C'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      durable ? '--sync-method=syncfs' : '--no-sync',
    ],
    owner,
    folder: draft,
    onLine: (line) => lines.push(line),
  });
  const outcome = await program.ended;
  if (outcome !== 0) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw new Error(`The embedded Postgres could not create its files (${outcome}):\n${lines.slice(-10).join('\n')}`);
  }
  await rename(draft, cluster);
  if (durable) await syncFolder(folder);
}

// Only the owner of the cluster and the user of this process may connect, both as the role "postgres".
async function writeAccessRules(cluster: string, owner: ClusterOwner): Promise<void> {
  const users = new Set([userInfo().username, owner.name]);
  await write('pg_hba.conf', 'local all all peer map=evofleet\n');
  await write('pg_ident.conf', [...users].map((user) => `evofleet "${user}" postgres\n`).join(''));

  async function write(name: string, text: string) {
    const place = join(cluster, name);
    await writeFile(place, text, { mode: 0o600 });
    await chown(place, owner.uid, owner.gid);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
