import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

const ticksPerSecond = 100;

/** CPU seconds so far of a process, of all below it, and of those below it that have ended and were waited for. */
export function cpuSeconds(pid: number): number {
  const processes = allProcesses();
  const ended = processes.get(pid)?.endedChildrenTicks ?? Number.NaN;
  const ticks = family(processes, pid).reduce((sum, id) => sum + (processes.get(id)?.ownTicks ?? 0), ended);
  return ticks / ticksPerSecond;
}

/** Resident memory of a process and all below it, in MiB; what they share counts for each. */
export function residentMiB(pid: number): number {
  return family(allProcesses(), pid).reduce((sum, id) => {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
    return sum + Number(kilobytes) / 1024;
  }, 0);
}

export type Machine = { cpu: string; cores: number; memoryGiB: number; kernel: string; node: string; commit: string };

export function machine(root: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    commit: commit(root),
  };
}

/** Milliseconds, median of 100, that this disk takes to make 8 KiB durable; far below 0.1 ms it does not really. */
export function fdatasyncMs(folder: string): number {
  const file = openSync(join(folder, 'fdatasync'), 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 100 }, () => {
    const start = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return times.sort((a, b) => a - b)[50] ?? Number.NaN;
}

function allProcesses() {
  const found = new Map<number, { parent: number; ownTicks: number; endedChildrenTicks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field, the program's name, may hold spaces; what follows its bracket does not.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const field = (position: number) => Number(fields[position - 3]);
      found.set(Number(name), {
        parent: field(4),
        ownTicks: field(14) + field(15),
        endedChildrenTicks: field(16) + field(17),
      });
    } catch {
      // It ended while we were reading.
    }
  }
  return found;
}

function family(processes: ReturnType<typeof allProcesses>, pid: number): number[] {
  const members = new Set([pid]);
  // A child has a higher id than its parent, save after the ids have wrapped: go round until nothing is new.
  for (let known = 0; known !== members.size; ) {
    known = members.size;
    for (const [id, { parent }] of processes) if (members.has(parent)) members.add(id);
  }
  return [...members];
}

function commit(root: string): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown';
  }
}
