import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';

export type MetricsListener = AsyncDisposable & { readonly port: number };

/**
 * `GET /metrics` for Prometheus, on a port of its own and without authentication: whoever reaches it may read it.
 * Everything else is 404. Throws where the port cannot be listened on.
 */
export async function startMetricsServer(options: {
  host: string;
  port: number;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  logger: Logger;
}): Promise<MetricsListener> {
  const { host, port, metrics, logger } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Only GET /metrics is here.\n');
      return;
    }
    try {
      const text = await metrics.text();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    } catch (error) {
      logger.error({ event: 'metrics_failed', err: error }, 'metrics could not be written');
      response.writeHead(500).end();
    }
  }

  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 65_000 });
  server.maxConnections = 64;
  server.on('request', (request, response) => void answer(request, response));
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
