import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { type ClusterOwner, canEnter } from '../../src/bin/embedded-owner.ts';

export const root = process.getuid?.() === 0;

/** An unprivileged user, where this process may become one and that user can reach the code under test. */
export const otherUser: ClusterOwner = {
  name: 'nobody',
  uid: 65534,
  gid: 65534,
  credentials: { uid: 65534, gid: 65534 },
};
export const canBecomeOtherUser = root && canEnter(otherUser, import.meta.dirname);

/** A folder of the test's own, removed after it. */
export function temporaryFolder(mode = 0o700, owner?: ClusterOwner): string {
  const folder = mkdtempSync('/tmp/evofleet-test-');
  chmodSync(folder, mode);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (owner === undefined) return folder;
  const inner = join(folder, 'home');
  mkdirSync(inner);
  return inner;
}

/** A process under test and the lines it has printed. */
export interface Child {
  process: ChildProcess;
  lines: string[];
  /** The rest of the first line that starts with that word. Rejects when the process ends without one. */
  said(word: string): Promise<string>;
  gone: Promise<unknown>;
}

export function startChild(mode: 'claim' | 'serve' | 'write', dataDir: string, owner?: ClusterOwner): Child {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./embedded-child.ts', import.meta.url)), mode, dataDir],
    {
      ...owner?.credentials,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const gone = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
    await vi.waitFor(() => noProcessIn(dataDir), { timeout: 20_000 });
  });
  return {
    process: child,
    lines,
    gone,
    said: (word) =>
      vi.waitFor(
        () => {
          const line = lines.find((candidate) => candidate.startsWith(word));
          if (line === undefined) throw new Error(`"${word}" was not said, but:\n${lines.join('\n')}`);
          return line.slice(word.length + 1);
        },
        { timeout: 40_000, interval: 5 },
      ),
  };
}

/** Process ids of everything that works inside this DATA_DIR's cluster. */
export function processesIn(dataDir: string): number[] {
  const cluster = statSync(join(dataDir, 'postgres', '18'), { throwIfNoEntry: false });
  if (cluster === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const folder = statSync(`/proc/${pid}/cwd`);
        return folder.dev === cluster.dev && folder.ino === cluster.ino;
      } catch {
        return false;
      }
    })
    .map(Number);
}

export function noProcessIn(dataDir: string): void {
  const pids = processesIn(dataDir);
  if (pids.length > 0) throw new Error(`still running in ${dataDir}: ${pids.join(', ')}`);
}
