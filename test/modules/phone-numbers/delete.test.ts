import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import {
  callsTo,
  createdNumber,
  eventTypes,
  eventually,
  hastyPhoneNumbers,
  placeOf,
  readBooks,
  readNumber,
  untilCreated,
} from './support.ts';

let gateway: TestGateway;
let beside: TestGateway;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  beside = await startGateway({ beside: gateway });
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});
beforeEach(async () => {
  user = await gateway.signUp();
});

const remove = (id: number) => user.api('DELETE', `/api/phone-numbers/${id}`);
const namesOn = (...sandboxes: TestGateway['sandboxes']) =>
  sandboxes.flatMap(({ control }) => control.instances().map(({ name }) => name));
const { removeDeleted } = { removeDeleted: () => gateway.services.phoneNumbers.removeDeleted() };

async function deletedLongAgo(...ids: number[]): Promise<void> {
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ deleted_at: sql<Date>`now() - interval '10 minutes'` })
    .where('id', 'in', ids)
    .execute();
}

test('a delete ends the number for its user at once: object, token in every process, endpoint and place', async () => {
  const before = await readBooks(gateway);
  const number = await gateway.connectNumber(user, { webhook_url: 'https://example.com/hook', alias: 'gone' });
  const { name, sandbox } = await placeOf(gateway, number.id);
  await beside.services.phoneNumbers.requireConnected(user.id, number.token);
  const answer = await remove(number.id);
  expect(answer).toMatchObject({
    status: 200,
    body: { success: true, message: 'Phone number deleted successfully' },
  });
  for (const path of ['', '/qr', '/status'])
    expect(await user.api('GET', `/api/phone-numbers/${number.id}${path}`)).toMatchObject({ status: 404 });
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toEqual([]);
  await expect(gateway.services.phoneNumbers.requireConnected(user.id, number.token)).rejects.toMatchObject({
    code: 'not_found',
  });
  const at = performance.now();
  await eventually(() =>
    beside.services.phoneNumbers.requireConnected(user.id, number.token).then(
      () => 'found',
      ({ code }) => code,
    ),
  ).toBe('not_found');
  expect(performance.now() - at).toBeLessThan(5_000);
  const { db } = gateway.database;
  expect(await db.selectFrom('endpoints').selectAll().where('phone_number_id', '=', number.id).execute()).toEqual([]);
  expect((await readBooks(gateway)).backends).toEqual(before.backends);
  expect((await eventTypes(gateway, number.id)).at(-1)).toBe('number.deleted');

  await eventually(() => namesOn(sandbox).includes(name)).toBe(false);
  expect(callsTo(sandbox, `DELETE /instance/logout/${name}`)).toHaveLength(1);
  expect(callsTo(sandbox, `DELETE /instance/delete/${name}`)).toHaveLength(1);
  await eventually(async () => (await readNumber(gateway, number.id)).removed_from_backend_at).not.toBeNull();
});

test('messages and statistics of a deleted number stay', async () => {
  const number = await gateway.connectNumber(user);
  const sent = await user.api('POST', '/api/messages/send-text', {
    token: number.token,
    number: '5511988887777',
    text: 'hi',
  });
  expect(sent.status).toBe(200);
  await remove(number.id);
  const { db } = gateway.database;
  const rows = await db.selectFrom('messages').select('id').where('phone_number_id', '=', number.id).execute();
  expect(rows).toEqual([{ id: sent.body.message_id }]);
  const stats = await db
    .selectFrom('message_stats')
    .select('messages_sent')
    .where('phone_number_id', '=', number.id)
    .execute();
  expect(stats).toEqual([{ messages_sent: 1 }]);
});

test('a second delete is answered like one of a number that never was, also of two at once', async () => {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  const before = await readBooks(gateway);
  const answers = await Promise.all([remove(id), remove(id), remove(id)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  const sum = ({ backends }: typeof before) => backends.reduce((total, { assigned }) => total + assigned, 0);
  expect(sum(await readBooks(gateway))).toBe(sum(before) - 1);
});

test('what a backend kept because it was away at the delete is removed later', async () => {
  const number = await gateway.connectNumber(user);
  const { name, sandbox } = await placeOf(gateway, number.id);
  sandbox.control.setKnobs({ failures: [{ route: 'DELETE /instance/', probability: 1, kind: 'reset-before' }] });
  expect(await remove(number.id)).toMatchObject({ status: 200 });
  await eventually(() => callsTo(sandbox, `DELETE /instance/logout/${name}`).length).toBeGreaterThan(0);
  await deletedLongAgo(number.id);
  await removeDeleted();
  expect(namesOn(sandbox)).toContain(name);
  expect((await readNumber(gateway, number.id)).removed_from_backend_at).toBeNull();

  sandbox.control.setKnobs({ failures: [] });
  await removeDeleted();
  await eventually(() => namesOn(sandbox).includes(name)).toBe(false);
  expect((await readNumber(gateway, number.id)).removed_from_backend_at).not.toBeNull();
});

test('an instance that is gone already counts as removed', async () => {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  const { name, sandbox } = await placeOf(gateway, id);
  sandbox.control.forget(name);
  await remove(id);
  await eventually(async () => (await readNumber(gateway, id)).removed_from_backend_at).not.toBeNull();
});

test('many numbers to remove on a backend that hangs do not hold up those of the others', async () => {
  const numbers = await Promise.all(Array.from({ length: 50 }, () => createdNumber(user)));
  const places = await Promise.all(
    numbers.map(async ({ id }) => ({ id: id as number, ...(await placeOf(gateway, id)) })),
  );
  await eventually(async () => (await readBooks(gateway)).reservations).toBe(0);
  const [hanging, fine] = gateway.sandboxes as [TestGateway['sandboxes'][0], TestGateway['sandboxes'][0]];
  const onHanging = places.filter(({ sandbox }) => sandbox === hanging);
  const onFine = places.filter(({ sandbox }) => sandbox === fine);
  expect(onFine.length).toBeGreaterThan(20);
  const { db } = gateway.database;
  // Deleted by a process that ended before it could ask the backends.
  await sql`update phone_numbers set deleted_at = now() - make_interval(mins => case when server_instance = ${hanging.url} then 20 else 10 end)
    where user_id = ${user.id}`.execute(db);
  hanging.control.setKnobs({ failures: [{ route: 'DELETE /instance/', probability: 1, kind: 'hang' }] });
  const left = async (of: { id: number }[]) => {
    const rows = await db
      .selectFrom('phone_numbers')
      .select('id')
      .where('removed_from_backend_at', 'is', null)
      .where(
        'id',
        'in',
        of.map(({ id }) => id),
      )
      .execute();
    return rows.length;
  };
  const hasty = await hastyPhoneNumbers(gateway, { readTimeoutMs: 500 });
  const startedAt = performance.now();
  await hasty.phoneNumbers.removeDeleted();
  expect(await left(onFine)).toBe(onFine.length - 20);
  await hasty.phoneNumbers.removeDeleted();
  expect(await left(onFine)).toBe(0);
  expect(await left(onHanging)).toBe(onHanging.length);
  // One that is silent answers for all the others of its backend: 25 times half a second would be more.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  hanging.control.setKnobs({ failures: [] });
  await hasty.phoneNumbers.removeDeleted();
  expect(await left(onHanging)).toBeLessThan(onHanging.length);
  await hasty.close();
});

test('what a backend still calls about a deleted number is taken and changes nothing', async () => {
  const number = await gateway.connectNumber(user);
  const { name, sandbox } = await placeOf(gateway, number.id);
  sandbox.control.setKnobs({ deleteAfterMs: 500 });
  sandbox.control.ledger.clear();
  await remove(number.id);
  await eventually(() =>
    sandbox.control.ledger
      .hooks()
      .filter(({ instance }) => instance === name)
      .map(({ event }) => event),
  ).toEqual(expect.arrayContaining(['logout.instance', 'connection.update', 'instance.delete']));
  await gateway.services.inbound.lane.drained();
  expect(
    sandbox.control.ledger.hooks().filter(({ instance, outcome }) => instance === name && outcome !== 200),
  ).toEqual([]);
  expect((await eventTypes(gateway, number.id)).at(-1)).toBe('number.deleted');
  sandbox.control.setKnobs({ deleteAfterMs: 20 });
});
