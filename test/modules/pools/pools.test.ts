import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { newRecipient } from '../messages/support.ts';

let gateway: TestGateway;
let user: TestUser;
let numbers: [TestNumber, TestNumber, TestNumber];
let pool: string;
let pools = 0;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
});
afterAll(() => gateway.close());

beforeEach(async () => {
  user = await gateway.signUp();
  numbers = [
    await gateway.connectNumber(user),
    await gateway.connectNumber(user),
    await gateway.connectNumber(user),
  ] as const as typeof numbers;
  pool = await makePool({});
});

async function makePool(body: Record<string, unknown>): Promise<string> {
  const name = `pool-${++pools}`;
  const made = await user.api('POST', '/api/pools', { name, phone_number_ids: numbers.map(({ id }) => id), ...body });
  expect(made).toMatchObject({ status: 201, body: { pool: { name } } });
  return name;
}

const send = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  user.api('POST', '/api/messages/send-text', { pool, number: newRecipient(), text: 'hi', ...body }, headers);

type Row = { id: string; phone_number_id: number; status: string; retry_of: string | null };

async function messages(to?: string): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select id, phone_number_id, status, retry_of from messages
    where user_id = ${user.id} and (${to ?? null}::text is null or remote_jid like ${`${to ?? ''}%`}) order by created_at, id`.execute(
    gateway.database.db,
  );
  return rows;
}

async function sentFrom(to?: string): Promise<number[]> {
  return (await messages(to)).filter(({ status }) => status !== 'failed').map(({ phone_number_id: id }) => id);
}

const countsOf = (ids: readonly number[]) => numbers.map(({ id }) => ids.filter((each) => each === id).length);

async function used(): Promise<number> {
  const { rows } = await sql<{ used: number }>`select used from usage where user_id = ${user.id}`.execute(
    gateway.database.db,
  );
  return rows[0]?.used ?? 0;
}

async function onItsBackend(number: TestNumber) {
  const { rows } = await sql<{ name: string; url: string }>`
    select backend_name as name, server_instance as url from phone_numbers where id = ${number.id}`.execute(
    gateway.database.db,
  );
  const [row] = rows;
  const sandbox = gateway.sandboxes.find(({ url }) => url === row?.url);
  if (row === undefined || sandbox === undefined) throw new Error('the number has no sandbox');
  return { name: row.name, control: sandbox.control };
}

/** Its backend loses it, and nobody tells us. */
async function loseUnheard(number: TestNumber): Promise<void> {
  const { name, control } = await onItsBackend(number);
  control.forget(name);
}

async function disconnect(number: TestNumber): Promise<void> {
  const { name, control } = await onItsBackend(number);
  control.removeDevice(name);
  await vi.waitFor(async () => {
    const { body } = await user.api('GET', `/api/phone-numbers/${number.id}/status`);
    expect(body.status).toBe('disconnected');
  });
  // A pool's picture is a second old at most.
  await vi.waitFor(async () => expect(await connectedOf('all')).not.toContain(number.id), { timeout: 3_000 });
}

async function connectedOf(name: string): Promise<number[]> {
  return (await gateway.services.pools.choose(user.id, name, '628123456789')).connected;
}

test('numbers of a pool send in turn, also when all is sent at once', async () => {
  for (let i = 0; i < 3; i++) expect((await send()).status).toBe(200);
  expect(countsOf(await sentFrom())).toEqual([1, 1, 1]);
  const answers = await Promise.all(Array.from({ length: 12 }, () => send()));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(countsOf(await sentFrom())).toEqual([5, 5, 5]);
});

test('every user has the pool all, which is made by nobody', async () => {
  for (let i = 0; i < 6; i++) expect((await send({ pool: 'all' })).status).toBe(200);
  expect(countsOf(await sentFrom())).toEqual([2, 2, 2]);
  const taken = await user.api('POST', '/api/pools', { name: 'all', phone_number_ids: [] });
  expect(taken).toMatchObject({ status: 409, body: { code: 'pool_name_taken' } });
});

test('a number that is not connected is skipped, and where none is left nothing is sent', async () => {
  await disconnect(numbers[0]);
  await vi.waitFor(async () => expect(await connectedOf(pool)).not.toContain(numbers[0].id), { timeout: 3_000 });
  for (let i = 0; i < 4; i++) expect((await send()).status).toBe(200);
  expect(countsOf(await sentFrom())).toEqual([0, 2, 2]);

  const empty = await makePool({ phone_number_ids: [numbers[0].id] });
  const before = await used();
  const answer = await send({ pool: empty });
  expect(answer).toMatchObject({ status: 503, body: { code: 'no_number_available', pool: empty, tried: 0 } });
  expect(answer.headers).toHaveProperty('retry-after');
  expect(await used()).toBe(before);
});

test('where a number definitely did not send the next one does, for one unit', async () => {
  await loseUnheard(numbers[0]);
  const to = newRecipient();
  const answer = await send({ number: to });
  expect(answer.status).toBe(200);
  const [failed, sent] = await messages(to);
  expect(failed).toMatchObject({ phone_number_id: numbers[0].id, status: 'failed' });
  expect(sent).toMatchObject({ phone_number_id: numbers[1].id, retry_of: failed?.id });
  expect(answer.body.message_id).toBe(sent?.id);
  expect(await used()).toBe(1);
});

test('where nobody knows whether a number sent, no other one sends', async () => {
  const to = '6281230000502';
  expect(await send({ number: to })).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  expect(await messages(to)).toHaveLength(1);
});

test('what lies with the recipient is not tried from another number', async () => {
  const to = '6281230000404';
  expect(await send({ number: to })).toMatchObject({ status: 422, body: { code: 'recipient_not_on_whatsapp' } });
  expect(await messages(to)).toHaveLength(1);
});

test('under one Idempotency-Key one number of the pool sends, whichever had to fail before', async () => {
  await loseUnheard(numbers[0]);
  await loseUnheard(numbers[1]);
  const to = newRecipient();
  const key = { 'idempotency-key': `pool-${to}` };
  const first = await send({ number: to }, key);
  expect(first.status).toBe(200);
  const again = await send({ number: to }, key);
  expect(again).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
  expect(again.body).toEqual(first.body);
  expect(await sentFrom(to)).toEqual([numbers[2].id]);
});

test('a request that no number could send may come again under its key', async () => {
  const only = await makePool({ phone_number_ids: [numbers[0].id] });
  await loseUnheard(numbers[0]);
  const to = newRecipient();
  const key = { 'idempotency-key': `again-${to}` };
  expect(await send({ pool: only, number: to }, key)).toMatchObject({ status: 503, body: { tried: 1 } });
  const { id } = (await user.api('GET', '/api/pools')).body.pools.find((each: { name: string }) => each.name === only);
  await user.api('PATCH', `/api/pools/${id}`, { phone_number_ids: [numbers[1].id] });
  await vi.waitFor(async () => expect((await send({ pool: only, number: to }, key)).status).toBe(200), {
    timeout: 3_000,
    interval: 100,
  });
  expect(await sentFrom(to)).toEqual([numbers[1].id]);
});

test('a sticky pool keeps a recipient with his number, and gives him another when that is gone', async () => {
  const sticky = await makePool({ strategy: 'sticky' });
  const to = newRecipient();
  for (let i = 0; i < 4; i++) expect((await send({ pool: sticky, number: to })).status).toBe(200);
  const [own, ...others] = await sentFrom(to);
  expect(others).toEqual([own, own, own]);
  const lost = numbers.find(({ id }) => id === own);
  if (lost === undefined) throw new Error('sent from no number of the pool');
  await loseUnheard(lost);
  expect((await send({ pool: sticky, number: `+${to}` })).status).toBe(200);
  const heir = (await sentFrom(to)).at(-1);
  expect(heir).not.toBe(own);
  expect((await send({ pool: sticky, number: to })).status).toBe(200);
  expect((await sentFrom(to)).at(-1)).toBe(heir);
});

test('a least used pool lets those catch up that sent less today', async () => {
  for (let i = 0; i < 4; i++) {
    await user.api('POST', '/api/messages/send-text', { token: numbers[0].token, number: newRecipient(), text: 'hi' });
  }
  const fair = await makePool({ strategy: 'least_used' });
  for (let i = 0; i < 8; i++) expect((await send({ pool: fair })).status).toBe(200);
  expect(countsOf(await sentFrom())).toEqual([4, 4, 4]);
});

test('what may wait is left to one number, connected or not', async () => {
  const only = await makePool({ phone_number_ids: [numbers[0].id] });
  await disconnect(numbers[0]);
  const to = newRecipient();
  expect(await send({ pool: only, number: to, async: true })).toMatchObject({ status: 202 });
  expect(await sentFrom(to)).toEqual([numbers[0].id]);
});

test('a pool holds only numbers of its user, and is nobody else’s', async () => {
  const stranger = await gateway.signUp();
  const theirs = await gateway.connectNumber(stranger);
  const foreign = await user.api('POST', '/api/pools', { name: 'mixed', phone_number_ids: [theirs.id] });
  expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect((await user.api('GET', '/api/pools')).body.pools.map((each: { name: string }) => each.name)).toEqual([pool]);

  const { id } = (await user.api('GET', '/api/pools')).body.pools[0];
  for (const [method, body] of [['GET'], ['PATCH', { strategy: 'sticky' }], ['DELETE']] as const) {
    expect((await stranger.api(method, `/api/pools/${id}`, body)).status).toBe(404);
  }
  const sent = await stranger.api('POST', '/api/messages/send-text', { pool, number: newRecipient(), text: 'hi' });
  expect(sent).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('a send names a token or a pool, not both and not neither', async () => {
  for (const body of [{ token: numbers[0].token }, { pool: undefined }]) {
    expect(await send(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  }
});

test('a deleted number is in no pool any more, and a deleted pool leaves its numbers', async () => {
  await user.api('DELETE', `/api/phone-numbers/${numbers[2].id}`);
  const [made] = (await user.api('GET', '/api/pools')).body.pools;
  expect(made.phone_numbers.map((each: { id: number }) => each.id)).toEqual([numbers[0].id, numbers[1].id]);
  expect((await user.api('DELETE', `/api/pools/${made.id}`)).status).toBe(200);
  expect((await user.api('GET', `/api/phone-numbers/${numbers[0].id}`)).status).toBe(200);
  await vi.waitFor(async () => expect((await send()).status).toBe(404), { timeout: 3_000, interval: 100 });
});
