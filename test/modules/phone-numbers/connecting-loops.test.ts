import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { eventTypes, eventually, only, placeOf, readNumber, untilCreated } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  control = only(gateway.sandboxes).control;
});
afterAll(() => gateway.close());
beforeEach(() => {
  control.setKnobs({ whatsappReachable: true, reconnectMs: 10 });
});

const numberOf = async (id: number) => (await user.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
const errors = async (id: number) => (await eventTypes(gateway, id)).filter((type) => type === 'number.error');
const ages = (id: number, columns: string) =>
  gateway.database.pool.query(`update phone_numbers set ${columns} where id = $1`, [id]);

async function connected(): Promise<{ id: number; name: string; token: string }> {
  const { id, token } = await gateway.connectNumber(user);
  await untilCreated(gateway, id);
  return { id, token, name: (await placeOf(gateway, id)).name };
}

/** Loses the connection and waits until it is back, and counted. */
async function flap(id: number, name: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const before = await readNumber(gateway, id);
    control.drop(name, 515);
    await eventually(async () => (await readNumber(gateway, id)).lost_at?.getTime()).not.toBe(
      before.lost_at?.getTime(),
    );
  }
}

const minutesLeft = (restsUntil: string) => Math.round((Date.parse(restsUntil) - Date.now()) / 60_000);

test('the sixth connection lost within 10 minutes makes a number rest, which its user hears once, and it sends on', async () => {
  const { id, name, token } = await connected();
  await flap(id, name, 5);
  expect(await readNumber(gateway, id)).toMatchObject({ losses: 5, rests_until: null });
  expect(await errors(id)).toEqual([]);
  await flap(id, name, 4);
  const { status, rests_until } = await numberOf(id);
  expect(status).toBe('connected');
  expect(minutesLeft(rests_until)).toBe(5);
  expect(await errors(id)).toHaveLength(1);
  const { rows } = await gateway.database.pool.query(
    "select payload from events where phone_number_id = $1 and type = 'number.error'",
    [id],
  );
  expect(rows[0].payload).toMatchObject({ status: 'connected', status_reason: 'reconnect_loop', rests_until });
  const sent = await user.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
  expect(sent.status).toBe(200);
});

test('a loop that goes on rests longer each time, and ends when the number stayed connected for 10 minutes', async () => {
  const { id, name } = await connected();
  for (const minutes of [5, 15, 60, 60]) {
    await flap(id, name, 6);
    expect(minutesLeft((await numberOf(id)).rests_until)).toBe(minutes);
    await ages(id, "rests_until = now() - interval '1 second'");
    expect((await numberOf(id)).rests_until).toBeNull();
  }
  expect(await errors(id)).toHaveLength(4);
  await ages(id, "lost_at = now() - interval '11 minutes', connected_at = now() - interval '9 minutes'");
  await gateway.services.phoneNumbers.superviseConnecting();
  expect(await readNumber(gateway, id)).toMatchObject({ rests: 4 });
  await ages(id, "connected_at = now() - interval '11 minutes'");
  await gateway.services.phoneNumbers.superviseConnecting();
  expect(await readNumber(gateway, id)).toMatchObject({ rests: 0, rests_until: null, losses: 0, lost_at: null });
});

test('losses that are further apart are no loop', async () => {
  const { id, name } = await connected();
  await flap(id, name, 5);
  await ages(id, "losses_since = now() - interval '11 minutes'");
  await flap(id, name, 2);
  expect(await readNumber(gateway, id)).toMatchObject({ losses: 2, rests_until: null });
});

test('a log-out is no lost connection, and a connected number without network is not either', async () => {
  const { id, name } = await connected();
  const call = (state: string) => control.emit(name, 'connection.update', { instance: name, state, statusReason: 200 });
  for (let n = 0; n < 30; n++) await call('connecting');
  await gateway.services.inbound.lane.drained();
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'connected', losses: 0, lost_at: null });
  control.removeDevice(name);
  await eventually(async () => (await numberOf(id)).status).toBe('disconnected');
  expect(await readNumber(gateway, id)).toMatchObject({ losses: 0, lost_at: null });
});

test('a call that comes twice, or late, is one loss', async () => {
  const { id, name } = await connected();
  control.setKnobs({ webhookDuplicates: true });
  await flap(id, name, 2);
  control.setKnobs({ webhookDuplicates: false });
  await gateway.services.inbound.lane.drained();
  expect(await readNumber(gateway, id)).toMatchObject({ losses: 2 });
});
