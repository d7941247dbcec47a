import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TLSSocket } from 'node:tls';

export type Receiver = AsyncDisposable & { port: number; connections: () => number };

/** A server on loopback that also ends its open connections when disposed of. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<Receiver> {
  let connections = 0;
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Some containers have no IPv6 at all. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}

export function httpReceiver(listener: RequestListener, host?: string): Promise<Receiver> {
  return listen(createHttpServer(listener), host);
}

/** Raw bytes in, raw bytes out: for answers no HTTP library would send. */
export function rawReceiver(onRequest: (socket: Socket) => void, host?: string): Promise<Receiver> {
  const server = createServer((socket) => {
    socket.once('data', () => onRequest(socket));
  });
  return listen(server, host);
}

export function httpsReceiver(
  identity: { key: string; cert: string },
  listener: RequestListener,
  seenServernames: unknown[] = [],
): Promise<Receiver> {
  const server = createHttpsServer(identity, listener);
  server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) =>
    seenServernames.push(socket.servername),
  );
  return listen(server);
}

/** Resolves when `condition` holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** undici takes a connection back one turn of the event loop after the answer. */
export async function connectionsAreFree(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}
