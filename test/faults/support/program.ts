import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { until } from './wait.ts';

/** A program of the product under node, which can be started, killed, frozen and started again. */
export type Program = {
  name: string;
  url: string;
  /** Starts it and waits until `isUp`. */
  start(env?: Record<string, string>): Promise<void>;
  /** Starts it without waiting. */
  launch(env?: Record<string, string>): void;
  untilUp(): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code and what it took. */
  stop(withinMs?: number): Promise<{ code: number | string; ms: number }>;
  signal(name: NodeJS.Signals): void;
  pid(): number;
  isRunning(): boolean;
  /** Milliseconds of the epoch. */
  startedAt(): number;
  /** Everything it ever printed. */
  output(): string;
};

const outputMax = 4_000_000;

export function createProgram(options: {
  name: string;
  url: string;
  script: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** A folder for its log. */
  folder: string;
  isUp(): Promise<boolean>;
  /** Command to run node under, such as a namespace of its own. */
  under?: readonly string[];
}): Program {
  const { name } = options;
  const log = createWriteStream(`${options.folder}/${name}.log`, { flags: 'a' });
  let child: ChildProcess | undefined;
  let output = '';
  let startedAt = 0;

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  function launch(env: Record<string, string> = {}): void {
    const command = [
      ...(options.under ?? []),
      process.execPath,
      '--require',
      './src/bin/check-node.cjs',
      options.script,
      ...(options.args ?? []),
    ];
    child = spawn(command[0] ?? '', command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...options.env,
        ...env,
      },
    });
    startedAt = Date.now();
    child.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log.write(chunk);
        output = (output + chunk).slice(-outputMax);
      });
    }
  }
  async function untilUp(): Promise<void> {
    const isUpOrOver = async () => !isRunning() || (await options.isUp().catch(() => false));
    await until(`${name} to be up`, 60_000, isUpOrOver);
    if (!isRunning()) {
      const how = child?.exitCode ?? child?.signalCode;
      throw new Error(`${name} ended (${how}): ${output.slice(-2_000)}`);
    }
  }
  async function ended(): Promise<void> {
    if (child !== undefined && isRunning()) await once(child, 'exit');
  }
  return {
    name,
    url: options.url,
    launch,
    untilUp,
    async start(env) {
      launch(env);
      await untilUp();
    },
    async kill() {
      if (!isRunning()) return;
      const over = ended();
      child?.kill('SIGKILL');
      await over;
    },
    async stop(withinMs = 40_000) {
      const startedAt = performance.now();
      const over = ended();
      child?.kill('SIGTERM');
      const timer = setTimeout(() => child?.kill('SIGKILL'), withinMs);
      await over;
      clearTimeout(timer);
      return { code: child?.exitCode ?? child?.signalCode ?? 'unknown', ms: Math.round(performance.now() - startedAt) };
    },
    signal: (signal) => void child?.kill(signal),
    pid: () => child?.pid ?? 0,
    isRunning,
    startedAt: () => startedAt,
    output: () => output,
  };
}
