import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP port of loopback that nobody listens on. It lies below those that the system itself hands out (from 32768 on
 * Linux), so that no connection or server of anybody else takes it before its user does, or while that restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
