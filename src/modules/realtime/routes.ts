import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { notFound } from '../../platform/errors.ts';
import type { Realtime } from './index.ts';
import { TicketBody } from './schemas.ts';
import { socketPath } from './socket-server.ts';

const loggedIn = { auth: 'user' } as const;

/** Tickets, and Socket.IO on the server of the app. */
export function registerRealtimeRoutes(app: FastifyInstance, options: { realtime: Realtime }): void {
  registerTickets(app, options);
  registerSockets(app, options);
}

function registerTickets(app: FastifyInstance, { realtime }: { realtime: Pick<Realtime, 'issueTicket'> }): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/api/realtime/tickets',
    {
      config: loggedIn,
      schema: {
        tags: ['Realtime'],
        summary: 'Get a ticket',
        description:
          'Opens one Socket.IO connection at `/socket.io` within 60 s, with `auth: { ticket }`. The connection ends with ' +
          'the session or the API key that the ticket was asked with.',
        response: { 201: TicketBody, ...problems({ ...loggedIn, body: false }) },
      },
    },
    async (request, reply) => {
      const { userId, sessionId } = callerOf(request);
      const apiKey = request.headers['x-api-key'];
      const { ticket, expiresAt } = await realtime.issueTicket({
        userId,
        sessionId,
        apiKey: typeof apiKey === 'string' ? apiKey : undefined,
      });
      return reply.code(201).send({ success: true, ticket, expires_at: expiresAt.toISOString() });
    },
  );
}

/** How long clients have to take their goodbye. */
const goodbyeMs = 500;

/**
 * Requests and upgrades go through the app like any other, for its hooks, its address of the caller and its answers
 * while it closes, and leave it before a body is read.
 */
function registerSockets(app: FastifyInstance, { realtime }: { realtime: Pick<Realtime, 'serve'> }): void {
  const server = realtime.serve();
  const upgrades = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>();
  const upgraded = new Set<Duplex>();

  app.route({
    method: ['GET', 'POST'],
    url: socketPath,
    // Each poll would be a row.
    config: { auth: 'own', record: false },
    schema: { hide: true },
    onRequest: async (request, reply) => {
      // The path as it was written decides in Socket.IO.
      if (!request.raw.url?.startsWith(socketPath)) throw notFound('Route');
      const upgrade = upgrades.get(request.raw);
      reply.hijack();
      if (upgrade === undefined) {
        copyHeaders(reply);
        server.handleRequest(request.raw, reply.raw, request.ip);
        return;
      }
      reply.raw.detachSocket(upgrade.socket as never);
      server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, request.ip);
    },
    handler: () => {
      throw new Error('The request was not taken over.');
    },
  });

  app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrades.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as never);
    response.once('finish', () => socket.end());
    app.routing(request, response);
  });

  // The HTTP server waits for its connections and does not count upgraded ones among those it may close.
  app.addHook('preClose', async () => {
    await server.close();
    setTimeout(() => {
      for (const socket of upgraded) socket.destroy();
    }, goodbyeMs).unref();
  });
}

function copyHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
}

/** Which requests may become something else than HTTP; any other is answered as if it had not asked to. */
export function isSocketUpgrade(request: Pick<IncomingMessage, 'url' | 'headers'>): boolean {
  return (request.url?.startsWith(socketPath) ?? false) && request.headers.upgrade?.toLowerCase() === 'websocket';
}
