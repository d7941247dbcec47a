import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { createdNumber, eventually, placeOf, untilCreated } from './support.ts';

let gateway: TestGateway;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ sandboxes: 2 });
  user = await gateway.signUp();
});
afterAll(() => gateway.close());

const uptimeOf = async (id: number, who = user) => (await who.api('GET', `/api/phone-numbers/${id}/uptime`)).body;
const statusOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}/status`)).body.status;
const day = 86_400;

type Span = { began_at: Date; ended_at: Date | null };
async function spansOf(id: number): Promise<Span[]> {
  return gateway.database.db
    .selectFrom('connection_spans')
    .select(['began_at', 'ended_at'])
    .where('phone_number_id', '=', id)
    .orderBy('began_at')
    .execute();
}

/** A number that is this old, and was connected from and to so many seconds ago. */
async function numberWithSpans(ageSeconds: number, spans: [number, number | null][]): Promise<number> {
  const { db } = gateway.database;
  const { id } = await createdNumber(user);
  await sql`update phone_numbers set created_at = app_now() - make_interval(secs => ${ageSeconds}) where id = ${id}`.execute(
    db,
  );
  for (const [from, to] of spans)
    await sql`insert into connection_spans (phone_number_id, began_at, ended_at) values (${id},
      app_now() - make_interval(secs => ${from}), app_now() - make_interval(secs => ${to}))`.execute(db);
  return id;
}

/** Whole seconds, give or take what the test itself lasts. */
const about = (seconds: number) => expect.closeTo(seconds, -1.2);

test('a span begins when a number connects and ends when it is lost, once each however often it is told', async () => {
  const { id } = await gateway.connectNumber(user);
  const { sandbox, name } = await placeOf(gateway, id);
  expect(await spansOf(id)).toEqual([{ began_at: expect.any(Date), ended_at: null }]);
  for (let n = 0; n < 3; n++) sandbox.control.drop(name, 515);
  await gateway.services.inbound.lane.drained();
  expect(await spansOf(id)).toHaveLength(1);

  sandbox.control.removeDevice(name);
  await eventually(() => statusOf(id)).toBe('disconnected');
  await gateway.services.inbound.lane.drained();
  const [ended] = await spansOf(id);
  expect(ended?.ended_at?.getTime()).toBeGreaterThan(ended?.began_at.getTime() ?? Number.NaN);
  expect((await uptimeOf(id)).last_24h).toMatchObject({ losses: 1 });

  await user.api('GET', `/api/phone-numbers/${id}/qr`);
  await sandbox.control.scan(name);
  await eventually(() => statusOf(id)).toBe('connected');
  expect(await spansOf(id)).toEqual([ended, { began_at: expect.any(Date), ended_at: null }]);
});

test('deleting and moving a connected number end its span', async () => {
  const operator = await becomeOperator(gateway);
  const [deleted, moved] = [await gateway.connectNumber(user), await gateway.connectNumber(user)];
  for (const { id } of [deleted, moved]) await untilCreated(gateway, id);
  await user.api('DELETE', `/api/phone-numbers/${deleted.id}`);
  expect(await operator.api('POST', `/api/admin/phone-numbers/${moved.id}/move`, {})).toMatchObject({ status: 200 });
  for (const { id } of [deleted, moved]) {
    expect(await spansOf(id)).toEqual([{ began_at: expect.any(Date), ended_at: expect.any(Date) }]);
  }
  expect((await user.api('GET', `/api/phone-numbers/${deleted.id}/uptime`)).status).toBe(404);
});

test('whatever happens at the same time, one span lasts where the number is connected, and none where it is not', async () => {
  const { id } = await createdNumber(user);
  await untilCreated(gateway, id);
  const { db } = gateway.database;
  const set = (status: string) => sql`update phone_numbers set status = ${status} where id = ${id}`.execute(db);
  await Promise.all(Array.from({ length: 60 }, (_, n) => set(n % 2 === 0 ? 'connected' : 'disconnected')));
  for (const status of ['connected', 'error']) {
    await set(status);
    const spans = await spansOf(id);
    expect(spans.filter(({ ended_at }) => ended_at === null)).toHaveLength(status === 'connected' ? 1 : 0);
    for (const { began_at, ended_at } of spans) expect((ended_at ?? new Date()) >= began_at).toBe(true);
  }
});

test('the share is of what was watched: the window, or the age of a younger number', async () => {
  const id = await numberWithSpans(2 * day, [
    [2 * day, 1.5 * day],
    [day / 2, null],
  ]);
  const answer = await uptimeOf(id);
  expect(answer).toEqual({
    success: true,
    since: expect.any(String),
    last_24h: { connected_seconds: about(day / 2), observed_seconds: day, uptime: expect.closeTo(0.5, 3), losses: 0 },
    last_7d: {
      connected_seconds: about(day),
      observed_seconds: about(2 * day),
      uptime: expect.closeTo(0.5, 3),
      losses: 1,
    },
    last_30d: {
      connected_seconds: about(day),
      observed_seconds: about(2 * day),
      uptime: expect.closeTo(0.5, 3),
      losses: 1,
    },
  });
  expect(Date.now() - Date.parse(answer.since)).toBeGreaterThan(2 * day * 1_000 - 60_000);
});

test('a span that began before the window counts from its beginning, one that ended before not at all', async () => {
  const id = await numberWithSpans(40 * day, [
    [40 * day, 31 * day],
    [30.5 * day, 10 * day],
    [8 * day, 6.5 * day],
    [3_600, 1_800],
  ]);
  expect(await uptimeOf(id)).toMatchObject({
    last_24h: { connected_seconds: about(1_800), observed_seconds: day, losses: 1 },
    last_7d: { connected_seconds: about(day / 2 + 1_800), observed_seconds: 7 * day, losses: 2 },
    last_30d: { connected_seconds: about(21.5 * day + 1_800), observed_seconds: 30 * day, losses: 3 },
  });
});

test('a number that lasts all the time has 1, one that never connected 0, and neither lost anything', async () => {
  const [always, never] = [await numberWithSpans(9 * day, [[9 * day, null]]), await numberWithSpans(60, [])];
  for (const [id, uptime] of [
    [always, 1],
    [never, 0],
  ] as const) {
    const { last_24h, last_7d, last_30d } = await uptimeOf(id);
    for (const figures of [last_24h, last_7d, last_30d]) expect(figures).toMatchObject({ uptime, losses: 0 });
  }
});

test('a number that is older than the upgrade is measured from then, not blamed for what nobody watched', async () => {
  const { db } = gateway.database;
  const id = await numberWithSpans(20 * day, [[600, null]]);
  await sql`update schema_migrations set applied_at = now() - interval '1 hour' where name = '0005-connecting'`.execute(
    db,
  );
  expect((await uptimeOf(id)).last_7d).toMatchObject({
    observed_seconds: about(3_600),
    uptime: expect.closeTo(1 / 6, 2),
  });
  // One that was connected at the upgrade is known since it connected.
  const known = await numberWithSpans(20 * day, [[2 * day, null]]);
  expect((await uptimeOf(known)).last_7d).toMatchObject({ observed_seconds: about(2 * day), uptime: 1 });
  await sql`update schema_migrations set applied_at = now() - interval '90 days' where name = '0005-connecting'`.execute(
    db,
  );
  expect((await uptimeOf(id)).last_7d).toMatchObject({ observed_seconds: 7 * day });
});

test("another user's number and a deleted one are not found", async () => {
  const { id } = await createdNumber(user);
  const stranger = await gateway.signUp();
  expect(await stranger.api('GET', `/api/phone-numbers/${id}/uptime`)).toMatchObject({ status: 404 });
});

test('operators find the shares with the number, deleted ones too', async () => {
  const operator = await becomeOperator(gateway);
  const id = await numberWithSpans(2 * day, [[day, null]]);
  const { instance_name } = (await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
  const search = () => operator.api('GET', `/api/admin/search?q=${instance_name}`);
  const found = (await search()).body.phone_numbers;
  expect(found).toMatchObject([
    { id, uptime_24h: 1, uptime_7d: expect.closeTo(0.5, 2), uptime_30d: expect.any(Number) },
  ]);
});
