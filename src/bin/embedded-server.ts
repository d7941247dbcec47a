import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterOwner } from './embedded-owner.ts';

export interface GuardedProgram {
  pid: number;
  /** Resolves with what ended the program: an exit code or the name of a signal. */
  ended: Promise<number | NodeJS.Signals>;
  signal(signal: NodeJS.Signals): void;
}

// A backend that outlives its postmaster for a moment keeps the pipe open.
const lastWordsMs = 300;

/**
 * Starts a program that ends with this process, however this process ends, and that a Ctrl-C in the terminal does not
 * reach. It runs as the cluster's owner inside the cluster's folder.
 */
export async function startGuarded(options: {
  program: string;
  args: string[];
  owner: ClusterOwner;
  folder: string;
  onLine(line: string): void;
}): Promise<GuardedProgram> {
  const watchdog = await readFile(join(import.meta.dirname, 'postgres-watchdog.sh'), 'utf8');
  const child = spawn('/bin/sh', ['-c', watchdog, 'postgres-watchdog', options.program, ...options.args], {
    ...options.owner.credentials,
    cwd: options.folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const outputs = [child.stdio[1], child.stdio[2]].map((output) => createInterface({ input: output as Readable }));
  for (const output of outputs) output.on('line', options.onLine);
  const allRead = Promise.all(outputs.map((output) => once(output, 'close')));
  const guard = child.stdio[3] as Writable;
  guard.on('error', () => {});
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    guard.end('ended\n');
    await Promise.race([allRead, delay(lastWordsMs)]);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  ended.catch(() => {});
  await once(child, 'spawn');
  return { pid: child.pid ?? 0, ended, signal: (signal) => void child.kill(signal) };
}

/** A started Postgres. `stop` shuts it down in an orderly way and in bounded time. */
export interface PostgresServer {
  ended: Promise<number | NodeJS.Signals>;
  stop(): Promise<void>;
}

const startMsMax = 120_000;
const stopStepsMs = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 3_000],
] as const;

/** Starts Postgres and resolves when it accepts connections. Throws with Postgres' own last lines when it does not. */
export async function startServer(options: {
  binaries: string;
  owner: ClusterOwner;
  cluster: string;
  settings: Record<string, string>;
  log(line: string): void;
}): Promise<PostgresServer> {
  const lines: string[] = [];
  const ready = Promise.withResolvers<'ready'>();
  const program = await startGuarded({
    program: join(options.binaries, 'bin', 'postgres'),
    // The folder is the one it is started in: its owner may be unable to reach it by its path.
    args: [
      '-D',
      '/proc/self/cwd',
      ...Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    owner: options.owner,
    folder: options.cluster,
    onLine(line) {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      options.log(line);
      if (line.includes('database system is ready to accept connections')) ready.resolve('ready');
    },
  });
  const deadline = setTimeout(() => program.signal('SIGQUIT'), startMsMax);
  const outcome = await Promise.race([ready.promise, program.ended]);
  clearTimeout(deadline);
  if (outcome !== 'ready') throw new Error(`The embedded Postgres did not start (${outcome}):\n${lines.join('\n')}`);
  return { ended: program.ended, stop: () => stop(program) };
}

async function stop(program: GuardedProgram): Promise<void> {
  for (const [signal, ms] of stopStepsMs) {
    program.signal(signal);
    const given = new AbortController();
    const late = delay(ms, 'late', { signal: given.signal }).catch(() => 'late');
    const outcome = await Promise.race([program.ended, late]);
    given.abort();
    if (outcome !== 'late') return;
  }
}
