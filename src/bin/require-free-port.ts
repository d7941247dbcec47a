import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';

/** Refuses a port that somebody else listens on, before anything is started for it. */
export async function requireFreePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<void> {
  const server = createServer().listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`PORT: ${port} on ${host} is in use. Choose another one, for example PORT=3001 npm start.`, {
      cause: error,
    });
  }
  server.close();
  await once(server, 'close');
}
