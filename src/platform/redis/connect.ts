import { Redis, type RedisOptions } from 'ioredis';

export type RedisConnectionOptions = {
  /** `redis://` or `rediss://`, with user, password and database number where needed. */
  url: string;
  /** How the connection calls itself in CLIENT LIST. */
  name: string;
  /** Told of every error of the connection itself, also of each failed try to connect; never throws into the process. */
  onError(error: Error): void;
};

/**
 * A connection for short commands whose answer somebody waits for. While Redis is away or hangs every command rejects
 * within `commandTimeoutMs` (200 if unset), and none is sent again later. It reconnects by itself, at
 * most 2 s after Redis is back. `disconnect()` ends it.
 */
export function createRedis(options: RedisConnectionOptions & { commandTimeoutMs?: number }): Redis {
  return connect(options, {
    commandTimeout: options.commandTimeoutMs ?? 200,
    // Counting a hit again after a lost answer would count it twice.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // A peer that vanished without a word would else be found out by TCP alone, after many minutes.
    socketTimeout: 5_000,
    retryStrategy: (times) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)),
  });
}

/**
 * A connection such as BullMQ wants it, commands may wait for minutes, but for one life only: when it is lost all its
 * commands reject and it stays closed. Whoever owns it makes a new one together with all that hangs on it.
 */
export function createBlockingRedis(options: RedisConnectionOptions): Redis {
  return connect(options, { maxRetriesPerRequest: null, retryStrategy: () => null });
}

function connect(options: RedisConnectionOptions, own: RedisOptions): Redis {
  const redis = new Redis(options.url, {
    connectionName: options.name,
    connectTimeout: 2_000,
    // A peer that hangs never says goodbye.
    disconnectTimeout: 300,
    ...own,
  });
  // Without a listener ioredis prints each error.
  redis.on('error', options.onError);
  return redis;
}
