import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One call on its way through; `status` is what the server said, whoever heard of it. */
export type Exchange = { method: string; path: string; body: Buffer; status: number | undefined; at: number };

/** `open` passes · `hang` takes calls and holds them · `down` refuses connections. */
export type RelayMode = 'open' | 'hang' | 'down';

export type HeldCall = {
  exchange: Exchange;
  /** Goes on as if nothing had been. */
  release(): void;
  /** Resets the caller's connection; a call that was held before the server is never made. */
  reset(): void;
};

export type Relay = {
  url: string;
  set(mode: RelayMode): Promise<void>;
  /** Holds the next call that fits, before the server has it or after the server has answered. */
  catchNext(
    where: 'request' | 'answer',
    fits: (exchange: Exchange) => boolean,
  ): { caught: Promise<HeldCall>; cancel(): void };
  /** Calls that fit and are not answered yet. */
  open(fits: (exchange: Exchange) => boolean): number;
  close(): Promise<void>;
};

/** An HTTP wire between two programs that records, holds and loses calls. Where a target takes no connection, the next is asked. */
export async function startRelay(options: {
  targets(): readonly string[];
  /** Called when the server has answered. */
  onAnswered?(exchange: Exchange): void;
}): Promise<Relay> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 120_000 });
  const sockets = new Set<Socket>();
  const open = new Set<Exchange>();
  const traps = new Set<Trap>();
  const waiting: (() => void)[] = [];
  let mode: RelayMode = 'open';
  let turn = 0;

  const server = createServer(
    (request, response) => void relay(request, response).catch(() => response.socket?.destroy()),
  );
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const exchange: Exchange = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      body,
      status: undefined,
      at: Date.now(),
    };
    open.add(exchange);
    await pass(request, response, exchange).finally(() => open.delete(exchange));
  }

  async function pass(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
    if (mode === 'hang') await new Promise<void>((resolve) => waiting.push(resolve));
    if (!(await mayGoOn('request', exchange, response)) || response.destroyed) return;
    const answer = await forward(request, exchange);
    exchange.status = answer?.status;
    if (answer !== undefined) options.onAnswered?.(exchange);
    if (!(await mayGoOn('answer', exchange, response))) return;
    if (mode === 'hang') await new Promise<void>((resolve) => waiting.push(resolve));
    if (answer === undefined) response.socket?.resetAndDestroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function mayGoOn(where: Trap['where'], exchange: Exchange, response: ServerResponse): Promise<boolean> {
    const trap = [...traps].find((each) => each.where === where && each.fits(exchange));
    if (trap === undefined) return true;
    traps.delete(trap);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    trap.spring({
      exchange,
      release: () => resolve(true),
      reset() {
        response.socket?.resetAndDestroy();
        resolve(false);
      },
    });
    return promise;
  }

  async function forward(request: IncomingMessage, exchange: Exchange): Promise<Answer | undefined> {
    const targets = options.targets();
    for (let tries = 0; tries < targets.length; tries++) {
      const target = targets[turn++ % targets.length] ?? '';
      const answer = await ask(agent, target, request, exchange);
      if (answer !== 'not taken') return answer;
    }
    return undefined;
  }

  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async set(next) {
      const before = mode;
      mode = next;
      if (next !== 'hang') for (const goOn of waiting.splice(0)) goOn();
      if (next === 'down' && before !== 'down') {
        server.close();
        cut();
      }
      if (before === 'down' && next !== 'down') {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      }
    },
    catchNext(where, fits) {
      const { promise: caught, resolve } = Promise.withResolvers<HeldCall>();
      const trap: Trap = { where, fits, spring: resolve };
      traps.add(trap);
      return { caught, cancel: () => void traps.delete(trap) };
    },
    open: (fits) => [...open].filter(fits).length,
    async close() {
      if (server.listening) server.close();
      cut();
      agent.destroy();
    },
  };
}

type Trap = { where: 'request' | 'answer'; fits(exchange: Exchange): boolean; spring(held: HeldCall): void };
type Answer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

/** Undefined where the connection broke after it was made. */
function ask(
  agent: Agent,
  target: string,
  request: IncomingMessage,
  { method, path, body }: Exchange,
): Promise<Answer | 'not taken' | undefined> {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  return new Promise((resolve) => {
    const call = httpRequest(target + path, { method, headers: { ...headers, 'content-length': body.length }, agent });
    call.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'not taken' : undefined),
    );
    call.on('response', (response) => {
      bodyOf(response).then(
        (answer) => {
          const { connection: _own, 'transfer-encoding': _encoding, ...rest } = response.headers;
          const headers = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
          resolve({ status: response.statusCode ?? 0, headers: headers as Answer['headers'], body: answer });
        },
        () => resolve(undefined),
      );
    });
    call.end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
