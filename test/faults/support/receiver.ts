import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** `ok` · `hang`: never answers · `endless`: a body without end · `gone`: 410 · `error`: 500. */
export type ReceiverMode = 'ok' | 'hang' | 'endless' | 'gone' | 'error';

/** One call as it came. */
export type Delivered = {
  id: string;
  event: string;
  sequence: number;
  /** Of the raw body. */
  sha256: string;
  signed: boolean;
  answered: number | string;
  at: number;
  phoneNumberId: number | null;
  payload: Record<string, unknown>;
};

export type Inbox = {
  calls: Delivered[];
  /** The secrets by which its calls are signed. */
  secrets: string[];
  mode: ReceiverMode;
  /** Calls that met an ill receiver. */
  spoiled: number;
};

export type HeldDelivery = { delivered: Delivered; release(): void; reset(): void };

export type Receiver = {
  port: number;
  inbox(name: string): Inbox;
  /** Holds the answer of the next call to that inbox. */
  holdNext(name: string): { held: Promise<HeldDelivery>; cancel(): void };
  /** Takes no connections, or takes them again. */
  down(isDown: boolean): Promise<void>;
  /** Breaks the calls that hang. */
  cut(): void;
  close(): Promise<void>;
};

const chunk = 'x'.repeat(1_024);

/** The users' web servers: one inbox per path, each call recorded with what was answered. */
export async function startReceiver(host = '127.0.0.1', fixedPort = 0): Promise<Receiver> {
  const inboxes = new Map<string, Inbox>();
  const holds = new Map<string, (held: HeldDelivery) => void>();
  const sockets = new Set<Socket>();
  const inbox = (name: string): Inbox => {
    const known = inboxes.get(name) ?? { calls: [], secrets: [], mode: 'ok', spoiled: 0 };
    inboxes.set(name, known);
    return known;
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (bytes: Buffer) => chunks.push(bytes));
    request.on('end', () => {
      const name = (request.url ?? '/').slice(1);
      const box = inbox(name);
      const delivered = readCall(Buffer.concat(chunks), request.headers, box.secrets);
      box.calls.push(delivered);
      const hold = holds.get(name);
      if (hold === undefined) {
        answer(box, delivered, response);
        return;
      }
      holds.delete(name);
      delivered.answered = 'held';
      hold({
        delivered,
        release: () => answer(box, delivered, response),
        reset() {
          delivered.answered = 'reset';
          response.socket?.resetAndDestroy();
        },
      });
    });
  });
  server.keepAliveTimeout = 30_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(fixedPort, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  return {
    port,
    inbox,
    holdNext(name) {
      const { promise: held, resolve } = Promise.withResolvers<HeldDelivery>();
      holds.set(name, resolve);
      return { held, cancel: () => void holds.delete(name) };
    },
    async down(isDown) {
      if (isDown && server.listening) {
        server.close();
        cut();
      } else if (!isDown && !server.listening) {
        server.listen(port, host);
        await once(server, 'listening');
      }
    },
    cut,
    async close() {
      if (server.listening) server.close();
      cut();
    },
  };
}

function answer(box: Inbox, delivered: Delivered, response: ServerResponse): void {
  if (box.mode !== 'ok') box.spoiled++;
  switch (box.mode) {
    case 'ok':
      delivered.answered = 200;
      response.end('ok');
      return;
    case 'hang':
      delivered.answered = 'hang';
      return;
    case 'gone':
    case 'error':
      delivered.answered = box.mode === 'gone' ? 410 : 500;
      response.writeHead(delivered.answered).end();
      return;
    case 'endless': {
      delivered.answered = 'endless';
      response.writeHead(500);
      const timer = setInterval(() => {
        if (response.destroyed) clearInterval(timer);
        else response.write(chunk);
      }, 20);
      return;
    }
    default:
      box.mode satisfies never;
  }
}

function readCall(raw: Buffer, headers: IncomingHttpHeaders, secrets: readonly string[]): Delivered {
  const body = JSON.parse(raw.toString('utf8'));
  return {
    id: String(headers['webhook-id']),
    event: String(body.event),
    sequence: Number(body.sequence),
    sha256: createHash('sha256').update(raw).digest('hex'),
    signed:
      secrets.some((secret) => isSigned(secret, raw.toString('utf8'), headers)) && body.id === headers['webhook-id'],
    answered: 'pending',
    at: Date.now(),
    phoneNumberId: body.phone_number?.id ?? null,
    payload: body.payload ?? {},
  };
}

function isSigned(secret: string, raw: string, headers: IncomingHttpHeaders): boolean {
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
