import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createLogger, type Logger } from '../../../src/platform/logger.ts';

export type LogLine = Record<string, unknown> & { event?: string };

export function collectLogs(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return {
    lines,
    logger: createLogger({ level: 'debug', destination: { write: (line) => lines.push(JSON.parse(line)) } }),
  };
}

export type DatabaseProxy = {
  /** The database's URL, by way of the proxy. */
  url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Lets no byte through any more, and breaks nothing. */
  hang(): void;
  /** Takes the answers away: what is sent arrives, and the connection breaks when the database answers. */
  swallowAnswers(): void;
  restore(): void;
  close(): Promise<void>;
};

/** A way to the database that can be cut. */
export async function startProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'hanging' | 'swallowing' = 'open';
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const database = connect(Number(target.port), target.hostname);
    const end = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (state !== 'hanging') database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (state === 'swallowing') end();
      else if (state !== 'hanging') client.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  url.hostname = '127.0.0.1';
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut() {
      state = 'cut';
      destroyAll();
    },
    hang() {
      state = 'hanging';
    },
    swallowAnswers() {
      state = 'swallowing';
    },
    restore() {
      if (state === 'hanging') destroyAll();
      state = 'open';
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
