import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { sql } from 'kysely';
import { registerBalancerDialect } from './dialects/balancer/index.ts';
import { registerConnectDialect } from './dialects/connect/index.ts';
import { registerEvolutionDialect } from './dialects/evolution/index.ts';
import { registerSessionsDialect } from './dialects/sessions/index.ts';
import { registerAuthenticate } from './http/authenticate.ts';
import { createClientErrorHandler } from './http/client-errors.ts';
import { type Leave, registerCloseIdle } from './http/close-idle.ts';
import { type ConsoleFiles, registerConsole } from './http/console.ts';
import { registerHealth } from './http/health.ts';
import { registerJsonBody } from './http/json-body.ts';
import { registerLargeBodies } from './http/large-bodies.ts';
import { registerNotFound } from './http/not-found.ts';
import { docsPath, registerOpenapi } from './http/openapi.ts';
import { registerProblemDetails } from './http/problem-details.ts';
import { limitNow, registerRateLimit } from './http/rate-limit.ts';
import { registerRequestLog } from './http/request-log.ts';
import { registerRequestMetrics } from './http/request-metrics.ts';
import { registerRoot } from './http/root.ts';
import { registerScope } from './http/scope.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { registerSessionCookie } from './http/session-cookie.ts';
import { createUnroutable } from './http/unroutable.ts';
import { registerValidation } from './http/validation.ts';
import { registerAdminRoutes } from './modules/admin/routes.ts';
import { registerCampaignRoutes } from './modules/campaigns/routes.ts';
import { registerInboundRoutes } from './modules/inbound/routes.ts';
import { registerMediaLinkRoutes, registerMessageRoutes } from './modules/messages/routes.ts';
import { registerPhoneNumberRoutes } from './modules/phone-numbers/routes.ts';
import { registerPoolRoutes } from './modules/pools/routes.ts';
import { isSocketUpgrade, registerRealtimeRoutes } from './modules/realtime/routes.ts';
import { registerStatisticsRoutes } from './modules/statistics/routes.ts';
import { registerUserRoutes } from './modules/users/routes.ts';
import { registerWebhookRoutes } from './modules/webhooks/routes.ts';
import { createRequestLogger, type Logger } from './platform/logger.ts';
import { createRedisHitCounter } from './platform/redis/hit-counter.ts';
import { traceIdOf } from './platform/trace.ts';
import type { Services } from './services.ts';

const bodyBytesUsual = 1_048_576;
const limitHeaders = ['ratelimit', 'x-quota'].flatMap((of) => [`${of}-limit`, `${of}-remaining`, `${of}-reset`]);

/**
 * The HTTP side of the gateway: every plugin and every group of routes, by name.
 * @param options.leave what connections may still do when closing begins; nothing unless given
 * @param options.console the console's files; none is served unless given
 */
export async function buildApp(
  services: Services,
  options: { leave?: Leave; console?: ConsoleFiles } = {},
): Promise<FastifyInstance> {
  const { config, logger, users, redis } = services;
  const app: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    trustProxy: config.trustProxy as NonNullable<FastifyServerOptions['trustProxy']>,
    bodyLimit: bodyBytesUsual,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestIdHeader: false,
    childLoggerFactory: (parent, ids, _options, { headers }) =>
      createRequestLogger(parent as Logger, { ...ids, trace_id: traceIdOf(headers) }) as FastifyBaseLogger,
    genReqId: (request) => requestIdOf(request) ?? services.ids.uuidv7(),
    clientErrorHandler: createClientErrorHandler({ logger }),
    frameworkErrors: createUnroutable({ recordRequest: services.requestRecorder.record }),
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      shouldUpgradeCallback: config.role === 'worker' ? () => false : isSocketUpgrade,
    },
  });

  registerCloseIdle(app, { withinMs: services.closing.remainingMs, leave: options.leave });
  registerValidation(app);
  registerScope(app, services);
  const { rateLimited } = registerRequestMetrics(app, services.metrics);
  registerJsonBody(app);
  registerProblemDetails(app);
  registerRequestLog(app, { recordRequest: services.requestRecorder.record });
  registerSecurityHeaders(app, { isHttps: config.serverUrl.startsWith('https:') });
  await app.register(cors, {
    origin: config.corsOrigins.length === 0 ? false : config.corsOrigins,
    exposedHeaders: [
      'x-request-id',
      'x-message-id',
      'retry-after',
      'idempotency-replayed',
      'preference-applied',
      ...limitHeaders,
    ],
  });
  await registerSessionCookie(app);
  registerAuthenticate(app, { ...users, limitRefused: (request, reply) => limitNow(app, request, reply) });
  registerLargeBodies(app, { bytesUsual: bodyBytesUsual, atOnceMax: 6 });
  await registerRateLimit(app, {
    anonymousPerMinute: 300,
    onRefused: rateLimited,
    ...(redis === undefined
      ? {}
      : { sharedCounter: createRedisHitCounter(redis, `evofleet-${config.installationId}:rate:`) }),
  });
  registerNotFound(app);
  if (config.role !== 'worker') await registerOpenapi(app, { version: '0.1.0' });

  registerHealth(app, {
    instances: services.backends.summary,
    checks: [
      { name: 'database', check: async () => void (await sql`select 1`.execute(services.db)) },
      ...(redis === undefined ? [] : [{ name: 'redis', check: async () => void (await redis.ping()) }]),
    ],
  });
  await registerInboundRoutes(app, services);
  registerMediaLinkRoutes(app, services);
  // A worker serves its backends and whoever watches over it.
  if (config.role === 'worker') return app;
  registerRoot(app, { page: options.console === undefined ? docsPath : '/console/' });
  if (options.console !== undefined) await registerConsole(app, { files: options.console, ids: services.ids });
  registerUserRoutes(app, services);
  registerPhoneNumberRoutes(app, services);
  registerPoolRoutes(app, services);
  registerMessageRoutes(app, services);
  registerCampaignRoutes(app, services);
  registerStatisticsRoutes(app, services);
  registerWebhookRoutes(app, services);
  registerRealtimeRoutes(app, services);
  registerAdminRoutes(app, services);
  registerBalancerDialect(app, services);
  registerConnectDialect(app, services);
  registerSessionsDialect(app, services);
  await registerEvolutionDialect(app, services);
  return app;
}

// A caller's own id is taken over when it is harmless in a log line and in a header.
function requestIdOf(request: { headers: Record<string, string | string[] | undefined> }): string | undefined {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : undefined;
}
