import type { FastifyInstance } from 'fastify';
import { docsPath } from './openapi.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What `GET /` tells a program; others may say more there. */
    rootDescription: Record<string, unknown>;
  }
}

/** `GET /`: a person who opens the address is led to `page`; a program is told where the API document is. */
export function registerRoot(app: FastifyInstance, { page }: { page: string }): void {
  app.decorate('rootDescription', { name: 'Evofleet', documentation: docsPath, health: '/health' });
  app.get('/', { config: { auth: 'none', record: false }, schema: { hide: true } }, async (request, reply) => {
    if (request.headers.accept?.includes('text/html')) return reply.redirect(page);
    return app.rootDescription;
  });
}
