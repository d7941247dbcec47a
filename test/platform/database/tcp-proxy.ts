import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `open` passes everything · `mute` passes what clients say and swallows the answers · `hang` holds both back ·
 * `down` refuses everybody.
 */
export type ProxyMode = 'open' | 'mute' | 'hang' | 'down';

export type TcpProxy = {
  /** The given URL, through the proxy. */
  url: string;
  set(mode: ProxyMode): void;
  /** Resets every connection that is open now. */
  cut(): void;
  close(): Promise<void>;
};

/** A wire to a database that a test can cut. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'open';

  const server = createServer((client) => {
    if (mode === 'down') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (chunk) => {
        if (mode === 'hang' || (mode === 'mute' && socket === upstream)) return;
        other.write(chunk);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(targetUrl);
  url.port = String((server.address() as AddressInfo).port);

  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: url.href,
    set(next) {
      mode = next;
      if (next === 'down') cut();
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
