import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { replaceReservation } from '../../../src/modules/backends/index.ts';
import { placeNumber } from '../../../src/modules/phone-numbers/creating/creation-system.ts';
import type { PhoneNumbers } from '../../../src/modules/phone-numbers/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import {
  callsTo,
  createCalls,
  createdNumber,
  createNumber,
  eventTypes,
  eventually,
  hastyPhoneNumbers,
  newNumber,
  only,
  placeOf,
  readBooks,
  readNumber,
  untilCreated,
} from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let hasty: { phoneNumbers: PhoneNumbers; close(): Promise<void> };

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  hasty = await hastyPhoneNumbers(gateway);
});
afterAll(async () => {
  await hasty.close();
  await gateway.close();
});
beforeEach(async () => {
  user = await gateway.signUp();
  for (const { control } of gateway.sandboxes) control.ledger.clear();
});
const calm = {
  createFailureRatio: 0,
  failures: [],
  latencyMsByRoute: {},
  createQrWaitMs: 40,
  qrAfterMs: 5,
  webhooks: true,
};
const turn = (knobs: object) => {
  for (const { control } of gateway.sandboxes) control.setKnobs(knobs);
};
afterEach(() => turn(calm));

const createHastily = () => hasty.phoneNumbers.create(newNumber(user.id));

/** A process that ends between the reservation and the confirmation: the backend has been asked, nobody listens. */
async function abandonCreation(options: { reachedBackend: boolean }): Promise<number> {
  turn(
    options.reachedBackend
      ? { createQrWaitMs: 60_000, webhooks: false }
      : { failures: [{ route: 'POST /instance/create', probability: 1, kind: 'hang' }] },
  );
  const dying = await hastyPhoneNumbers(gateway, { connectTimeoutMs: 60_000 });
  void dying.phoneNumbers.create(newNumber(user.id)).catch(() => {});
  await eventually(() => createCalls(gateway).length).toBe(1);
  if (options.reachedBackend)
    await eventually(() => gateway.sandboxes.flatMap(({ control }) => control.instances()).length).toBeGreaterThan(0);
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('id')
    .where('user_id', '=', user.id)
    .where('reservation_id', 'is not', null)
    .executeTakeFirstOrThrow();
  return row.id;
}

const leaseEnds = (id: number) =>
  gateway.database.db
    .updateTable('phone_numbers')
    .set({ create_lease_until: sql<Date>`app_now() - interval '1 second'` })
    .where('id', '=', id)
    .execute();

const { finishCreations, removeDeleted } = {
  finishCreations: () => gateway.services.phoneNumbers.finishCreations(),
  removeDeleted: () => gateway.services.phoneNumbers.removeDeleted(),
};

const deletedLongAgo = (id: number) =>
  gateway.database.db
    .updateTable('phone_numbers')
    .set({ deleted_at: sql<Date>`now() - interval '10 minutes'` })
    .where('id', '=', id)
    .execute();

test('a create that was cut off but took place is found by asking, and is not made again', async () => {
  turn({ createFailureRatio: 1, createFailureKind: 'hang-after' });
  const { number } = await createHastily();
  const { name, sandbox } = await placeOf(gateway, number.id);
  expect(only(createCalls(gateway)).body).toMatchObject({ instanceName: name });
  await eventually(() => callsTo(sandbox, `GET /instance/connectionState/${name}`).length).toBe(1);
  await untilCreated(gateway, number.id);
  expect((await readBooks(gateway)).reservations).toBe(0);
});

test('a create that was cut off and did not take place is tried again under another name', async () => {
  turn({ createFailureRatio: 1, createFailureKind: 'hang' });
  const first = createHastily();
  await eventually(() => createCalls(gateway).length).toBe(1);
  turn(calm);
  const { number } = await first;
  const { name } = await placeOf(gateway, number.id);
  const calls = createCalls(gateway).map(({ body }) => (body as { instanceName: string }).instanceName);
  expect(calls).toHaveLength(2);
  expect(new Set(calls).size).toBe(2);
  expect(calls).toContain(name);
});

test('what a backend makes after its number has moved on cannot speak for the number', async () => {
  turn({ createFailureRatio: 1, createFailureKind: 'hang' });
  const first = createHastily();
  await eventually(() => createCalls(gateway).length).toBe(1);
  const { webhook } = only(createCalls(gateway)).body as { webhook: { url: string; headers: Record<string, string> } };
  turn(calm);
  const { number } = await first;
  const answer = await fetch(webhook.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...webhook.headers },
    body: JSON.stringify({ event: 'connection.update', data: { state: 'open' } }),
  });
  expect(answer.status).toBe(401);
  expect((await readNumber(gateway, number.id)).status).toBe('qr_ready');
});

test('while the backend does not say whether it made the number, nothing is decided', async () => {
  turn({
    createFailureRatio: 1,
    createFailureKind: 'hang-after',
    failures: [{ route: 'GET /instance/connectionState/ef-', probability: 1, kind: 'http500-before' }],
    webhooks: false,
  });
  await expect(createHastily()).rejects.toMatchObject({ code: 'backend_unavailable' });
  const { id } = only((await user.api('GET', '/api/phone-numbers')).body.phone_numbers) as { id: number };
  const before = await readBooks(gateway);
  await leaseEnds(id);
  await finishCreations();
  expect(await readBooks(gateway)).toEqual(before);
  expect(before.reservations).toBe(1);
  expect((await readNumber(gateway, id)).create_lease_until?.getTime()).toBeGreaterThan(Date.now());

  turn({ failures: [] });
  await leaseEnds(id);
  await finishCreations();
  expect(await readBooks(gateway)).toMatchObject({ reservations: 0 });
  expect((await readNumber(gateway, id)).deleted_at).toBeNull();
  expect(createCalls(gateway)).toHaveLength(1);
});

test('a number whose process ended is kept when its backend has it, and its user hears of it once', async () => {
  const before = await readBooks(gateway);
  const id = await abandonCreation({ reachedBackend: true });
  await finishCreations();
  expect((await readBooks(gateway)).reservations).toBe(1);
  await leaseEnds(id);
  await Promise.all([finishCreations(), finishCreations()]);
  const after = await readBooks(gateway);
  expect(after.reservations).toBe(0);
  expect(sumOf(after)).toBe(sumOf(before) + 1);
  expect((await readNumber(gateway, id)).reservation_id).toBeNull();
  expect(await eventTypes(gateway, id)).toEqual(['number.created']);
  expect(await user.api('GET', `/api/phone-numbers/${id}`)).toMatchObject({ status: 200 });
});

test('a number whose process ended gives place and slot back when its backend has not got it', async () => {
  const before = await readBooks(gateway);
  const id = await abandonCreation({ reachedBackend: false });
  turn(calm);
  await leaseEnds(id);
  await finishCreations();
  const after = await readBooks(gateway);
  expect(after.reservations).toBe(0);
  expect(after.backends).toEqual(before.backends);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toEqual([]);
  await deletedLongAgo(id);
  await removeDeleted();
  expect((await readNumber(gateway, id)).removed_from_backend_at).not.toBeNull();
});

test('creations on a silent backend do not hold up those of the others', async () => {
  const silent = await startSandbox({
    apiKey: 'global-key',
    knobs: { failures: [{ route: 'GET /instance/connectionState/ef-', probability: 1, kind: 'hang' }] },
  });
  const abandoned = await abandonCreation({ reachedBackend: false });
  turn(calm);
  await gateway.services.backends.join([{ url: silent.url, apiKey: 'global-key' }]);
  const { db } = gateway.database;
  const { id: backendId } = await db
    .selectFrom('backends')
    .select('id')
    .where('url', '=', silent.url)
    .executeTakeFirstOrThrow();
  const stuck = await createdNumber(user);
  await untilCreated(gateway, stuck.id);
  await sql`update phone_numbers set backend_id = ${backendId}, reservation_id = gen_random_uuid() where id = ${stuck.id}`.execute(
    db,
  );
  await leaseEnds(stuck.id);
  await leaseEnds(abandoned);
  const finishing = finishCreations();
  await eventually(async () => (await readNumber(gateway, abandoned)).deleted_at).not.toBeNull();
  await silent.close();
  await finishing;
  await db
    .updateTable('phone_numbers')
    .set({ reservation_id: null, deleted_at: new Date() })
    .where('id', '=', stuck.id)
    .execute();
  await db.updateTable('backends').set({ state: 'cordoned' }).where('id', '=', backendId).execute();
});

test('a number deleted while it is being created is gone for its user, and its instance goes later', async () => {
  turn({ createQrWaitMs: 400, qrAfterMs: 200 });
  const before = await readBooks(gateway);
  const creating = createNumber(user);
  await eventually(() => createCalls(gateway).length).toBe(1);
  const { id } = only((await user.api('GET', '/api/phone-numbers')).body.phone_numbers) as { id: number };
  expect(await user.api('DELETE', `/api/phone-numbers/${id}`)).toMatchObject({ status: 200 });
  expect(await creating).toMatchObject({ status: 404 });
  const after = await readBooks(gateway);
  expect(after.reservations).toBe(0);
  expect(after.backends).toEqual(before.backends);
  expect(after.instances).toBe(before.instances + 1);
  await deletedLongAgo(id);
  await removeDeleted();
  await eventually(async () => (await readBooks(gateway)).instances).toBe(before.instances);
  expect((await readNumber(gateway, id)).removed_from_backend_at).not.toBeNull();
});

test('an instance that appears after its number was given up is removed as well', async () => {
  turn({ createQrWaitMs: 300, qrAfterMs: 10_000 });
  const before = await readBooks(gateway);
  const creating = createNumber(user);
  await eventually(() => createCalls(gateway).length).toBe(1);
  const { id } = only((await user.api('GET', '/api/phone-numbers')).body.phone_numbers) as { id: number };
  await user.api('DELETE', `/api/phone-numbers/${id}`);
  // As if removeDeleted had found nothing there yet.
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ removed_from_backend_at: new Date() })
    .where('id', '=', id)
    .execute();
  expect(await creating).toMatchObject({ status: 404 });
  expect((await readNumber(gateway, id)).removed_from_backend_at).toBeNull();
  await deletedLongAgo(id);
  await removeDeleted();
  await eventually(async () => (await readBooks(gateway)).instances).toBe(before.instances);
});

test('a delete that meets the move of its number to another backend gives back the place it has moved to', async () => {
  turn({ createQrWaitMs: 1_000 });
  const before = await readBooks(gateway);
  const { id } = await createdNumber(user);
  const { backend_id: backendId, reservation_id: reservationId } = await readNumber(gateway, id);
  const { ids } = gateway.services;
  let deleting: ReturnType<TestUser['api']> | undefined;
  await inTransaction(gateway.database.db, async (tx) => {
    const place = await replaceReservation(tx, ids, reservationId ?? '', { exclude: [backendId ?? 0] });
    await placeNumber(tx, id, { ...place, backendName: `ef-moved-${ids.base36(8)}` });
    deleting = user.api('DELETE', `/api/phone-numbers/${id}`);
    await gateway.database.untilSomeoneWaits();
  });
  expect(await deleting).toMatchObject({ status: 200 });
  const after = await readBooks(gateway);
  expect(after.reservations).toBe(0);
  expect(after.backends).toEqual(before.backends);
});

test('a database connection that is lost at the confirmation costs no number', async () => {
  turn({ createQrWaitMs: 500 });
  const { id } = await createdNumber(user);
  await inTransaction(gateway.database.db, async (tx) => {
    await sql`select 1 from backends for update`.execute(tx);
    await gateway.database.untilSomeoneWaits();
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(gateway.database.db);
  });
  await untilCreated(gateway, id);
  expect((await readBooks(gateway)).reservations).toBe(0);
  expect(await eventTypes(gateway, id)).toEqual(expect.arrayContaining(['number.created', 'number.qr']));
});

test('deletes among creates that fail and move leak no place', async () => {
  const before = await readBooks(gateway);
  turn({ createFailureRatio: 1, createFailureKind: 'http500-before' });
  for (let round = 0; round < 5; round++) {
    const creating = Promise.all(Array.from({ length: 4 }, () => createNumber(user)));
    const deleting = Promise.all(
      Array.from({ length: 6 }, async () => {
        const { phone_numbers: numbers } = (await user.api('GET', '/api/phone-numbers')).body;
        return Promise.all(numbers.map(({ id }: { id: number }) => user.api('DELETE', `/api/phone-numbers/${id}`)));
      }),
    );
    const answers = [...(await creating), ...(await deleting).flat()];
    expect(answers.filter(({ status }) => ![200, 404, 502].includes(status))).toEqual([]);
  }
  const after = await readBooks(gateway);
  expect(after.reservations).toBe(0);
  expect(after.backends).toEqual(before.backends);
});

const sumOf = ({ backends }: Awaited<ReturnType<typeof readBooks>>) =>
  backends.reduce((sum, { assigned }) => sum + assigned, 0);
