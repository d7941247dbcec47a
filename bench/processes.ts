import { type ChildProcess, fork, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** What every process of the bench hangs on: where logs go, and how an unexpected end reaches the run. */
export type Ground = {
  scratch: string;
  signal: AbortSignal;
  fail(error: Error): void;
};

export type Running = AsyncDisposable & { name: string; pid: number };
export type Helper<Message> = Running & { say(message: object): void; next(): Promise<Message> };

/** A program of this folder as a child with a message channel; it ends when the channel does. */
export function startHelper<Message>(
  ground: Ground,
  options: { name: string; file: URL; job: object; execArgv?: string[] },
): Helper<Message> {
  const log = logFile(ground, options.name);
  const child = fork(options.file, {
    execArgv: options.execArgv ?? [],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
  });
  const heard: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  child.on('message', (message) => {
    const listener = waiting.shift();
    if (listener === undefined) heard.push(message as Message);
    else listener(message as Message);
  });
  const running = supervise(ground, options.name, child, log.path, () => child.disconnect());
  child.send(options.job);
  return {
    ...running,
    say: (message) => void child.send(message),
    next: () => {
      const message = heard.shift();
      if (message !== undefined) return Promise.resolve(message);
      return unlessAborted(ground.signal, new Promise<Message>((resolve) => waiting.push(resolve)));
    },
  };
}

/** Any other program; `stopSignal` asks it to end in good order. */
export function startProgram(
  ground: Ground,
  options: {
    name: string;
    command: string;
    args: string[];
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    user?: { uid?: number; gid?: number };
    stopSignal?: NodeJS.Signals;
  },
): Running {
  const log = logFile(ground, options.name);
  const child = spawn(options.command, options.args, {
    ...options.user,
    cwd: options.cwd ?? ground.scratch,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['ignore', log.descriptor, log.descriptor],
  });
  return supervise(ground, options.name, child, log.path, () => child.kill(options.stopSignal ?? 'SIGTERM'));
}

/** Calls until it no longer throws. */
export async function eventually<T>(
  ground: Ground,
  what: string,
  seconds: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      ground.signal.throwIfAborted();
      if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
      });
    });
  });
}

function supervise(ground: Ground, name: string, child: ChildProcess, logPath: string, askToEnd: () => void): Running {
  let ending = false;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ground.fail(new Error(`${name} could not be started: ${error.message}`));
      resolve();
    });
    child.once('exit', (code, signal) => {
      if (!ending)
        ground.fail(new Error(`${name} ended by itself (${signal ?? code}). Its last words:\n${tail(logPath)}`));
      resolve();
    });
  });
  return {
    name,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      ending = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      askToEnd();
      const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(impatience);
    },
  };
}

function logFile(ground: Ground, name: string): { path: string; descriptor: number } {
  const path = join(ground.scratch, `${name}.log`);
  return { path, descriptor: openSync(path, 'a') };
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').split('\n').slice(-30).join('\n');
}
