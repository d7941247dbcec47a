import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

export type SecondPort = AsyncDisposable & { readonly port: number };

const everyMs = 50;

/**
 * Serves a ready app on one more port, live sockets excepted. Disposing takes no connection any more and lets requests
 * under way come to their answer, for `withinMs` (asked for then) at most. Throws where the port cannot be listened on.
 */
export async function openSecondPort(
  app: FastifyInstance,
  { host, port, withinMs }: { host: string; port: number; withinMs(): number },
): Promise<SecondPort> {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = app.server;
  const server = createServer({ headersTimeout, requestTimeout, keepAliveTimeout }, (request, response) =>
    app.routing(request, response),
  );
  server.on('clientError', (error, socket) => app.server.emit('clientError', error, socket));
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      const idle = setInterval(() => server.closeIdleConnections(), everyMs);
      const late = setTimeout(() => server.closeAllConnections(), withinMs());
      server.close();
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}
