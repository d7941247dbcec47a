import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { problemCodes } from './problem-codes.ts';

export const docsPath = '/api-docs';

export type OpenapiOptions = { version: string };

/** The API document: OpenAPI 3.1 at /api-docs/json, made from the route schemas, and Swagger UI at /api-docs. */
export async function registerOpenapi(app: FastifyInstance, options: OpenapiOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Evofleet API', version: options.version, description: description() },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'One live key per user.' },
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: '`access_token` of a login.' },
        },
      },
      tags: [
        { name: 'Auth', description: 'Sign up, log in, stay logged in.' },
        { name: 'User', description: 'Your profile and API key.' },
        { name: 'Phone numbers', description: 'Your WhatsApp lines.' },
        { name: 'Pools', description: 'Phone numbers that send in turn.' },
        { name: 'Messages', description: 'Sending, now or later, and what became of it.' },
        { name: 'Campaigns', description: 'One text to many, and who wants none.' },
        { name: 'Chats and groups', description: "What a phone number's own backend keeps." },
        { name: 'Webhooks', description: 'Your endpoints, and what was delivered to them.' },
        { name: 'Realtime', description: 'The way to the live events.' },
        { name: 'Statistics', description: 'What was sent and received, and your requests.' },
        { name: 'Operators', description: 'The pool, the users and the audit log; for operators alone.' },
        { name: 'Sessions API: auth', description: 'Of clients that know sessions and instances: who one is.' },
        { name: 'Sessions API: sessions', description: 'Phone numbers by the name of sessions, and their chats.' },
        { name: 'Sessions API: instances', description: 'The connections of sessions, started and stopped.' },
        { name: 'Sessions API: messages', description: 'Sending through a session, and what became of it.' },
        { name: 'Sessions API: webhooks', description: 'Endpoints of sessions, and what was delivered to them.' },
        { name: 'Sessions API: account', description: 'API keys, plans and what is used of them.' },
        { name: 'Sessions API: analytics', description: 'Figures, the log of requests, and both as CSV.' },
        { name: 'Health', description: 'Is it alive?' },
      ],
    },
    transform: ({ schema, url, route }) => {
      const auth = route.config?.auth;
      const security: Record<string, string[]>[] =
        auth === 'none' || auth === 'own' ? [] : [{ apiKey: [] }, { bearer: [] }];
      const operationId = operationIdOf(String(route.method), url);
      return { schema: { operationId, security, ...schema, response: described(schema?.response) }, url };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: docsPath,
    staticCSP: true,
    // The page must also work over plain HTTP, asks nobody to validate the document, and styles itself inline.
    transformStaticCSP: (policy) =>
      policy
        .replace(/\s*upgrade-insecure-requests;?/, '')
        .replace(' validator.swagger.io', '')
        .replace('https: ;', "https: 'unsafe-inline';"),
    logo: { type: 'image/svg+xml', content: logo },
    theme: { title: 'Evofleet API' },
    uiConfig: { docExpansion: 'list', persistAuthorization: false },
  });
}

// POST /api/phone-numbers/:id/token/rotate is postPhoneNumbersByIdTokenRotate.
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace(/^\/api\//, '')
    .replace(/:(\w+)/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

// OpenAPI wants every answer described, and the plugin says "Default Response" of what is not.
function described(response: unknown): Record<string, object> {
  return Object.fromEntries(
    Object.entries((response ?? {}) as Record<string, object>).map(([status, schema]) => [
      status,
      { description: STATUS_CODES[status], ...schema },
    ]),
  );
}

const logo = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><text x="0" y="28" font-family="sans-serif" font-size="26" font-weight="bold" fill="#fff">Evofleet</text></svg>',
);

function description(): string {
  const rows = Object.entries(problemCodes).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  );
  return [
    'A multi-tenant WhatsApp API over a fleet of Evolution API servers. One API key per user, one token per phone number.',
    '',
    'Authenticate with `x-api-key: <your key>` or `Authorization: Bearer <access token>`. Answers are JSON with',
    '`success: true`; errors are `application/problem+json` with `success: false`, a stable `code` and a `request_id`.',
    '',
    '`RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds) tell about requests a minute;',
    '`X-Quota-Limit`, `X-Quota-Remaining` and `X-Quota-Reset` of a send tell about messages of the day (UTC).',
    '',
    '| code | status | meaning |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}
