import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGuessThrottle } from '../../../src/modules/users/guess-throttle.ts';
import { createLoginThrottle, loginLimits } from '../../../src/modules/users/login-throttle.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const logger = createLogger({ level: 'silent' });
const tooMany = { code: 'too_many_attempts' };

describe.skipIf(!hasRedis)('throttles on Redis (needs redis-server: apt-get install redis-server)', () => {
  let folder: string;
  let server: ChildProcess;
  let clients: Redis[];

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/evofleet-test-redis-');
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    listener.close();
    await once(listener, 'close');
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    server = spawn('redis-server', [...args, '--pidfile', join(folder, 'pid')], { stdio: 'ignore' });
    clients = [0, 1].map(() => {
      const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 1, retryStrategy: () => 50 });
      client.on('error', () => {});
      return client;
    });
    await vi.waitFor(() => expect(clients.every((client) => client.status === 'ready')).toBe(true), {
      timeout: 10_000,
    });
  });

  afterAll(async () => {
    for (const client of clients) client.disconnect();
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  test('count over processes, hold out a wait, and go on per process once Redis is gone', async () => {
    const [one, two] = clients.map((redis) => createLoginThrottle({ limits: loginLimits, redis }));
    if (one === undefined || two === undefined) throw new Error('two processes are needed');
    const attempt = { account: 'somebody', ipAddress: '192.0.2.1' };
    for (let n = 0; n < 5; n++) await (n % 2 === 0 ? one : two).failed(attempt);
    await expect(one.begin(attempt)).rejects.toMatchObject(tooMany);
    await expect(two.begin(attempt)).rejects.toMatchObject(tooMany);
    await two.succeeded(attempt);
    await one.begin(attempt);

    for (let n = 0; n < 20; n++) await one.failed({ account: 'attacked', ipAddress: `198.51.100.${n}` });
    const owner = { account: 'attacked', ipAddress: '192.0.2.9' };
    await expect(one.begin(owner)).rejects.toMatchObject({ ...tooMany, retryAfterSeconds: 2 });
    await vi.waitFor(() => two.begin(owner), { timeout: 5_000, interval: 100 });
    await expect(one.begin(owner)).rejects.toMatchObject(tooMany);

    const guessing = clients.map((redis) =>
      createGuessThrottle({ limit: { points: 4, seconds: 60 }, clock: systemClock, logger, redis }),
    );
    for (let n = 0; n < 4; n++) await guessing[n % 2]?.noteFailure('192.0.2.1');
    await expect(guessing[0]?.check('192.0.2.1')).rejects.toMatchObject(tooMany);
    await expect(guessing[1]?.check('192.0.2.1')).rejects.toMatchObject(tooMany);

    const keys = (await clients[0]?.keys('*')) ?? [];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await clients[0]?.pttl(key)).toBeGreaterThan(0);

    server.kill('SIGKILL');
    await vi.waitFor(() => expect(clients[0]?.status).not.toBe('ready'));
    const later = { account: 'somebody else', ipAddress: '192.0.2.1' };
    for (let n = 0; n < 5; n++) {
      await one.begin(later);
      await one.failed(later);
    }
    await expect(one.begin(later)).rejects.toMatchObject(tooMany);
  });
});
