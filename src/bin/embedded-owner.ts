import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** The system user that Postgres runs as. `credentials` is empty when that is the user of this process. */
export interface ClusterOwner {
  name: string;
  uid: number;
  gid: number;
  credentials: { uid?: number; gid?: number };
}

/**
 * Chooses whom Postgres runs as. Postgres refuses root, so root hands over to the user who owns the cluster already,
 * else to `postgres` where the machine has one, else to `nobody`.
 */
export async function clusterOwner(cluster: string): Promise<ClusterOwner> {
  const own = userInfo();
  if (own.uid !== 0) return { name: own.username, uid: own.uid, gid: own.gid, credentials: {} };
  const users = await systemUsers();
  const present = await stat(cluster).catch(() => undefined);
  const chosen =
    present !== undefined && present.uid !== 0
      ? {
          name: users.find((user) => user.uid === present.uid)?.name ?? `${present.uid}`,
          uid: present.uid,
          gid: present.gid,
        }
      : (users.find((user) => user.name === 'postgres') ?? users.find((user) => user.name === 'nobody'));
  if (chosen === undefined || chosen.uid === 0) {
    throw new Error(
      'The embedded Postgres does not run as root, and this machine has neither a user "postgres" nor "nobody". ' +
        'Start as another user, or set DATABASE_URL.',
    );
  }
  return { ...chosen, credentials: { uid: chosen.uid, gid: chosen.gid } };
}

/** Whether that user may pass through every folder on the way to this one, and into it. */
export function canEnter(owner: ClusterOwner, folder: string): boolean {
  const answer = spawnSync('/bin/sh', ['-c', 'cd -- "$0"', folder], {
    ...owner.credentials,
    cwd: '/',
    stdio: 'ignore',
  });
  return answer.status === 0;
}

async function systemUsers(): Promise<{ name: string; uid: number; gid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
