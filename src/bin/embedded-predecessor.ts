import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const waitMs = 6_000;
const forceMs = 4_000;

/**
 * Waits until no postmaster works on this cluster any more. One may be left, shutting down, from a process that was
 * killed; if it does not end by itself it is made to. Removes a `postmaster.pid` whose process id has since been given
 * to some other program, which Postgres takes for a rival. Call it only while you hold the DATA_DIR.
 */
export async function waitForPredecessor(cluster: string, log: (line: string) => void): Promise<void> {
  if ((await pidFile(cluster)) === '') return;
  const pid = await postmasterOf(cluster);
  if (pid === undefined) return rm(join(cluster, 'postmaster.pid'), { force: true });
  log(`waiting for an earlier Postgres (process ${pid}) to shut down`);
  if (await ends(cluster, pid, waitMs)) return;
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (await ends(cluster, pid, forceMs)) return;
  }
  throw new Error(`An earlier Postgres (process ${pid}) still runs in ${cluster} and does not end.`);
}

async function ends(cluster: string, pid: number, ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    if ((await postmasterOf(cluster)) !== pid) return true;
    await delay(50);
  }
  return false;
}

async function postmasterOf(cluster: string): Promise<number | undefined> {
  const lines = (await pidFile(cluster)).split('\n');
  const [pid, startedAt] = [Number(lines[0]), Number(lines[2])];
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(state) ?? [];
  if (name !== 'postgres' || rest === undefined || rest.startsWith('Z')) return undefined;
  const [folder, itsFolder] = await Promise.all([stat(cluster), stat(`/proc/${pid}/cwd`).catch(() => undefined)]);
  if (itsFolder !== undefined) return itsFolder.dev === folder.dev && itsFolder.ino === folder.ino ? pid : undefined;
  // A container's root may not look into another user's process; the time it started tells as much.
  return Math.abs((await startSeconds(rest)) - startedAt) <= 5 ? pid : undefined;
}

const pidFile = (cluster: string) => readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');

// Fields after the name; the 20th of them is the start in ticks of 10 ms since boot (proc(5), `starttime`).
async function startSeconds(fieldsAfterName: string): Promise<number> {
  const boot = Number(/^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1]);
  return boot + Number(fieldsAfterName.split(' ')[19]) / 100;
}
