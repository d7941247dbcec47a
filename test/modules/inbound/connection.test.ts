import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Call,
  type InboundTest,
  readEvents,
  readNumber,
  readStoredCalls,
  recordedCall,
  startInbound,
  type TestNumber,
} from './support.ts';

const qrImage = `data:image/png;base64,${Buffer.alloc(300, 7).toString('base64')}`;

let t: InboundTest;
beforeAll(async () => {
  t = await startInbound();
});
afterAll(() => t.close());

test('a QR code that the backend reports makes the number qr_ready and shows the code', async () => {
  const number = await t.makeNumber();
  const call = recordedCall('h42-WA-qrcode.updated-qr', number);
  // The recording holds only the beginning of the picture.
  const { qrcode } = call.data as { qrcode: object };
  await t.apply(number, { ...call, data: { qrcode: { ...qrcode, base64: qrImage } } });
  expect(await readNumber(t.database, number)).toMatchObject({ status: 'qr_ready', qr_code: qrImage });
  expect(await readEvents(t.database, number)).toMatchObject([
    { type: 'number.qr', payload: { status: 'qr_ready', qr_code: qrImage, pairing_code: null } },
  ]);
});

test('an open connection makes the number connected, with its number and its name', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h43-WA-connection.update-open', number));
  expect(await readNumber(t.database, number)).toMatchObject({
    status: 'connected',
    phone_number: '5511999999999',
    profile_name: 'My Shop',
    heard_at: expect.any(Date),
  });
  expect(await readEvents(t.database, number)).toMatchObject([
    { type: 'number.connected', payload: { phone_number: '5511999999999' } },
  ]);
  expect(await readStoredCalls(t.database, number)).toMatchObject([{ state: 'applied', event: 'connection.update' }]);
});

test('a device that was removed disconnects the number once, however many calls say so', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h43-WA-connection.update-open', number));
  await t.apply(
    number,
    recordedCall('h59-WA-status.instance-closed', number),
    recordedCall('h60-WA-logout.instance', number),
    recordedCall('h61-WA-connection.update-close', number),
  );
  expect(await readNumber(t.database, number)).toMatchObject({ status: 'disconnected', status_reason: 'logged_out' });
  const types = (await readEvents(t.database, number)).map(({ type }) => type);
  expect(types).toEqual(['number.connected', 'number.disconnected']);
});

test('an open that arrives after the close it preceded changes nothing', async () => {
  const number = await t.makeNumber();
  await t.apply(
    number,
    recordedCall('h61-WA-connection.update-close', number),
    recordedCall('h43-WA-connection.update-open', number),
  );
  expect((await readNumber(t.database, number)).status).toBe('disconnected');
});

test('a storm of 500 "connecting" calls within 2 s is one row and leaves a connected number connected', async () => {
  const number = await t.makeNumber();
  await t.apply(number, recordedCall('h43-WA-connection.update-open', number));
  const connecting = recordedCall('h11-connection.update-BAILEYS-connecting', number);
  const at = new Date('2026-11-21T00:00:00Z').getTime();
  const storm = Array.from({ length: 500 }, (_, n) => ({ ...connecting, date_time: new Date(at + n).toISOString() }));
  const statuses = await Promise.all(storm.map((call) => t.post(number, call)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await t.inbound.lane.drained();
  expect((await readNumber(t.database, number)).status).toBe('connected');
  expect(await readEvents(t.database, number)).toHaveLength(1);
  const calls = await readStoredCalls(t.database, number);
  expect(calls.filter(({ state }) => state === 'applied')).toHaveLength(2);
});

const connectingCall = (number: TestNumber, ms: number) => ({
  ...recordedCall('h11-connection.update-BAILEYS-connecting', number),
  date_time: new Date(new Date('2026-11-21T00:00:00Z').getTime() + ms).toISOString(),
});

test('a number that closes and connects again within 2 s is not left disconnected', async () => {
  const number = await t.makeNumber();
  const close = recordedCall('h61-WA-connection.update-close', number);
  await t.apply(number, connectingCall(number, 0));
  await t.apply(number, { ...close, date_time: connectingCall(number, 100).date_time });
  expect(await readNumber(t.database, number)).toMatchObject({ status: 'disconnected' });
  await t.apply(number, connectingCall(number, 200));
  expect(await readNumber(t.database, number)).toMatchObject({ status: 'initializing' });
});

test('a change is applied by the time it was said at, unless its backend set its clock back', async () => {
  const number = await t.makeNumber();
  const noon = Date.parse('2026-10-25T12:00:00Z');
  const said = (name: string, minutes: number): Call => ({
    ...recordedCall(name, number),
    date_time: new Date(noon + minutes * 60_000).toISOString(),
  });
  const open = (minutes: number) => said('h43-WA-connection.update-open', minutes);
  const close = (minutes: number) => said('h61-WA-connection.update-close', minutes);
  const status = async () => (await readNumber(t.database, number)).status;

  await t.apply(number, open(0));
  await t.apply(number, close(-20));
  expect(await status()).toBe('connected');
  // The hour from 11:00 on comes a second time, as the backend's local time has it.
  await t.apply(number, close(-59));
  expect(await status()).toBe('disconnected');
  await t.apply(number, open(-58));
  expect(await status()).toBe('connected');
});
