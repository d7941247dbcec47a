import type { FastifyInstance } from 'fastify';

const everyMs = 50;

/**
 * Lets closing end with the last answer: a connection that is busy when closing begins would otherwise be kept alive
 * after its answer, as if more were to come. Who is still busy after `withinMs`, asked for when closing begins, is cut
 * off.
 */
export function registerCloseIdle(app: FastifyInstance, options: { withinMs?(): number } = {}): void {
  app.addHook('preClose', (done) => {
    const timers = [setInterval(() => app.server.closeIdleConnections(), everyMs)];
    const withinMs = options.withinMs?.();
    if (withinMs !== undefined) timers.push(setTimeout(() => app.server.closeAllConnections(), withinMs));
    app.server.once('close', () => {
      for (const timer of timers) clearTimeout(timer);
    });
    done();
  });
}
