import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInbound } from '../../../src/modules/inbound/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createKysely, createPool } from '../../../src/platform/database/connect.ts';
import type { DB } from '../../../src/schema.ts';
import {
  buildApp,
  eventually,
  type InboundTest,
  ids,
  listen,
  logger,
  noBackends,
  readEvents,
  readNumber,
  readStoredCalls,
  recordedCall,
  startInbound,
} from './support.ts';

let t: InboundTest;
beforeAll(async () => {
  t = await startInbound();
});
afterAll(() => t.close());

test('a wrong, a missing and an unknown secret get the same 401 and leave no row', async () => {
  const number = await t.makeNumber();
  const other = await t.makeNumber();
  const call = JSON.stringify(recordedCall('h43-WA-connection.update-open', number));
  const headers = { 'content-type': 'application/json' };
  const tries = [
    { url: `/hooks/evolution/${number.secretId}`, authorization: 'Bearer wrong' },
    { url: `/hooks/evolution/${number.secretId}`, authorization: `Bearer ${other.secret}` },
    { url: `/hooks/evolution/${number.secretId}`, authorization: number.secret },
    { url: `/hooks/evolution/${number.secretId}` },
    { url: `/hooks/evolution/${ids.base62(22)}`, authorization: `Bearer ${number.secret}` },
    { url: '/hooks/evolution/..%2f', authorization: `Bearer ${number.secret}` },
  ];
  const answers = await Promise.all(
    tries.map(({ url, authorization }) =>
      t.app.inject({
        method: 'POST',
        url,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        payload: call,
      }),
    ),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(tries.map(() => 401));
  const bodies = answers.map((answer) => ({ ...answer.json(), request_id: '' }));
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(await readStoredCalls(t.database, number)).toEqual([]);
});

test('a secret that is over is refused', async () => {
  const number = await t.makeNumber();
  await t.database.db
    .updateTable('inbound_secrets')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('id', '=', number.secretId)
    .execute();
  expect(await t.post(number, recordedCall('h43-WA-connection.update-open', number))).toBe(401);
});

test('a call is stored without the key and the addresses of the backend', async () => {
  const number = await t.makeNumber();
  const call = recordedCall('h55-WA-messages.upsert-conversation', number);
  await t.apply(number, call);
  const [stored] = await readStoredCalls(t.database, number);
  const { apikey: _a, server_url: _s, destination: _d, ...kept } = call;
  expect(JSON.parse(String(stored?.body))).toEqual(kept);
});

test.each(['another-instance', undefined, 7])(
  'a call about instance %s is kept and applied to nothing',
  async (instance) => {
    const number = await t.makeNumber();
    const call = { ...recordedCall('h43-WA-connection.update-open', number), instance };
    expect(await t.post(number, call)).toBe(200);
    await t.inbound.lane.drained();
    expect(await readStoredCalls(t.database, number)).toMatchObject([{ state: 'orphan', attempt: 0 }]);
    expect(await readNumber(t.database, number)).toMatchObject({ status: 'initializing', heard_at: null });
  },
);

test.each<[string, string | Buffer]>([
  ['garbage', '{"event":'],
  ['nothing', ''],
  ['an array', '[1]'],
  ['null', 'null'],
  ['bytes', Buffer.from([0xff, 0x00, 0xfe])],
])('a body of %s is kept as it came', async (_name, body) => {
  const number = await t.makeNumber();
  expect(await t.post(number, body)).toBe(200);
  expect(await readStoredCalls(t.database, number)).toMatchObject([{ state: 'stored', body: Buffer.from(body) }]);
});

test('a body nested too deeply to be written again is noted without its text', async () => {
  const number = await t.makeNumber();
  const depth = 200_000;
  const body = `{"event":"x","instance":"${number.backendName}","apikey":"k","data":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(await t.post(number, body)).toBe(200);
  expect(await readStoredCalls(t.database, number)).toMatchObject([
    { state: 'stored', event: 'x', note: 'nested too deeply', body: Buffer.alloc(0) },
  ]);
});

test('an event name with U+0000 is stored', async () => {
  const number = await t.makeNumber();
  await t.apply(number, { event: 'a\u0000b', instance: number.backendName });
  expect(await readStoredCalls(t.database, number)).toMatchObject([{ state: 'stored', event: 'a\ufffdb' }]);
});

test.each([['text/plain'], ['application/x-www-form-urlencoded'], [undefined]])(
  'a body of content type %s is taken all the same',
  async (contentType) => {
    const number = await t.makeNumber();
    const answer = await t.app.inject({
      method: 'POST',
      url: `/hooks/evolution/${number.secretId}`,
      headers: {
        authorization: `Bearer ${number.secret}`,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      payload: Buffer.from(JSON.stringify(recordedCall('h43-WA-connection.update-open', number))),
    });
    expect(answer.statusCode).toBe(200);
    await t.inbound.lane.drained();
    expect((await readNumber(t.database, number)).status).toBe('connected');
  },
);

test('a body of 20 MiB is stored whole', async () => {
  const number = await t.makeNumber();
  const large = { event: 'messages.set', instance: number.backendName, data: 'x'.repeat(20 * 1_048_576) };
  expect(await t.post(number, large)).toBe(200);
  expect(await readStoredCalls(t.database, number)).toMatchObject([{ truncated: false }]);
});

test('a deleted number keeps what still comes for it and changes no more', async () => {
  const number = await t.makeNumber();
  await t.database.db
    .updateTable('phone_numbers')
    .set({ deleted_at: new Date() })
    .where('id', '=', number.id)
    .execute();
  await t.apply(number, recordedCall('h55-WA-messages.upsert-conversation', number));
  expect(await readStoredCalls(t.database, number)).toMatchObject([{ state: 'stored', note: 'number deleted' }]);
  expect(await readEvents(t.database, number)).toEqual([]);
});

test('while the database is away every call is answered 503, known secret or not', async () => {
  const number = await t.makeNumber();
  const gone = createPool({
    url: 'postgres://postgres@127.0.0.1:1/none',
    max: 2,
    applicationName: 'test',
    statementTimeoutMs: 1_000,
    onError() {},
  });
  const alarm = { ring() {}, onRing() {} };
  const common = { ids, clock: systemClock, logger, alarm, backends: noBackends };
  const cannotStore = createInbound({ ...common, db: t.database.db, batchPool: gone });
  const cannotLook = createInbound({ ...common, db: createKysely<DB>(gone), batchPool: gone });
  for (const inbound of [cannotStore, cannotLook]) {
    const app = await buildApp(inbound);
    const answer = await app.inject({
      method: 'POST',
      url: `/hooks/evolution/${number.secretId}`,
      headers: { authorization: `Bearer ${number.secret}` },
      payload: '{}',
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'database_unavailable' });
    await app.close();
  }
  await gone.end();
});

test('bodies that would fill the memory are refused with 503 before they are read', async () => {
  const number = await t.makeNumber();
  const url = new URL(`/hooks/evolution/${number.secretId}`, await listen(t.app));
  const headers = { authorization: `Bearer ${number.secret}`, 'content-length': String(25 * 1_048_576) };
  const upload = () => {
    const call = request(url, { method: 'POST', headers });
    call.on('error', () => {});
    call.flushHeaders();
    return call;
  };
  const held = [upload(), upload()];
  const refused = async () => {
    const call = upload();
    const [answer] = (await once(call, 'response', { signal: AbortSignal.timeout(2_000) }).catch(() => [])) as [
      IncomingMessage?,
    ];
    call.destroy();
    return answer?.statusCode;
  };
  await eventually(refused).toBe(503);
  for (const call of held) call.destroy();
  const small = recordedCall('h43-WA-connection.update-open', number);
  await eventually(() => t.post(number, small)).toBe(200);
});

test('a storm beyond what can be stored is shed with 503, and every 200 has its row', async () => {
  const number = await t.makeNumber();
  const call = recordedCall('h43-WA-connection.update-open', number);
  const client = await t.database.pool.connect();
  await client.query('begin');
  await client.query('lock table inbound_calls in exclusive mode');
  const storm = Promise.all(Array.from({ length: 2_500 }, () => t.post(number, call)));
  await eventually(
    async () => (await client.query('select 1 from pg_locks where not granted')).rowCount,
  ).toBeGreaterThan(0);
  await client.query('commit');
  client.release();
  const statuses = await storm;
  const accepted = statuses.filter((status) => status === 200).length;
  expect(statuses.filter((status) => status === 503)).toHaveLength(statuses.length - accepted);
  expect(accepted).toBeLessThan(statuses.length);
  await t.inbound.lane.drained();
  expect(await readStoredCalls(t.database, number)).toHaveLength(accepted);
});
