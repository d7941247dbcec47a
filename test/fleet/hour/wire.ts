import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP wire before a server, where somebody may answer in its place. */
export type Wire = {
  url: string;
  /** Takes connections, or refuses them as a dead server does. */
  open(isOpen: boolean): void;
  close(): Promise<void>;
};

/** `answers` says whether it has answered by itself; what it has not is passed on, by its URL as it stands then. */
export async function startWire(
  target: string,
  answers: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<Wire> {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const server = createServer((request, response) => {
    if (!answers(request, response)) pass(agent, target, request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    open(isOpen) {
      if (isOpen && !server.listening) server.listen(port, '127.0.0.1');
      if (isOpen || !server.listening) return;
      server.close();
      server.closeAllConnections();
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      if (server.listening) server.close();
    },
  };
}

/** 33 MiB, past every bound of the client, as fast as they are taken. */
export function pour(response: ServerResponse, pieces = 528): void {
  let left = pieces;
  while (left-- > 0) {
    if (!response.write(piece)) {
      response.once('drain', () => pour(response, left));
      return;
    }
  }
  response.end();
}

/** Bytes that come often enough to keep a reader waiting, and never end. */
export function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer));
}

const piece = Buffer.alloc(64 * 1024, 'x');

function pass(agent: Agent, target: string, request: IncomingMessage, response: ServerResponse): void {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  const call = httpRequest(target + (request.url ?? ''), { method: request.method, headers, agent }, (answer) => {
    const { connection: _own, ...rest } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, rest);
    answer.pipe(response);
  });
  call.on('error', () => response.socket?.resetAndDestroy());
  response.on('close', () => call.destroy());
  request.pipe(call);
}
