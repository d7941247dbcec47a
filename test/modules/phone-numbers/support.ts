import { expect, vi } from 'vitest';
import { createBackends } from '../../../src/modules/backends/index.ts';
import { createPhoneNumbers, type PhoneNumbers } from '../../../src/modules/phone-numbers/index.ts';
import { createWebhooks } from '../../../src/modules/webhooks/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { Answer, TestGateway, TestUser } from '../../support/gateway.ts';

/** The one element, where the test knows that there is exactly one. */
export function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  return items[0] as T;
}

/** Expects something to become true in a while. */
export function eventually<T>(read: () => T | Promise<T>, timeout = 5_000) {
  return expect.poll(read, { timeout, interval: 10 });
}

export const createNumber = (user: TestUser, body: Record<string, unknown> = {}): Promise<Answer> =>
  user.api('POST', '/api/phone-numbers/create', body);

/** A number that shows its first code, or fails the test. */
export async function createdNumber(user: TestUser, body: Record<string, unknown> = {}): Promise<Answer['body']> {
  const answer = await createNumber(user, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.phone_number;
}

export const readNumber = ({ database }: TestGateway, id: number) =>
  database.db.selectFrom('phone_numbers').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** Waits until the number's creation is over, which it is some time after it was answered. */
export const untilCreated = (gateway: TestGateway, id: number) =>
  vi.waitFor(async () => expect((await readNumber(gateway, id)).reservation_id).toBeNull(), {
    timeout: 15_000,
    interval: 10,
  });

/** The number's name on its backend, and that backend. */
export async function placeOf(gateway: TestGateway, id: number): Promise<{ sandbox: Sandbox; name: string }> {
  const row = await readNumber(gateway, id);
  const sandbox = gateway.sandboxes.find(({ url }) => url === row.server_instance);
  if (sandbox === undefined || row.backend_name === null) throw new Error('the number is on no sandbox');
  return { sandbox, name: row.backend_name };
}

export const callsTo = ({ control }: Sandbox, start: string) =>
  control.ledger.calls().filter(({ method, url }) => `${method} ${url}`.startsWith(start));

export const createCalls = (gateway: TestGateway) =>
  gateway.sandboxes.flatMap((sandbox) => callsTo(sandbox, 'POST /instance/create'));

export async function eventTypes({ database }: TestGateway, phoneNumberId: number): Promise<string[]> {
  const rows = await database.db
    .selectFrom('events')
    .select('type')
    .where('phone_number_id', '=', phoneNumberId)
    .orderBy('sequence')
    .execute();
  return rows.map(({ type }) => type);
}

export type Books = {
  backends: { assigned: number; reserved: number }[];
  reservations: number;
  liveNumbers: number;
  instances: number;
};

/** What database and sandboxes hold at this moment; all must agree once nothing is under way. */
export async function readBooks({ database, sandboxes }: TestGateway): Promise<Books> {
  const { db } = database;
  const backends = await db.selectFrom('backends').select(['assigned', 'reserved']).orderBy('id').execute();
  const { count: reservations } = await db
    .selectFrom('reservations')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const { count: liveNumbers } = await db
    .selectFrom('phone_numbers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  const instances = sandboxes.reduce((sum, { control }) => sum + control.instances().length, 0);
  return { backends, reservations, liveNumbers, instances };
}

/** The phone numbers of a process of its own on the gateway's database, whose calls to backends end early. */
export async function hastyPhoneNumbers(
  gateway: TestGateway,
  options: { connectTimeoutMs?: number; readTimeoutMs?: number } = {},
): Promise<{ phoneNumbers: PhoneNumbers; close(): Promise<void> }> {
  const { database, services } = gateway;
  const { ids, logger, users } = services;
  const secretBox = createSecretBox(services.config.encryptionKey);
  const { db, pool } = database.connect({ max: 20 });
  const backends = createBackends({
    db,
    secretBox,
    clock: systemClock,
    logger,
    readTimeoutMs: options.readTimeoutMs ?? 1_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 300,
  });
  await backends.refresh();
  const phoneNumbers = createPhoneNumbers({
    db,
    ids,
    clock: systemClock,
    logger,
    secretBox,
    users,
    webhooks: createWebhooks({ ids, secretBox, checkUrl() {} }),
    backends,
    callbackUrl: () => gateway.url,
    serverUrl: gateway.url,
    askAgainAfterMs: [10, 50],
  });
  return {
    phoneNumbers,
    async close() {
      await phoneNumbers.close(5_000);
      await backends.close();
      await pool.end();
    },
  };
}

export const newNumber = (userId: number) => ({
  userId,
  displayName: null,
  alias: null,
  webhookUrl: null,
  integration: 'WHATSAPP-BAILEYS' as const,
});
