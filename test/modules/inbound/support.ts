import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { registerAuthenticate } from '../../../src/http/authenticate.ts';
import { registerJsonBody } from '../../../src/http/json-body.ts';
import { registerProblemDetails } from '../../../src/http/problem-details.ts';
import type { Backends } from '../../../src/modules/backends/index.ts';
import { createInbound, type Inbound } from '../../../src/modules/inbound/index.ts';
import { createInboundLane, type InboundLaneDeps } from '../../../src/modules/inbound/lane.ts';
import { registerInboundRoutes } from '../../../src/modules/inbound/routes.ts';
import { createTimerAlarm } from '../../../src/platform/alarm/timer-alarm.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { sha256 } from '../../../src/platform/crypto/digest.ts';
import { createIds } from '../../../src/platform/ids.ts';
import type { Lane } from '../../../src/platform/lane/lane.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { readRecording } from '../../evolution/captures.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

export const ids = createIds();
export const logger = createLogger({ level: 'silent' });

export type TestNumber = {
  id: number;
  userId: number;
  backendName: string;
  secretId: string;
  secret: string;
};

export type Call = Record<string, unknown>;

export type InboundTest = {
  database: TestDatabase;
  app: FastifyInstance;
  inbound: Inbound;
  makeNumber(): Promise<TestNumber>;
  /** Posts a call as the number's backend does, and answers the status. */
  post(number: TestNumber, call: Call | string | Buffer, options?: { secret?: string }): Promise<number>;
  /** Posts calls, which must all be stored, and waits until all that is due has been applied. */
  apply(number: TestNumber, ...calls: Call[]): Promise<void>;
  /** Another running lane, as a second process has it. */
  makeLane(options?: Partial<InboundLaneDeps>): Lane;
  close(): Promise<void>;
};

/** With `isIdle` nothing is applied until a lane is made. */
export async function startInbound(
  options: { isIdle?: boolean; backends?: Pick<Backends, 'requireUsable'> } = {},
): Promise<InboundTest> {
  const database = await openTestDatabase();
  const { db } = database;
  const alarm = createTimerAlarm({ logger });
  const inbound = createInbound({
    db,
    batchPool: database.connect().pool,
    ids,
    clock: systemClock,
    logger,
    alarm,
    backends: options.backends ?? noBackends,
  });
  const app = await buildApp(inbound);
  if (options.isIdle !== true) inbound.lane.start();

  const post: InboundTest['post'] = async (number, call, options = {}) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/hooks/evolution/${number.secretId}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${options.secret ?? number.secret}` },
      payload: typeof call === 'string' || Buffer.isBuffer(call) ? call : JSON.stringify(call),
    });
    return answer.statusCode;
  };
  return {
    database,
    app,
    inbound,
    post,
    makeNumber: () => makeNumber(database),
    async apply(number, ...calls) {
      for (const call of calls) {
        const status = await post(number, call);
        if (status !== 200) throw new Error(`answered ${status}`);
      }
      await inbound.lane.drained();
    },
    makeLane: (options = {}) => {
      const lane = createInboundLane({ db, ids, logger, alarm, ...options });
      lane.start();
      return lane;
    },
    async close() {
      await app.close();
      await inbound.lane[Symbol.asyncDispose]();
      await inbound.close();
      await alarm[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

export const noBackends = { requireUsable: () => Promise.reject(new Error('There is no backend.')) };

export async function buildApp(inbound: Inbound): Promise<FastifyInstance> {
  const app = Fastify();
  registerJsonBody(app);
  registerProblemDetails(app);
  registerAuthenticate(app, {
    resolveApiKey: async () => null,
    resolveAccessToken: async () => null,
    checkGuesses: async () => {},
    noteFailedGuess: async () => {},
  });
  await registerInboundRoutes(app, { inbound });
  return app;
}

export async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

async function makeNumber({ db }: TestDatabase): Promise<TestNumber> {
  const unique = ids.base36(10);
  const number = { backendName: `ef-${unique}`, secretId: ids.base62(22), secret: ids.base62(43) };
  const { rows } = await sql<{ id: number; userId: number }>`
    with made_user as (
      insert into users (email, password_hash, api_key, plan_type, max_phone_numbers, max_messages_per_day, requests_per_minute)
      values (${`${unique}@example.test`}, 'none', 'ef_live_…', 'business', 1, 1, 1) returning id
    ), made as (
      insert into phone_numbers (user_id, instance_name, token, alias, backend_name)
      select id, ${`user_${unique}`}, 'eft_…', ${`alias ${unique}`}, ${number.backendName} from made_user returning id, user_id
    ), made_secret as (
      insert into inbound_secrets (id, phone_number_id, backend_name, secret_hash, secret_sealed)
      select ${number.secretId}, id, ${number.backendName}, ${sha256(number.secret)}, 'sealed' from made
    )
    select id, user_id as "userId" from made`.execute(db);
  const [made] = rows;
  if (made === undefined) throw new Error('no number was made');
  return { ...number, ...made };
}

/** A backend of the pool, with the number connected there. */
export async function placeOnBackend({ db }: TestDatabase, ...numbers: TestNumber[]): Promise<number> {
  const { id } = await db
    .insertInto('backends')
    .values({ url: `http://${ids.base36(10)}.test`, api_key_sealed: 'sealed', capacity: 10, state: 'active' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .updateTable('phone_numbers')
    .set({ backend_id: id, status: 'connected' })
    .where(
      'id',
      'in',
      numbers.map((number) => number.id),
    )
    .execute();
  return id;
}

export type GapRow = { phone_number_id: number; since: Date; reason: string; attempt: number };

export function readGaps({ db }: TestDatabase, number: TestNumber): Promise<GapRow[]> {
  return db
    .selectFrom('gap_repairs')
    .select(['phone_number_id', 'since', 'reason', 'attempt'])
    .where('phone_number_id', '=', number.id)
    .execute();
}

/** Expects something to become true in a while. */
export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 15_000 });
}

/** The bodies of a recorded hook, as if they were about the given number. */
export function recordedCalls(name: string, number: TestNumber): Call[] {
  const recording = readRecording(`contract/hooks/${name}`) as { deliveries: { body: Call }[] };
  return recording.deliveries.map(({ body }) => ({ ...body, instance: number.backendName }));
}

export function recordedCall(name: string, number: TestNumber): Call {
  const [call] = recordedCalls(name, number);
  if (call === undefined) throw new Error(`${name} holds no call`);
  return call;
}

export type NumberRow = {
  status: string;
  status_reason: string | null;
  qr_code: string | null;
  phone_number: string | null;
  profile_name: string | null;
  heard_at: Date | null;
};

export async function readNumber({ db }: TestDatabase, number: TestNumber): Promise<NumberRow> {
  return db
    .selectFrom('phone_numbers')
    .select(['status', 'status_reason', 'qr_code', 'phone_number', 'profile_name', 'heard_at'])
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
}

export type CallRow = {
  state: string;
  note: string | null;
  event: string | null;
  body: Buffer;
  truncated: boolean;
  attempt: number;
};

/** The number's calls as they are stored, in the order of their arrival. */
export async function readStoredCalls({ db }: TestDatabase, number: TestNumber): Promise<CallRow[]> {
  return db
    .selectFrom('inbound_calls')
    .select(['state', 'note', 'event', 'body', 'truncated', 'attempt'])
    .where('phone_number_id', '=', number.id)
    .orderBy('received_at')
    .orderBy('id')
    .execute();
}

export type EventRow = { type: string; payload: Record<string, unknown>; message_id: string | null };

export async function readEvents({ db }: TestDatabase, number: TestNumber): Promise<EventRow[]> {
  const rows = await db
    .selectFrom('events')
    .select(['type', 'payload', 'message_id'])
    .where('phone_number_id', '=', number.id)
    .orderBy('sequence')
    .execute();
  return rows as EventRow[];
}
