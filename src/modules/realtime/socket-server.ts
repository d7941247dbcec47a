import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DefaultEventsMap, Server } from 'socket.io';
import { addressGroup } from '../../platform/address-group.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Admit } from './admit.ts';
import { answerClient } from './client-events.ts';
import { readHandshake } from './handshake.ts';
import type { Listeners } from './listeners.ts';
import type { Admitted, RealtimeSocket } from './realtime-socket.ts';
import { refused, toRefusal } from './refused.ts';
import type { SocketDialect } from './socket-dialect.ts';
import { createSocketListener } from './socket-listener.ts';

export type SocketServerLimits = {
  /** Connections of one user in this process. */
  perUserMax: number;
  /** Connections of one address that have not said yet who they are. */
  unknownPerAddressMax: number;
};

export const socketServerLimits: SocketServerLimits = { perUserMax: 20, unknownPerAddressMax: 50 };

export type SocketServer = {
  /** Takes over a request or an upgrade for `path`; `ipAddress` is the caller's. */
  handleRequest(request: IncomingMessage, response: ServerResponse, ipAddress: string): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, ipAddress: string): void;
  /** Clients are cut off and come back elsewhere by themselves. */
  close(): Promise<void>;
};

export const socketPath = '/socket.io/';
const bytesMax = 16_384;
const introduceWithinMs = 5_000;

/** Socket.IO behind somebody else's HTTP server. */
export function createSocketServer(deps: {
  admit: Admit;
  listeners: Listeners;
  wake(): void;
  logger: Logger;
  dialects: readonly SocketDialect[];
  isOriginAllowed(origin: string, host: string | undefined): boolean;
  limits: SocketServerLimits;
}): SocketServer {
  const { admit, listeners, logger, limits } = deps;
  const addresses = new WeakMap<IncomingMessage, string>();
  const unknown = new Map<string, number>();
  // It never listens. Attached to the real one, Socket.IO would take the place of that one's own listeners.
  const door = createServer();
  const io = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, Partial<Admitted>>(door, {
    path: socketPath,
    serveClient: false,
    maxHttpBufferSize: bytesMax,
    connectTimeout: introduceWithinMs,
    httpCompression: false,
    allowRequest(request, done) {
      const { origin, host } = request.headers;
      if (origin !== undefined && !deps.isOriginAllowed(origin, host)) done('This origin is not allowed.', false);
      else if ((unknown.get(groupOf(request)) ?? 0) >= limits.unknownPerAddressMax)
        done('Too many connections.', false);
      else done(undefined, true);
    },
  });

  io.engine.on('connection', (connection: RealtimeSocket['conn']) => {
    const group = groupOf(connection.request);
    unknown.set(group, (unknown.get(group) ?? 0) + 1);
    connection.once('known', leave);
    connection.once('close', leave);
    function leave(): void {
      connection.off('known', leave).off('close', leave);
      const left = (unknown.get(group) ?? 1) - 1;
      if (left > 0) unknown.set(group, left);
      else unknown.delete(group);
    }
  });

  io.use((socket, next) => {
    admitSocket(socket).then(
      () => next(),
      (error: unknown) => {
        const refusal = toRefusal(error);
        if (refusal === undefined)
          logger.error({ event: 'realtime_refused', err: error }, 'realtime connection failed');
        else logger.info({ event: 'realtime_refused', code: refusal.data.code }, 'realtime connection refused');
        next(refusal ?? refused('internal_error', 'Something went wrong on our side.'));
      },
    );
  });

  async function admitSocket(socket: RealtimeSocket): Promise<void> {
    const { auth, headers } = socket.handshake;
    const { secret, since, numbers } = readHandshake(auth, headers);
    const grant = await admit.authenticate(secret, addresses.get(socket.request) ?? '');
    refuseWhenFull(grant.userId);
    const allowed = await admit.requireNumbers(grant.userId, numbers);
    const start = await admit.start(grant.userId, since);
    refuseWhenFull(grant.userId);
    Object.assign(socket.data, { grant, numbers: allowed, start });
  }

  function refuseWhenFull(userId: number): void {
    if (listeners.countOf(userId) < limits.perUserMax) return;
    throw refused('connection_limit', `At most ${limits.perUserMax} connections of one user at once.`);
  }

  io.on('connection', (socket) => {
    const { grant, numbers, start } = socket.data;
    if (grant === undefined || numbers === undefined || start === undefined) {
      socket.disconnect(true);
      return;
    }
    socket.conn.emit('known');
    const listener = createSocketListener(socket, { grant, numbers, sequence: start.sequence });
    const common = { event: 'realtime_connected', user_id: grant.userId };
    socket.once('disconnect', (reason) => {
      listeners.remove(listener);
      logger.info({ ...common, event: 'realtime_disconnected', reason }, 'realtime disconnected');
      // There is nothing else to talk about: a connection that says no more would not count for anybody.
      socket.conn.close();
    });
    // Parallel ones passed the first look together.
    if (listeners.countOf(grant.userId) >= limits.perUserMax) {
      listener.end('connection_limit', `At most ${limits.perUserMax} connections of one user at once.`);
      return;
    }
    logger.info({ ...common, transport: socket.conn.transport.name }, 'realtime connected');
    socket.emit('ready', { sequence: start.sequence });
    if (start.resync !== null) socket.emit('resync', start.resync);
    answerClient(socket, { listener, admit, dialects: deps.dialects, wake: deps.wake, logger });
    listeners.add(listener);
    deps.wake();
  });

  function groupOf(request: IncomingMessage): string {
    return addressGroup(addresses.get(request) ?? '');
  }

  return {
    handleRequest(request, response, ipAddress) {
      addresses.set(request, ipAddress);
      door.emit('request', request, response);
    },
    handleUpgrade(request, socket, head, ipAddress) {
      addresses.set(request, ipAddress);
      door.emit('upgrade', request, socket, head);
    },
    close: () => io.close(),
  };
}
