import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { appendEvents, type EventType } from '../../../src/modules/events/index.ts';
import {
  createWebhookDelivery,
  type WebhookDelivery,
  type WebhookDeliveryOptions,
} from '../../../src/modules/webhooks/index.ts';
import { createTimerAlarm } from '../../../src/platform/alarm/timer-alarm.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createEgress, type EgressOptions } from '../../../src/platform/egress/index.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { listen } from '../../platform/egress/support/receivers.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

export const ids = createIds();

export type ReceivedCall = {
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  raw: string;
  body: ReturnType<typeof JSON.parse>;
  atMs: number;
};

export type TestReceiver = AsyncDisposable & {
  url: string;
  calls: ReceivedCall[];
  /** Calls that were begun and not answered yet. */
  readonly open: number;
  readonly openMost: number;
  /** How the next calls are answered; 200 at first. */
  answer(how: (response: ServerResponse, call: ReceivedCall, nth: number) => void): void;
};

/** A user's web server on loopback. */
export async function startReceiver(): Promise<TestReceiver> {
  const calls: ReceivedCall[] = [];
  let open = 0;
  let openMost = 0;
  let how: Parameters<TestReceiver['answer']>[0] = (response) => response.end('ok');
  const server = createServer((request, response) => {
    openMost = Math.max(openMost, ++open);
    response.on('close', () => open--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const { url: path = '', headers } = request;
      const call = { path, headers, raw, body: JSON.parse(raw), atMs: performance.now() };
      calls.push(call);
      how(response, call, calls.length);
    });
  });
  const { port, [Symbol.asyncDispose]: dispose } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    calls,
    get open() {
      return open;
    },
    get openMost() {
      return openMost;
    },
    answer(next) {
      how = next;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

export const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end();
  };

/** One process that delivers: its own pools, lanes and connections. */
export type Worker = { delivery: WebhookDelivery; logs: string[]; ring(): void; end(): Promise<void> };

export type DeliveryTest = {
  database: TestDatabase;
  worker: Worker;
  /** Another process on the same database. */
  startWorker(options?: WorkerOptions): Worker;
  addUser(): Promise<number>;
  addNumber(userId: number, alias?: string): Promise<number>;
  addEndpoint(
    userId: number,
    url: string,
    more?: Partial<Parameters<WebhookDelivery['endpoints']['create']>[0]>,
  ): Promise<{ id: number; secret: string }>;
  /** Appends events in one transaction. */
  tell(userId: number, ...events: { type?: EventType; phoneNumberId?: number; payload?: object }[]): Promise<void>;
  deliveries(userId: number): Promise<DeliveryRow[]>;
  logs(userId: number): Promise<LogRow[]>;
  /** Makes what waits for a later attempt due now, and has the workers look. */
  hurry(): Promise<void>;
  close(): Promise<void>;
};

export type DeliveryRow = Awaited<ReturnType<typeof readDeliveries>>[number];
export type LogRow = Awaited<ReturnType<typeof readLogs>>[number];
export type WorkerOptions = Partial<WebhookDeliveryOptions> & {
  egress?: never;
  egressOptions?: Partial<EgressOptions>;
  isIdle?: boolean;
};

export async function startDelivery(options: WorkerOptions = {}): Promise<DeliveryTest> {
  const database = await openTestDatabase();
  const { db } = database;
  const workers: Worker[] = [];
  const startWorker = (more: WorkerOptions = {}) => {
    const worker = createWorker(database, more);
    workers.push(worker);
    return worker;
  };
  const worker = startWorker(options);
  return {
    database,
    worker,
    startWorker,
    addUser: () => addUser(database),
    async addNumber(userId, alias) {
      const row = await db
        .insertInto('phone_numbers')
        .values({
          user_id: userId,
          instance_name: `user_${userId}_1704067200000_${ids.base36(8)}`,
          alias: alias ?? null,
          token: 'wat_…abcd',
          phone_number: '628111111111',
          own_jid: '628111111111@s.whatsapp.net',
          status: 'connected',
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async addEndpoint(userId, url, more = {}) {
      const { endpoint, secret } = await worker.delivery.endpoints.create({
        userId,
        url,
        phoneNumberId: null,
        events: null,
        format: 'evofleet',
        schedule: 'standard',
        enabled: true,
        role: 'user',
        ...more,
      });
      return { id: endpoint.id, secret };
    },
    tell: (userId, ...events) =>
      inTransaction(db, (tx) =>
        appendEvents(
          tx,
          ids,
          events.map(({ type = 'message.received', phoneNumberId = null, payload = {} }) => ({
            userId,
            type,
            phoneNumberId,
            messageId: null,
            payload: payload as Record<string, unknown>,
          })),
        ),
      ),
    deliveries: (userId) => readDeliveries(database, userId),
    logs: (userId) => readLogs(database, userId),
    async hurry() {
      await sql`update deliveries set due_at = app_now() where status = 'pending' and lease_until is null`.execute(db);
      for (const each of workers) each.ring();
    },
    async close() {
      await Promise.all(workers.map((each) => each.end()));
      await database.close();
    },
  };
}

function createWorker(database: TestDatabase, options: WorkerOptions): Worker {
  const { isIdle = false, egressOptions, ...more } = options;
  const logs: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void logs.push(line) } });
  const alarm = createTimerAlarm({ logger });
  const egress = createEgress({ allowCidrs: ['127.0.0.1/32'], ...egressOptions });
  const { db } = database.connect();
  const delivery = createWebhookDelivery({
    db,
    batchPool: database.connect().pool,
    ids,
    clock: systemClock,
    logger,
    secretBox: createSecretBox('a secret of tests that is long enough 2'),
    egress,
    alarm,
    users: { lockUser: async () => undefined },
    serverUrl: 'https://gateway.example',
    keepDays: 30,
    ...more,
  });
  if (!isIdle) {
    delivery.fanOutLane.start();
    delivery.deliverLane.start();
  }
  let ended: Promise<void> | undefined;
  async function end(): Promise<void> {
    await alarm[Symbol.asyncDispose]();
    // What is on the way ends now, so that no test waits for a receiver that hangs.
    await egress.close();
    await Promise.all([delivery.fanOutLane[Symbol.asyncDispose](), delivery.deliverLane[Symbol.asyncDispose]()]);
    await delivery.close();
  }
  return {
    delivery,
    logs,
    ring: () => alarm.ring(delivery.deliverLane.name),
    end() {
      ended ??= end();
      return ended;
    },
  };
}

async function addUser({ db }: TestDatabase): Promise<number> {
  const row = await db
    .insertInto('users')
    .values({
      email: `user-${ids.base36(10)}@example.com`,
      password_hash: '-',
      api_key: '-',
      plan_type: 'enterprise',
      max_phone_numbers: 3,
      max_messages_per_day: 1,
      requests_per_minute: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

const readDeliveries = ({ db }: TestDatabase, userId: number) =>
  db.selectFrom('deliveries').selectAll().where('user_id', '=', userId).orderBy('id').execute();

const readLogs = ({ db }: TestDatabase, userId: number) =>
  db.selectFrom('webhook_logs').selectAll().where('user_id', '=', userId).orderBy('sent_at').execute();

/** Expects something to become true in a while. */
export function eventually<T>(read: () => T | Promise<T>, timeout = 8_000) {
  return expect.poll(read, { timeout, interval: 10 });
}

export function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  return items[0] as T;
}
