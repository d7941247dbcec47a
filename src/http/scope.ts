import type { FastifyInstance } from 'fastify';
import type { Ids } from '../platform/ids.ts';
import { continueTrace, inScope, type RequestScope } from '../platform/trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    scope: RequestScope | null;
  }
}

/**
 * Lets all that is done for a request know its id and its trace: log lines carry the one, calls of backends continue
 * the other. To be registered before what may log or call.
 */
export function registerScope(app: FastifyInstance, deps: { ids: Pick<Ids, 'bytes'> }): void {
  app.decorateRequest('scope', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const trace = continueTrace(request.headers, () => parentIdOf(deps.ids.bytes(8)));
    const scope: RequestScope = { requestId: request.id, trace, isOver: false };
    request.scope = scope;
    inScope(scope, done);
  });
  // Reading a body goes through the connection's own context, which is no request's.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.scope === null) done();
    else inScope(request.scope, done);
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.scope !== null) request.scope.isOver = true;
    done();
  });
}

// All zeros would not be valid; the last bit is as good as any.
function parentIdOf(bytes: Buffer): string {
  const last = bytes.length - 1;
  if (bytes.every((byte) => byte === 0)) bytes[last] = 1;
  return bytes.toString('hex');
}
