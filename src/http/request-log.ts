import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export type RecordedRequest = {
  userId: number | null;
  /** The route's pattern, so that no id, key or number of a user stands in a log. */
  endpoint: string;
  method: string;
  ipAddress: string;
  statusCode: number;
  responseTimeMs: number;
  requestId: string;
};

export type RequestLogOptions = {
  /** Called after the response has gone out; must not throw. */
  recordRequest(request: RecordedRequest): void;
};

/** One log line per request, its id in the `x-request-id` answer header, and a row in api_requests. */
export function registerRequestLog(app: FastifyInstance, options: RequestLogOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    done();
    logAnswer(request, reply, options);
  });
}

/** The log line and the row of one answer that has gone out. */
export function logAnswer(request: FastifyRequest, reply: FastifyReply, options: RequestLogOptions): void {
  const endpoint = request.routeOptions.url ?? '(unknown route)';
  const responseTimeMs = Math.round(reply.elapsedTime);
  request.log.info(
    {
      event: 'request',
      method: request.method,
      route: endpoint,
      status: reply.statusCode,
      ms: responseTimeMs,
      user_id: request.caller?.userId,
    },
    'request',
  );
  if (request.routeOptions.config.record === false) return;
  options.recordRequest({
    userId: request.caller?.userId ?? null,
    endpoint,
    method: request.method,
    ipAddress: request.ip,
    statusCode: reply.statusCode,
    responseTimeMs,
    requestId: request.id,
  });
}
