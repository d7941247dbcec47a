import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { closeClients, connect, eventually, logIn, range, refusalOf, someLooks, tell, ticketOf } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});
afterAll(() => gateway.close());
afterEach(closeClients);

describe('a connected client', () => {
  test.each(['websocket', 'polling'])(
    'hears by %s what its user sends, in the envelope of webhooks',
    async (transport) => {
      const client = await connect(gateway.url, { ticket: await ticketOf(user) }, { transports: [transport] });
      const sent = await user.api('POST', '/api/messages/send-text', {
        token: number.token,
        number: '628123456789',
        text: 'hello',
      });
      expect(sent.status).toBe(200);
      await eventually(() => expect(client.events.map(({ event }) => event)).toContain('message.sent'));
      const event = client.events.find((each) => each.event === 'message.sent');
      expect(event).toEqual({
        id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
        event: 'message.sent',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        sequence: expect.any(Number),
        phone_number: expect.objectContaining({
          id: number.id,
          instance_name: number.instanceName,
          display_name: 'Test',
        }),
        payload: expect.objectContaining({ message_id: sent.body.message_id }),
      });
    },
  );

  test('hears of QR codes, states and what was received, each once and in order', async () => {
    const client = await connect(gateway.url, { token: await logIn(gateway, user) });
    const [{ sequence } = { sequence: Number.NaN }] = client.said('ready');
    const other = await gateway.connectNumber(user);
    await eventually(() => {
      const ofNumber = client.events.filter((event) => event.phone_number?.id === other.id).map(({ event }) => event);
      expect(ofNumber).toEqual(expect.arrayContaining(['number.created', 'number.qr', 'number.connected']));
    });
    const first = Number(sequence) + 1;
    expect(client.sequences()).toEqual(range(first, first + client.events.length - 1));
    expect(client.events.find(({ event }) => event === 'number.qr')?.payload.qr_code).toMatch(/^data:image\/png/);
  });

  test('hears every event of many transactions that commit side by side, once and in order', async () => {
    const busy = await gateway.signUp();
    const clients = await Promise.all([
      connect(gateway.url, { ticket: await ticketOf(busy) }),
      connect(gateway.url, { ticket: await ticketOf(busy) }, { transports: ['polling'] }),
    ]);
    await Promise.all(range(1, 150).map((nth) => tell(gateway, busy.id, { payload: { nth } }, { payload: { nth } })));
    for (const client of clients) {
      await eventually(() => expect(client.events).toHaveLength(300));
      expect(client.sequences()).toEqual(range(1, 300));
    }
  });

  test("hears nothing of other users' events, and cannot ask for their phone numbers", async () => {
    const stranger = await gateway.signUp();
    const own = await gateway.connectNumber(stranger);
    const client = await connect(gateway.url, { ticket: await ticketOf(stranger), since: 0 });
    await eventually(() => expect(client.events.length).toBeGreaterThan(0));
    const foreign = await client.ask('subscribe', { phone_numbers: [number.id] });
    const missing = await client.ask('subscribe', { phone_numbers: [999_999_999] });
    expect(foreign).toEqual({ error: { code: 'not_found', message: 'Phone number not found.' } });
    expect(foreign).toEqual(missing);
    expect(await client.ask('subscribe', { phone_numbers: [own.id, number.id] })).toEqual(missing);
    const answers = await Promise.all(
      [number.id, 999_999_999].map(async (id) =>
        refusalOf(gateway.url, { ticket: await ticketOf(stranger), phone_numbers: [id] }),
      ),
    );
    expect(answers[0]).toEqual({ code: 'not_found', message: 'Phone number not found.' });
    expect(answers[0]).toEqual(answers[1]);
    await tell(gateway, user.id, { phoneNumberId: number.id });
    await tell(gateway, stranger.id, { payload: { mark: 'last' } });
    await eventually(() => expect(client.events.at(-1)?.payload).toEqual({ mark: 'last' }));
    expect(client.events.filter((event) => event.phone_number?.id === number.id)).toEqual([]);
  });

  test('that narrows to a phone number hears of it and of what is about none', async () => {
    const other = await gateway.connectNumber(user);
    const client = await connect(gateway.url, { ticket: await ticketOf(user), phone_numbers: [number.id] });
    const tellAll = () =>
      tell(gateway, user.id, { phoneNumberId: other.id }, { phoneNumberId: number.id }, { type: 'quota.threshold' });
    const heard = () => client.events.map((event) => event.phone_number?.id ?? null);
    await tellAll();
    await eventually(() => expect(heard()).toEqual([number.id, null]));
    expect(await client.ask('subscribe', { phone_numbers: [other.id] })).toEqual({ phone_numbers: [other.id] });
    await tellAll();
    await eventually(() => expect(heard()).toEqual([number.id, null, other.id, null]));
    expect(await client.ask('subscribe', { phone_numbers: null })).toEqual({ phone_numbers: null });
    await tellAll();
    await eventually(() => expect(heard().slice(4)).toEqual([other.id, number.id, null]));
  });
});

describe('resuming', () => {
  test('brings what was missed in order, then what happens, without a gap or a double', async () => {
    const sleeper = await gateway.signUp();
    await tell(gateway, sleeper.id, {}, {}, {});
    const before = await connect(gateway.url, { ticket: await ticketOf(sleeper), since: 1 });
    await eventually(() => expect(before.sequences()).toEqual([2, 3]));
    before.close();
    for (const nth of range(1, 7)) await tell(gateway, sleeper.id, ...range(1, 100).map(() => ({ payload: { nth } })));
    const after = await connect(gateway.url, { ticket: await ticketOf(sleeper), since: 3 });
    await Promise.all(range(1, 50).map(() => tell(gateway, sleeper.id, {})));
    await eventually(() => expect(after.events).toHaveLength(750));
    expect(after.sequences()).toEqual(range(4, 753));
  });

  test('is asked for at any time by an event', async () => {
    const sleeper = await gateway.signUp();
    await tell(gateway, sleeper.id, {}, {});
    const client = await connect(gateway.url, { ticket: await ticketOf(sleeper) });
    expect(client.said('ready')).toEqual([{ sequence: 2 }]);
    expect(await client.ask('resume', { since: 0 })).toEqual({ sequence: 0 });
    await eventually(() => expect(client.sequences()).toEqual([1, 2]));
  });

  test('says where to go on from when too much was missed, when it is gone, and when it never was', async () => {
    const sleeper = await gateway.signUp();
    const connectSince = async (since: number) => connect(gateway.url, { ticket: await ticketOf(sleeper), since });
    await tell(gateway, sleeper.id, ...range(1, 5).map(() => ({})));
    const ahead = await connectSince(6);
    expect(ahead.said('resync')).toEqual([{ since: 6, sequence: 5 }]);

    await gateway.database.pool.query('delete from events where user_id = $1 and sequence <= 3', [sleeper.id]);
    const partly = await connectSince(1);
    await eventually(() => expect(partly.sequences()).toEqual([4, 5]));
    expect(partly.said('resync')).toEqual([{ since: 1, sequence: 3 }]);
    await gateway.database.pool.query('delete from events where user_id = $1', [sleeper.id]);
    const wholly = await connectSince(2);
    await eventually(() => expect(wholly.said('resync')).toEqual([{ since: 2, sequence: 5 }]));

    await tell(gateway, sleeper.id, ...range(6, 10_006).map(() => ({})));
    const tooLong = await connectSince(5);
    await eventually(() => expect(tooLong.said('resync')).toEqual([{ since: 5, sequence: 10_006 }]));
    await tell(gateway, sleeper.id, {});
    await eventually(() => expect(tooLong.sequences()).toEqual([10_007]));
  });

  test('tells a narrowed client from time to time how far it has come', async () => {
    const narrow = await gateway.signUp();
    const [mine, other] = [await gateway.connectNumber(narrow), await gateway.connectNumber(narrow)];
    const client = await connect(gateway.url, { ticket: await ticketOf(narrow), phone_numbers: [mine.id] });
    const [{ sequence } = { sequence: 0 }] = client.said('ready');
    await tell(gateway, narrow.id, ...range(1, 1_500).map(() => ({ phoneNumberId: other.id })));
    await eventually(() => expect(client.said('position')).toEqual([{ sequence: Number(sequence) + 1_000 }]));
    await someLooks();
    expect(client.events).toEqual([]);
  });
});
