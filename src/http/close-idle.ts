import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long connections that are kept alive may still ask: until nobody has for `quietMs`, and no longer than `mostMs`. */
export type Leave = { quietMs: number; mostMs: number };

const everyMs = 50;

/**
 * Lets closing end with the last answer. First no connection is taken any more, while those that are kept alive may
 * still ask and are told to close with the answer: a proxy that sends a request on one just as it is closed cannot know
 * whether it may be repeated. Then those that are idle are closed; a connection that is busy by then would otherwise be
 * kept alive after its answer, as if more were to come. Who is still busy after `withinMs`, asked for when closing
 * begins, is cut off. The app must be made with `return503OnClosing: false`.
 */
export function registerCloseIdle(
  app: FastifyInstance,
  options: { withinMs?(): number; leave?: Leave | undefined } = {},
): void {
  let askedAtMs = performance.now();
  app.server.on('request', () => {
    askedAtMs = performance.now();
  });
  app.addHook('preClose', async () => {
    const withinMs = options.withinMs?.();
    const timers: NodeJS.Timeout[] = [];
    if (withinMs !== undefined) timers.push(setTimeout(() => app.server.closeAllConnections(), withinMs));
    // What an HTTP server adds to this is to close its idle connections.
    Server.prototype.close.call(app.server);
    if (options.leave !== undefined) await untilQuiet(options.leave);
    timers.push(setInterval(() => app.server.closeIdleConnections(), everyMs));
    app.server.once('close', () => {
      for (const timer of timers) clearTimeout(timer);
    });
  });

  async function untilQuiet({ quietMs, mostMs }: Leave): Promise<void> {
    const endsAtMs = performance.now() + mostMs;
    askedAtMs = performance.now();
    while (performance.now() < Math.min(endsAtMs, askedAtMs + quietMs) && (await countConnections()) > 0) {
      await wait(everyMs);
    }
  }

  function countConnections(): Promise<number> {
    return new Promise((resolve) => app.server.getConnections((error, count) => resolve(error === null ? count : 0)));
  }
}
