import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';

/** Refuses ports that somebody else listens on, before anything is started for them. */
export async function requireFreePorts(config: Pick<Config, 'host' | 'port' | 'sessionAuthPort'>): Promise<void> {
  const { host, port, sessionAuthPort } = config;
  await requireFreePort('PORT', { host, port });
  if (sessionAuthPort !== undefined) await requireFreePort('SESSION_AUTH_PORT', { host, port: sessionAuthPort });
}

async function requireFreePort(setting: string, { host, port }: { host: string; port: number }): Promise<void> {
  const server = createServer().listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(
      `${setting}: ${port} on ${host} is in use. Choose another one, for example ${setting}=3005 npm start.`,
      {
        cause: error,
      },
    );
  }
  server.close();
  await once(server, 'close');
}
