import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { freePort } from './free-port.ts';

export type TestRedis = {
  url: string;
  /** SIGKILL: connections break, data is gone. */
  kill(): Promise<void>;
  /** Starts it on the same port, empty. */
  restart(): Promise<void>;
  /** Wipes all data. */
  flush(): Promise<void>;
  /** It accepts connections and answers nothing until `resume`. */
  hang(): void;
  resume(): void;
  /** Refuses writes for want of memory, or takes them again. */
  fill(isFull: boolean): Promise<void>;
  /** A connection to look into it with; the caller ends it. */
  connect(): Redis;
  stop(): Promise<void>;
};

/** A `describe` whose tests need `startTestRedis`; where it cannot start one they are skipped with a hint. */
export function describeWithRedis(title: string, tests: () => void): void {
  const isMissing = !hasRedisServer();
  if (isMissing) console.warn(hint);
  describe.skipIf(isMissing)(isMissing ? `${title} [${hint}]` : title, tests);
}

const hint = 'Skipped, redis-server is not installed: apt-get install redis-server';

/** Whether `startTestRedis` can start one. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** A Redis of its own on a free loopback port, without persistence; null and a hint where the binary is missing. */
export async function startTestRedis(): Promise<TestRedis | null> {
  if (!hasRedisServer()) {
    console.warn(hint);
    return null;
  }
  const dir = await mkdtemp(join(tmpdir(), 'redis-test-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const connect = () => {
    const redis = new Redis(url, { maxRetriesPerRequest: 3 });
    redis.on('error', () => {});
    return redis;
  };
  const ask = async (...command: [string, ...string[]]) => {
    const redis = connect();
    await redis.call(...command).finally(() => redis.disconnect());
  };
  let server: ChildProcess | undefined;

  async function restart(): Promise<void> {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir],
      { stdio: 'ignore' },
    );
    const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    redis.on('error', () => {});
    await redis.ping().finally(() => redis.disconnect());
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  await restart();
  return {
    url,
    kill,
    restart,
    flush: () => ask('FLUSHALL'),
    hang: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
    fill: (isFull) => ask('CONFIG', 'SET', 'maxmemory', isFull ? '1' : '0'),
    connect,
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
