import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { vi } from 'vitest';
import { appendEvents, type NewEvent } from '../../../src/modules/events/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import type { TestGateway, TestUser } from '../../support/gateway.ts';

export type Told = {
  id: string;
  event: string;
  timestamp: string;
  sequence: number;
  phone_number: { id: number; instance_name: string } | null;
  payload: Record<string, unknown>;
};

export type Client = {
  socket: Socket;
  /** In the order in which they came. */
  events: Told[];
  /** All else that was said: ready, resync, position, ended. */
  words: { name: string; content: Record<string, unknown> }[];
  sequences(): number[];
  said(name: string): Record<string, unknown>[];
  ask(name: string, content: unknown): Promise<Record<string, unknown>>;
  close(): void;
};

export type Refused = { message: string; code: string | undefined };

const open = new Set<Socket>();

/** Starts to connect; what comes is kept from the first word on. */
export function begin(url: string, auth: Record<string, unknown>, options: Record<string, unknown> = {}): Client {
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, auth, ...options });
  open.add(socket);
  const events: Told[] = [];
  const words: Client['words'] = [];
  socket.onAny((name: string, content) => {
    if (name === 'event') events.push(content);
    else words.push({ name, content });
  });
  return {
    socket,
    events,
    words,
    sequences: () => events.map(({ sequence }) => sequence),
    said: (name) => words.filter((word) => word.name === name).map(({ content }) => content),
    ask: (name, content) => socket.timeout(5_000).emitWithAck(name, content),
    close() {
      open.delete(socket);
      socket.disconnect();
    },
  };
}

/** Connects; resolves when the server said `ready`. */
export async function connect(
  url: string,
  auth: Record<string, unknown>,
  options: Record<string, unknown> = {},
): Promise<Client> {
  const client = begin(url, auth, options);
  const ready = Promise.withResolvers<void>();
  client.socket.once('ready', () => ready.resolve());
  client.socket.once('connect_error', (error) => ready.reject(error));
  await ready.promise;
  return client;
}

/** Why it does not get in. */
export async function refusalOf(
  url: string,
  auth: Record<string, unknown>,
  options: Record<string, unknown> = {},
): Promise<Refused> {
  const client = begin(url, auth, options);
  const { promise, resolve, reject } = Promise.withResolvers<Refused>();
  client.socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
    resolve({ message: error.message, code: error.data?.code }),
  );
  client.socket.once('ready', () => reject(new Error('it was let in')));
  return promise.finally(client.close);
}

export function closeClients(): void {
  for (const socket of open) socket.disconnect();
  open.clear();
}

export async function ticketOf(user: TestUser): Promise<string> {
  const { status, body } = await user.api('POST', '/api/realtime/tickets');
  if (status !== 201) throw new Error(`ticket answered ${status}: ${JSON.stringify(body)}`);
  return body.ticket;
}

export async function logIn(gateway: TestGateway, user: TestUser): Promise<string> {
  const { status, body } = await gateway.anonymous('POST', '/api/auth/login', {
    email: user.email,
    password: 'correct horse battery 1',
  });
  if (status !== 200) throw new Error(`log-in answered ${status}: ${JSON.stringify(body)}`);
  return body.access_token;
}

const ids = createIds();

/** Makes events of a user true, as any producer does. */
export function tell(gateway: TestGateway, userId: number, ...events: Partial<NewEvent>[]): Promise<void> {
  return inTransaction(gateway.database.db, (tx) =>
    appendEvents(
      tx,
      ids,
      events.map((event) => whole(userId, event)),
    ),
  );
}

function whole(userId: number, event: Partial<NewEvent>): NewEvent {
  return { userId, type: 'message.received', phoneNumberId: null, messageId: null, payload: {}, ...event };
}

export function eventually(check: () => void | Promise<void>, timeout = 8_000): Promise<void> {
  return vi.waitFor(check, { timeout, interval: 10 });
}

/** Lets several looks go by, to see that nothing comes: there is no condition to wait for. */
export const someLooks = () => wait(400);

export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
