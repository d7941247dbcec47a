import type { Grant } from './grant.ts';
import type { Listener } from './listeners.ts';
import type { RealtimeSocket } from './realtime-socket.ts';

const goodbyeMs = 1_000;

/** A connected client as a listener. */
export function createSocketListener(
  socket: RealtimeSocket,
  start: { grant: Grant; numbers: ReadonlySet<number> | null; sequence: number },
): Listener {
  const { conn } = socket;
  let waiting = 0;
  conn.on('packetCreate', () => {
    waiting++;
  });
  conn.on('drain', () => {
    waiting = 0;
  });
  return {
    ...start,
    retellings: new Map(),
    isReady: () => waiting === 0,
    tell(name, content) {
      if (socket.connected) socket.emit(name, content);
    },
    end(code, sentence) {
      socket.emit('ended', { code, message: sentence });
      socket.disconnect(true);
      // An orderly close waits for what is on its way, and a client that takes nothing would wait for ever.
      setTimeout(() => conn.close(true), goodbyeMs).unref();
    },
    drop: () => conn.close(true),
  };
}
