import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `open` passes everything, late by `delayMs` · `hang` takes connections and holds everything back ·
 * `drip` passes one byte per `dripEveryMs` to the client · `down` resets whoever comes.
 */
export type ProxyMode = 'open' | 'hang' | 'drip' | 'down';

/** A moment on the wire, by what the client says. */
export type Moment = {
  /** A piece of the client's bytes, such as the name of a prepared statement. */
  says: string;
  /** `request`: held before the server has it. `answer`: the server did it, and the client does not hear of it. */
  hold: 'request' | 'answer';
  /** Whether these bytes of the server end the answer; any do unless given. */
  isEnd?(bytes: Buffer): boolean;
};

/** A connection that was caught in the moment: nothing passes on it until one of the two. */
export type Caught = { release(): void; reset(): void };

export type TcpProxy = {
  port: number;
  set(mode: ProxyMode): void;
  delay(ms: number): void;
  /** Resets every connection that is open now. */
  cut(): void;
  /** Resolves when the moment comes; `cancel` gives it up. */
  catchNext(moment: Moment): { caught: Promise<Caught>; cancel(): void };
  connections(): number;
  close(): Promise<void>;
};

const dripEveryMs = 200;

/** A wire that can be cut, held, slowed, and caught in a named moment. */
export async function startTcpProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const links = new Set<Link>();
  const traps = new Set<Trap>();
  let mode: ProxyMode = 'open';
  let delayMs = 0;

  const server = createServer((client) => {
    client.on('error', () => {});
    if (mode === 'down') {
      client.resetAndDestroy();
      return;
    }
    const link = createLink(client, connect(target.port, target.host ?? '127.0.0.1'), {
      mode: () => mode,
      delayMs: () => delayMs,
      traps,
      onEnd: () => links.delete(link),
    });
    links.add(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const link of [...links]) link.reset();
  };
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      mode = next;
      if (next === 'down') cut();
      if (next === 'open') for (const link of links) link.flush();
    },
    delay(ms) {
      delayMs = ms;
    },
    cut,
    catchNext(moment) {
      const { promise: caught, resolve } = Promise.withResolvers<Caught>();
      const trap: Trap = { moment, spring: resolve };
      traps.add(trap);
      return { caught, cancel: () => void traps.delete(trap) };
    },
    connections: () => links.size,
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

type Trap = { moment: Moment; spring(caught: Caught): void };
type Link = { reset(): void; flush(): void };
type Direction = { to: Socket; held: Buffer[]; isHeld: boolean };

function createLink(
  client: Socket,
  upstream: Socket,
  proxy: { mode(): ProxyMode; delayMs(): number; traps: Set<Trap>; onEnd(): void },
): Link {
  const said: Direction = { to: upstream, held: [], isHeld: false };
  const answered: Direction = { to: client, held: [], isHeld: false };
  let awaited: Trap | undefined;
  let tail = Buffer.alloc(0);
  const ends = () => {
    client.destroy();
    upstream.destroy();
    proxy.onEnd();
  };
  for (const socket of [client, upstream]) socket.on('error', ends).on('close', ends);

  client.on('data', (bytes: Buffer) => {
    // A name may be cut in two by the chunks.
    const seen = Buffer.concat([tail, bytes]);
    tail = seen.subarray(-64);
    const trap = [...proxy.traps].find(({ moment }) => seen.includes(moment.says));
    if (trap !== undefined) {
      proxy.traps.delete(trap);
      tail = Buffer.alloc(0);
      if (trap.moment.hold === 'answer') awaited = trap;
      else {
        said.isHeld = true;
        trap.spring(caughtIn(said));
      }
    }
    pass(said, bytes);
  });
  upstream.on('data', (bytes: Buffer) => {
    if (awaited !== undefined && (awaited.moment.isEnd?.(bytes) ?? true)) {
      const trap = awaited;
      awaited = undefined;
      answered.isHeld = true;
      trap.spring(caughtIn(answered));
    }
    pass(answered, bytes);
  });

  function pass(direction: Direction, bytes: Buffer): void {
    if (direction.isHeld || proxy.mode() === 'hang') direction.held.push(bytes);
    else if (proxy.mode() === 'drip' && direction === answered) drip(direction.to, bytes);
    else if (proxy.delayMs() > 0) setTimeout(() => write(direction.to, bytes), proxy.delayMs());
    else write(direction.to, bytes);
  }
  function flush(direction: Direction): void {
    if (direction.isHeld) return;
    for (const bytes of direction.held.splice(0)) write(direction.to, bytes);
  }
  const reset = () => {
    client.resetAndDestroy();
    upstream.destroy();
    proxy.onEnd();
  };
  function caughtIn(direction: Direction): Caught {
    return {
      release() {
        direction.isHeld = false;
        flush(direction);
      },
      reset,
    };
  }
  return {
    reset,
    flush() {
      flush(said);
      flush(answered);
    },
  };
}

function drip(to: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= bytes.length || to.destroyed) clearInterval(timer);
    else write(to, bytes.subarray(at, ++at));
  }, dripEveryMs);
}

function write(to: Socket, bytes: Buffer): void {
  if (!to.destroyed) to.write(bytes);
}
