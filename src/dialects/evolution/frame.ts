import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { forbidden, missing, sendFailure } from './errors.ts';
import { readOtherBodies } from './form-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Laid over the options of the whole app. */
    cors?: FastifyCorsOptions;
  }
}

/** The first parts of this contract's paths. All below them is answered in its shape, what nobody knows included. */
const prefixes = [
  'instance',
  'message',
  'chat',
  'group',
  'webhook',
  'settings',
  'proxy',
  'label',
  'call',
  'template',
  'business',
  'baileys',
  'websocket',
  'rabbitmq',
  'nats',
  'pusher',
  'sqs',
  'kafka',
  'chatwoot',
  'typebot',
  'openai',
  'dify',
  'flowise',
  'n8n',
  'evoai',
  'evolutionBot',
  's3',
  'metrics',
  'manager',
  'assets',
  'store',
  'verify-creds',
] as const;

/** Makes a scope speak this contract: its errors, its bodies, calls from browsers. */
export function prepareScope(app: FastifyInstance, scope: FastifyInstance): void {
  scope.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));
  app.foreignShapes.push((error, request, reply) => {
    if (!isOfContract(request.url)) return false;
    sendFailure(error, request, reply);
    return true;
  });
  readOtherBodies(scope);
}

/** What is below the contract's prefixes and nobody knows; to be added when all that is known is there. */
export function addUnknownRoutes(scope: FastifyInstance, config: FastifyContextConfig): void {
  const open = { ...config, auth: 'none' } as const;
  for (const url of prefixes.flatMap((prefix) => [`/${prefix}`, `/${prefix}/*`])) {
    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !scope.hasRoute({ method, url })),
      url,
      config: open,
      schema: { hide: true },
      handler: async ({ method, url: asked }) => {
        throw missing(`Cannot ${method} ${(asked.split('?')[0] ?? '').slice(0, 300)}`);
      },
    });
    scope.route({
      method: 'OPTIONS',
      url,
      config: { ...open, record: false },
      schema: { hide: true },
      // Browsers are answered before it comes here, unless their page's origin may not call.
      handler: async () => {
        throw forbidden('This origin may not call from a browser.');
      },
    });
  }
}

/** What every route of this contract says of itself. Its callers hold a key in a header: no cookie of anybody's counts. */
export function contractConfig(corsOrigins: readonly string[]): FastifyContextConfig {
  return {
    dialect: 'evolution',
    cors: {
      origin: corsOrigins.length === 0 ? '*' : [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      strictPreflight: false,
    },
  };
}

function isOfContract(url: string): boolean {
  const [path = ''] = url.split('?');
  return (prefixes as readonly string[]).includes(path.split('/')[1] ?? '');
}
