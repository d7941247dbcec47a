import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type DeliveryTest,
  eventually,
  only,
  startDelivery,
  startReceiver,
  status,
  type TestReceiver,
} from './support.ts';

let house: DeliveryTest;
let receiver: TestReceiver;
let userId: number;
let numberId: number;

beforeAll(async () => {
  house = await startDelivery();
});
afterAll(() => house.close());
beforeEach(async () => {
  receiver = await startReceiver();
  userId = await house.addUser();
  numberId = await house.addNumber(userId, 'support');
});
afterEach(() => receiver[Symbol.asyncDispose]());

const tellOne = () => house.tell(userId, { phoneNumberId: numberId, payload: { text: 'Grüße 👋' } });
const theDelivery = async () => only(await house.deliveries(userId));

describe('an event', () => {
  test('is delivered once, and its attempt is a row of webhook_logs', async () => {
    const endpoint = await house.addEndpoint(userId, receiver.url);
    await tellOne();
    await eventually(async () => (await theDelivery()).status).toBe('delivered');
    const call = only(receiver.calls);
    expect(call.body).toMatchObject({
      id: call.headers['webhook-id'],
      event: 'message.received',
      sequence: 1,
      phone_number: { id: numberId, alias: 'support', phone_number: '628111111111' },
      payload: { text: 'Grüße 👋' },
    });
    expect(call.headers['content-type']).toBe('application/json');
    const delivery = await theDelivery();
    expect(delivery).toMatchObject({ attempt: 1, step: 0, lease_until: null, endpoint_id: endpoint.id });
    expect(only(await house.logs(userId))).toMatchObject({
      phone_number_id: numberId,
      event_type: 'message.received',
      payload: call.raw,
      status_code: 200,
      attempt: 1,
      error: null,
      endpoint_id: endpoint.id,
      delivery_id: delivery.id,
      response_time_ms: expect.any(Number),
    });
  });

  test('goes to every endpoint that hears of its number and its type, and to no other', async () => {
    const otherNumber = await house.addNumber(userId);
    const stranger = await house.addUser();
    const to = (path: string) => `${receiver.url}/${path}`;
    await house.addEndpoint(userId, to('all'));
    await house.addEndpoint(userId, to('number'), { phoneNumberId: numberId });
    await house.addEndpoint(userId, to('type'), { events: ['message.received', 'number.qr'] });
    await house.addEndpoint(userId, to('connect'), { format: 'connect' });
    await house.addEndpoint(userId, to('evolution'), { format: 'evolution' });
    await house.addEndpoint(userId, to('other-number'), { phoneNumberId: otherNumber });
    await house.addEndpoint(userId, to('other-type'), { events: ['message.failed'] });
    await house.addEndpoint(userId, to('disabled'), { enabled: false });
    await house.addEndpoint(stranger, to('stranger'));
    await tellOne();
    await house.tell(userId, { type: 'message.failed', phoneNumberId: numberId });
    const paths = () => receiver.calls.map(({ path }) => path.replace('/hook/', '')).sort();
    await eventually(paths).toEqual(['all', 'all', 'connect', 'evolution', 'number', 'number', 'other-type', 'type']);
    await house.worker.delivery.deliverLane.drained();
    expect(paths()).toHaveLength(8);
  });
});

describe('a receiver that fails', () => {
  test('is called again by the schedule, with the same id and body, until it answers 2xx', async () => {
    await house.addEndpoint(userId, receiver.url, { schedule: 'short' });
    receiver.answer((response, _call, nth) => status(nth < 3 ? 500 : 204)(response));
    await tellOne();
    await eventually(async () => (await theDelivery()).status, 15_000).toBe('delivered');
    const [first, second, third] = receiver.calls;
    expect(receiver.calls).toHaveLength(3);
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.calls.map(({ raw }) => raw)).size).toBe(1);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(950);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThan(5_000);
    expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThanOrEqual(2_950);
    expect((await house.logs(userId)).map((row) => [row.attempt, row.status_code, row.error])).toEqual([
      [1, 500, 'The receiver answered 500.'],
      [2, 500, 'The receiver answered 500.'],
      [3, 204, null],
    ]);
  });

  test.each([
    ['short', 4],
    ['standard', 8],
  ] as const)('of schedule %s becomes a dead letter after %i attempts', async (schedule, attempts) => {
    await house.addEndpoint(userId, receiver.url, { schedule });
    receiver.answer(status(503));
    await tellOne();
    await eventually(async () => {
      await house.hurry();
      return (await house.deliveries(userId))[0]?.status;
    }).toBe('dead');
    expect(receiver.calls).toHaveLength(attempts);
    expect(await theDelivery()).toMatchObject({ status_reason: 'attempts_used_up', step: attempts });
    expect(await house.logs(userId)).toHaveLength(attempts);
  });

  test('may ask for a longer wait, up to a bound, but not for a shorter one', async () => {
    const dueIn = async (header: string) => {
      const user = await house.addUser();
      await house.addEndpoint(user, receiver.url);
      receiver.answer(status(429, { 'retry-after': header }));
      await house.tell(user, {});
      await eventually(async () => (await house.deliveries(user))[0]?.step).toBe(1);
      const delivery = only(await house.deliveries(user));
      return (delivery.due_at.getTime() - Date.now()) / 1_000;
    };
    expect(await dueIn('120')).toSatisfy((seconds: number) => seconds > 110 && seconds <= 121);
    expect(await dueIn(new Date(Date.now() + 600_000).toUTCString())).toSatisfy(
      (seconds: number) => seconds > 590 && seconds <= 601,
    );
    expect(await dueIn('99999999')).toSatisfy((seconds: number) => seconds > 35_990 && seconds <= 36_001);
    expect(await dueIn('0')).toSatisfy((seconds: number) => seconds > 3 && seconds <= 6.1);
    expect(await dueIn('soon')).toSatisfy((seconds: number) => seconds > 3 && seconds <= 6.1);
  });

  test('with a redirect is not followed', async () => {
    await house.addEndpoint(userId, receiver.url);
    receiver.answer(status(302, { location: `${receiver.url}/elsewhere` }));
    await tellOne();
    await eventually(async () => (await house.logs(userId)).map((row) => row.status_code)).toEqual([302]);
    expect(receiver.calls.map(({ path }) => path)).toEqual(['/hook']);
    expect(await theDelivery()).toMatchObject({ status: 'pending', step: 1 });
  });

  test('with an answer without end is read for 64 KiB and counts by its status', async () => {
    await house.addEndpoint(userId, receiver.url);
    receiver.answer((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const timer = setInterval(() => response.write(Buffer.alloc(16_384)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await tellOne();
    await eventually(async () => (await theDelivery()).status).toBe('delivered');
  });

  test('by closing the connection is told in words that name no address', async () => {
    await house.addEndpoint(userId, receiver.url);
    receiver.answer((response) => response.destroy());
    await tellOne();
    await eventually(async () => (await house.logs(userId)).map((row) => row.error)).toEqual([
      'The host closed the connection before its answer was complete.',
    ]);
  });
});

test('a delivery that cannot be made at all becomes a dead letter, and holds up no other', async () => {
  const broken = await house.addEndpoint(userId, receiver.url, { schedule: 'short', events: ['message.sent'] });
  await house.addEndpoint(userId, receiver.url, { events: ['message.received'] });
  await house.database.db
    .updateTable('endpoints')
    .set({ secret_sealed: 'v1.x.y' })
    .where('id', '=', broken.id)
    .execute();
  await house.tell(userId, { type: 'message.sent' }, {});
  await eventually(async () => {
    await house.hurry();
    return (await house.deliveries(userId)).map((row) => row.status).sort();
  }).toEqual(['dead', 'delivered']);
  expect(receiver.calls.map(({ body }) => body.event)).toEqual(['message.received']);
});

describe('an endpoint is disabled, and the user told at the others,', () => {
  const endpointRow = (id: number) =>
    house.database.db.selectFrom('endpoints').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  test('at once when it answers 410; what waits for it ends as dead letters', async () => {
    const gone = await house.addEndpoint(userId, receiver.url, { events: ['message.received'] });
    await house.addEndpoint(userId, `${receiver.url}/witness`, { events: ['endpoint.disabled'] });
    receiver.answer((response, call) => status(call.path === '/hook' ? 410 : 200)(response));
    await house.tell(userId, ...Array.from({ length: 30 }, () => ({})));
    await eventually(async () => (await endpointRow(gone.id)).disabled_reason).toBe('gone');
    await eventually(async () => (await house.deliveries(userId)).filter((row) => row.status === 'pending')).toEqual(
      [],
    );
    const ends = (await house.deliveries(userId)).filter((row) => row.endpoint_id === gone.id);
    expect(ends).toHaveLength(30);
    expect(new Set(ends.map((row) => row.status_reason))).toEqual(new Set(['gone', 'endpoint_disabled']));
    const witness = () => receiver.calls.filter(({ path }) => path === '/hook/witness');
    await eventually(witness).toHaveLength(1);
    expect(witness()[0]?.body).toMatchObject({
      event: 'endpoint.disabled',
      payload: { endpoint_id: gone.id, reason: 'gone', url: receiver.url },
    });
    const before = receiver.calls.length;
    await house.tell(userId, {});
    await house.worker.delivery.fanOutLane.drained();
    await house.worker.delivery.deliverLane.drained();
    expect(receiver.calls).toHaveLength(before);
  });

  test('after 120 h of nothing but failures, and not before', async () => {
    const ill = await house.addEndpoint(userId, receiver.url, { events: ['message.received'] });
    await house.addEndpoint(userId, `${receiver.url}/witness`, { events: ['endpoint.disabled'] });
    receiver.answer((response, call) => status(call.path === '/hook' ? 500 : 200)(response));
    const failFor = async (hours: number, calls: number) => {
      await house.database.db
        .updateTable('endpoints')
        .set({ failing_since: new Date(Date.now() - hours * 3_600_000) })
        .where('id', '=', ill.id)
        .execute();
      await house.tell(userId, {});
      await eventually(async () => (await house.logs(userId)).filter((row) => row.status_code === 500)).toHaveLength(
        calls,
      );
    };
    await failFor(119, 1);
    expect(await endpointRow(ill.id)).toMatchObject({ enabled: true });
    await failFor(121, 2);
    await eventually(async () => (await endpointRow(ill.id)).disabled_reason).toBe('only_failures');
    await eventually(() => receiver.calls.filter(({ path }) => path === '/hook/witness')).toHaveLength(1);
  });

  test('a success forgets the failures before it', async () => {
    const endpoint = await house.addEndpoint(userId, receiver.url);
    receiver.answer((response, _call, nth) => status(nth === 1 ? 500 : 200)(response));
    await house.tell(userId, {});
    await eventually(async () => (await endpointRow(endpoint.id)).failing_since).toBeInstanceOf(Date);
    await house.hurry();
    await eventually(async () => (await endpointRow(endpoint.id)).failing_since).toBeNull();
  });
});
