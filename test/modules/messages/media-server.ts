import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Serve = (response: ServerResponse, request: IncomingMessage) => void;

export type MediaServer = {
  /** Answers at `/<name>`; the URL to ask for it. */
  serve(name: string, serve: Serve): string;
  /** Paths asked for so far. */
  asked: string[];
  /** Most requests that were open at once. */
  readonly openMost: number;
  close(): Promise<void>;
};

/** Somebody's web server with media on it. */
export async function startMediaServer(): Promise<MediaServer> {
  const routes = new Map<string, Serve>();
  const asked: string[] = [];
  let open = 0;
  let openMost = 0;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    openMost = Math.max(openMost, ++open);
    response.on('close', () => open--);
    const serve = routes.get(request.url ?? '');
    if (serve === undefined) response.writeHead(404).end('not here');
    else serve(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    serve(name, serve) {
      routes.set(`/${name}`, serve);
      return `http://127.0.0.1:${port}/${name}`;
    },
    asked,
    get openMost() {
      return openMost;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
