import type { FastifyInstance } from 'fastify';

const everyMs = 50;

/**
 * Lets closing end with the last answer: a connection that is busy when closing begins would otherwise be kept alive
 * after its answer, as if more were to come.
 */
export function registerCloseIdle(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), everyMs);
    app.server.once('close', () => clearInterval(timer));
    done();
  });
}
