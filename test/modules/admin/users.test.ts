import { afterAll, beforeAll, expect, test } from 'vitest';
import { erasedTables } from '../../../src/modules/admin/erase-system.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { createNumber, untilCreated } from '../phone-numbers/support.ts';
import { at, becomeOperator, eventually } from './support.ts';

let gateway: TestGateway;
let beside: TestGateway;
let operator: TestUser;

beforeAll(async () => {
  const overrides = { admin: { lastWritesSeconds: 2 } };
  gateway = await startGateway({ overrides });
  beside = await startGateway({ beside: gateway, overrides });
  operator = await becomeOperator(gateway);
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

const patch = (id: number, body: object) => operator.api('PATCH', `/api/admin/users/${id}`, body);

test('users are listed page by page, and found by part of their address', async () => {
  const users = [await gateway.signUp(), await gateway.signUp('business'), await gateway.signUp()];
  const seen: number[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await operator.api('GET', `/api/admin/users?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.users.map(({ id }: { id: number }) => id));
    if (body.next_cursor === null) break;
    cursor = body.next_cursor;
  }
  expect(seen).toEqual([...new Set(seen)]);
  expect(seen).toEqual(expect.arrayContaining(users.map(({ id }) => id)));
  const found = await operator.api('GET', `/api/admin/users?search=${users[1]?.email.slice(2, 14).toUpperCase()}`);
  expect(found.body.users.map(({ id }: { id: number }) => id)).toEqual([users[1]?.id]);
  const business = await operator.api('GET', '/api/admin/users?plan_type=business');
  expect(business.body.users).toMatchObject([{ id: users[1]?.id, plan_type: 'business', max_phone_numbers: 10 }]);
  expect((await operator.api('GET', '/api/admin/users?search=%25')).body.users).toEqual([]);
});

test("anybody's numbers are listed page by page, of a user, of a backend, of a status; a deleted one by its id", async () => {
  const [user, other] = [await gateway.signUp('business'), await gateway.signUp()];
  const ids: number[] = [];
  for (const owner of [user, user, user, other]) {
    const { body } = await createNumber(owner);
    await untilCreated(gateway, body.phone_number.id);
    ids.push(body.phone_number.id);
  }
  const list = async (query: string) => (await operator.api('GET', `/api/admin/phone-numbers?${query}`)).body;
  const idsOf = ({ phone_numbers }: { phone_numbers: { id: number }[] }) => phone_numbers.map(({ id }) => id);
  const first = await list(`user_id=${user.id}&limit=2`);
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  const second = await list(`user_id=${user.id}&limit=2&cursor=${first.next_cursor}`);
  expect(idsOf(second)).toEqual([ids[2]]);
  expect(second.next_cursor).toBeNull();
  const backendId = first.phone_numbers[0].backend_id;
  expect(idsOf(await list(`backend_id=${backendId}`))).toEqual(expect.arrayContaining(ids));
  expect(idsOf(await list(`backend_id=${backendId}&status=connected&user_id=${user.id}`))).toEqual([]);
  await other.api('DELETE', `/api/phone-numbers/${ids[3]}`);
  expect(idsOf(await list(`user_id=${other.id}`))).toEqual([]);
  expect((await list(`id=${ids[3]}`)).phone_numbers).toMatchObject([{ id: ids[3], deleted_at: expect.any(String) }]);
  expect((await user.api('GET', '/api/admin/phone-numbers')).status).toBe(404);
});

test('a change of plan and figures of their own hold at once, here and within 5 s elsewhere', async () => {
  const user = await gateway.signUp('starter');
  expect((await at(beside, user)('GET', '/api/user/profile')).headers['ratelimit-limit']).toBe('300');
  const changed = await patch(user.id, { plan_type: 'business', requests_per_minute: 777 });
  expect(changed.body.user).toMatchObject({
    plan_type: 'business',
    max_phone_numbers: 10,
    requests_per_minute: 777,
    own: { requests_per_minute: 777, max_phone_numbers: null },
  });
  expect((await user.api('GET', '/api/user/profile')).headers['ratelimit-limit']).toBe('777');
  const limitBeside = async () => (await at(beside, user)('GET', '/api/user/profile')).headers['ratelimit-limit'];
  await eventually(limitBeside, 5_000).toBe('777');
  await patch(user.id, { requests_per_minute: null });
  expect((await user.api('GET', '/api/user/profile')).headers['ratelimit-limit']).toBe('1500');
  expect(await patch(user.id, { plan_type: 'gold' })).toMatchObject({ status: 400 });
  expect(await patch(999_999, { status: 'active' })).toMatchObject({ status: 404 });
});

test('a suspended user writes nothing in any process within 5 s, and what waits to be sent waits on', async () => {
  const user = await gateway.signUp();
  const number = await gateway.connectNumber(user);
  const sending = { token: number.token, number: '5511988887777', text: 'hi' };
  expect((await at(beside, user)('POST', '/api/messages/send-text', sending)).status).toBe(200);
  const startedAt = performance.now();
  await patch(user.id, { status: 'suspended' });
  expect((await user.api('POST', '/api/messages/send-text', sending)).body.code).toBe('user_suspended');
  const beyond = async () => (await at(beside, user)('POST', '/api/messages/send-text', sending)).body.code;
  await eventually(beyond, 5_000).toBe('user_suspended');
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect((await user.api('GET', '/api/user/profile')).status).toBe(200);
  await patch(user.id, { status: 'active' });
  expect((await user.api('POST', '/api/messages/send-text', sending)).status).toBe(200);
  await eventually(async () => (await at(beside, user)('POST', '/api/messages/send-text', sending)).status, 5_000).toBe(
    200,
  );
  expect(await patch(operator.id, { status: 'suspended' })).toMatchObject({ status: 400 });
});

test('one user is shown with plan, usage and numbers', async () => {
  const user = await gateway.signUp();
  const number = await gateway.connectNumber(user);
  await user.api('POST', '/api/messages/send-text', { token: number.token, number: '5511988887777', text: 'hi' });
  const { body } = await operator.api('GET', `/api/admin/users/${user.id}`);
  expect(body).toMatchObject({
    user: { email: user.email, usage_today: { messages_used: 1, phone_numbers: 1 } },
    phone_numbers: [{ id: number.id, instance_name: number.instanceName, status: 'connected' }],
  });
  expect(JSON.stringify(body)).not.toContain(number.token);
  expect(JSON.stringify(body)).not.toContain(user.apiKey);
});

test('search finds numbers, users, messages and requests by what people have at hand', async () => {
  const user = await gateway.signUp();
  const number = await gateway.connectNumber(user);
  const sent = await user.api(
    'POST',
    '/api/messages/send-text',
    { token: number.token, number: '5511988887777', text: 'hi' },
    { 'x-request-id': 'a-request-to-find' },
  );
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select(['phone_number', 'backend_name'])
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  const search = async (q: string) => (await operator.api('GET', `/api/admin/search?q=${encodeURIComponent(q)}`)).body;
  const id = sent.body.message_id;
  for (const q of [
    number.instanceName,
    row.backend_name ?? '',
    row.phone_number ?? '',
    `+${row.phone_number?.slice(0, 8)}`,
  ]) {
    expect(
      (await search(q)).phone_numbers.map((found: { id: number }) => found.id),
      q,
    ).toContain(number.id);
  }
  expect((await search(user.email.toUpperCase())).users).toMatchObject([{ id: user.id }]);
  expect((await search(id)).messages).toMatchObject([{ id, user_id: user.id }]);
  expect((await search(sent.body.whatsapp_id)).messages).toMatchObject([{ id }]);
  await eventually(async () => (await search('a-request-to-find')).requests.length).toBe(1);
  expect(await search('a-request-to-find')).toMatchObject({
    requests: [{ user_id: user.id, endpoint: '/api/messages/send-text' }],
    messages: [{ id }],
  });
  expect(await search("' or 1=1 --")).toMatchObject({ phone_numbers: [], users: [], messages: [], requests: [] });
});

test('a deleted user is gone with all data, on the backends too; the audit log stays', {
  timeout: 60_000,
}, async () => {
  const user = await gateway.signUp();
  const number = await gateway.connectNumber(user, { webhook_url: 'https://example.com/hook' });
  const other = await gateway.signUp();
  const others = await gateway.connectNumber(other);
  await user.api('POST', '/api/messages/send-text', { token: number.token, number: '5511988887777', text: 'hi' });
  await other.api('POST', '/api/messages/send-text', { token: others.token, number: '5511988887777', text: 'hi' });
  const { rows: held } = await columnsOfUsers();
  expect(held.length).toBeGreaterThan(25);

  const answer = await operator.api('DELETE', `/api/admin/users/${user.id}`);
  expect(answer).toMatchObject({ status: 202, body: { user: { status: 'suspended' } } });
  expect(answer.body.user.erasing_since).not.toBeNull();
  expect(JSON.stringify(answer.body)).not.toContain(user.email);
  expect((await user.api('GET', '/api/user/profile')).status).toBe(401);
  await eventually(async () => (await at(beside, user)('GET', '/api/user/profile')).status, 5_000).toBe(401);
  expect(await patch(user.id, { status: 'active' })).toMatchObject({ status: 404 });
  await eventually(async () => (await operator.api('GET', `/api/admin/users/${user.id}`)).status, 40_000).toBe(404);

  for (const { table, column } of held) {
    const id = column === 'user_id' ? user.id : number.id;
    const { rows } = await gateway.database.pool.query(`select count(*)::int as n from ${table} where ${column} = $1`, [
      id,
    ]);
    expect(rows[0].n, `${table}.${column}`).toBe(0);
  }
  const { rows: everywhere } = await gateway.database.pool.query('select 1 from users where email = $1', [user.email]);
  expect(everywhere).toEqual([]);
  expect(gateway.sandboxes.flatMap(({ control }) => control.instances())).not.toContainEqual(
    expect.objectContaining({ name: number.instanceName }),
  );
  expect((await other.api('GET', `/api/phone-numbers/${others.id}`)).status).toBe(200);
  const audit = await operator.api('GET', `/api/admin/audit?target_type=user&target_id=${user.id}`);
  expect(audit.body.entries).toMatchObject([
    { action: 'user.change', outcome: 'not_found' },
    { action: 'user.erase', outcome: 'done' },
  ]);
  expect(JSON.stringify(audit.body)).not.toContain(user.email);
  expect(await operator.api('DELETE', `/api/admin/users/${operator.id}`)).toMatchObject({ status: 400 });
});

test('no table that names a user or a number is forgotten when a user is deleted', async () => {
  const { rows } = await columnsOfUsers();
  // These go with the rows of users and numbers; the rest of the pool is nobody's.
  const byReference = [
    ...['phone_numbers', 'inbound_secrets', 'number_moves', 'repairs'],
    ...['number_pools', 'number_pool_members', 'number_pool_recipients'],
  ];
  expect([...new Set(rows.map(({ table }) => table))].filter((table) => !erasedTables.includes(table)).sort()).toEqual(
    byReference.sort(),
  );
});

function columnsOfUsers(): Promise<{ rows: { table: string; column: string }[] }> {
  return gateway.database.pool.query(`
    select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname in ('user_id', 'phone_number_id') order by 1, 2`);
}
