import { chown, mkdir, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterOwner } from './embedded-owner.ts';

const socketName = '.s.PGSQL.5432';
const socketPathBytesMax = 107;
const elsewhere = '/tmp/evofleet-';

/** Where the socket lies, as Postgres names it from inside its cluster and as its clients name it. */
export interface SocketFolder {
  server: string;
  client: string;
  remove(): Promise<void>;
}

/**
 * Makes an empty folder for the socket that only the owner of the cluster (and root) may enter: beside the cluster, or
 * under /tmp where that path would be too long for a socket; then a link beside the cluster remembers it.
 */
export async function createSocketFolder(home: string, owner: ClusterOwner): Promise<SocketFolder> {
  const near = join(home, 'socket');
  await removeFolder(near);
  const fits = Buffer.byteLength(join(near, socketName)) <= socketPathBytesMax;
  const folder = fits ? near : await mkdtemp(elsewhere);
  if (fits) await mkdir(near, { mode: 0o700 });
  else await symlink(folder, near);
  await chown(folder, owner.uid, owner.gid);
  return { server: fits ? '../socket' : folder, client: folder, remove: () => removeFolder(near) };
}

async function removeFolder(near: string): Promise<void> {
  const target = await readlink(near).catch(() => undefined);
  if (target?.startsWith(elsewhere)) await rm(target, { recursive: true, force: true });
  await rm(near, { recursive: true, force: true });
}
