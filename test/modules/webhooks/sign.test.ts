import crypto from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { formatBody } from '../../../src/modules/webhooks/format-body.ts';
import { signatureHeaders } from '../../../src/modules/webhooks/sign.ts';
import {
  type DeliveryTest,
  eventually,
  only,
  type ReceivedCall,
  startDelivery,
  startReceiver,
  type TestReceiver,
} from './support.ts';

let house: DeliveryTest;
let receiver: TestReceiver;
let userId: number;

beforeAll(async () => {
  house = await startDelivery();
});
afterAll(() => house.close());
beforeEach(async () => {
  receiver = await startReceiver();
  userId = await house.addUser();
});
afterEach(() => receiver[Symbol.asyncDispose]());

const standardHeaders = ({ headers }: ReceivedCall) => ({
  'webhook-id': String(headers['webhook-id']),
  'webhook-timestamp': String(headers['webhook-timestamp']),
  'webhook-signature': String(headers['webhook-signature']),
});

const verifies = (secret: string, call: ReceivedCall, raw = call.raw) => {
  try {
    new Webhook(secret).verify(raw, standardHeaders(call));
    return true;
  } catch {
    return false;
  }
};

/** The check that the first texts print, as a receiver has it that parses bodies before it looks at them. */
function isSignedForConnector(call: ReceivedCall, WEBHOOK_SECRET: string): boolean {
  const req = { headers: call.headers };
  const payload = JSON.parse(call.raw);
  const signature = crypto.createHmac('sha256', WEBHOOK_SECRET).update(JSON.stringify(payload)).digest('hex');
  return req.headers['x-signature'] === signature;
}

const nasty = {
  text: 'a "quote", \\ back, \u2028 \u0000 \ud800 é 👩‍👩‍👧 </script>',
  10: 'ten',
  2: 'two',
  number: 1e21,
  small: 1e-7,
  nested: [{ '': null, __proto__x: [true, 0.1] }],
};

describe.each(['evofleet', 'evolution', 'connect'] as const)('a delivery in format %s', (format) => {
  test('is verified by the standardwebhooks package and by the check of the first texts', async () => {
    const numberId = await house.addNumber(userId);
    const { secret } = await house.addEndpoint(userId, receiver.url, { format });
    await house.tell(userId, {
      phoneNumberId: numberId,
      payload: { ...nasty, chat: '628999@s.whatsapp.net', message: nasty, key: { id: 'x' } },
    });
    await eventually(() => receiver.calls).toHaveLength(1);
    const call = only(receiver.calls);
    expect(call.raw).toBe(JSON.stringify(JSON.parse(call.raw)));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(verifies(secret, call)).toBe(true);
    expect(isSignedForConnector(call, secret)).toBe(true);
    expect(verifies(secret, call, `${call.raw} `)).toBe(false);
    expect(verifies('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', call)).toBe(false);
    expect(Number(call.headers['webhook-timestamp'])).toBeCloseTo(Date.now() / 1_000, -1);
  });
});

test('the body of any event is what JSON.stringify makes of its own value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (payload) => {
      for (const format of ['evofleet', 'evolution', 'connect'] as const) {
        const body = formatBody(format, {
          id: 'evt_1',
          type: 'message.received',
          sequence: 1,
          at: new Date(0),
          payload: JSON.parse(JSON.stringify(payload)),
          number: null,
          message: null,
          url: 'https://example.com/',
          serverUrl: 'https://gateway.example',
        });
        expect(body).toBe(JSON.stringify(JSON.parse(body)));
      }
    }),
  );
});

test('a secret that is no whsec_ is the key as it stands', () => {
  const body = '{"event":"message"}';
  const headers = signatureHeaders({ id: 'evt_1', at: new Date(), body }, ['my own secret']);
  const webhook = new Webhook('my own secret', { format: 'raw' });
  expect(() => webhook.verify(body, headers)).not.toThrow();
  expect(headers['x-signature']).toBe(crypto.createHmac('sha256', 'my own secret').update(body).digest('hex'));
});

describe('after a rotation', () => {
  test('both secrets verify for 24 h, then the new one alone', async () => {
    const { id, secret: first } = await house.addEndpoint(userId, receiver.url);
    const { secret: second } = await house.worker.delivery.endpoints.rotateSecret(userId, id);
    expect(second).not.toBe(first);
    await house.tell(userId, {});
    await eventually(() => receiver.calls).toHaveLength(1);
    const during = only(receiver.calls);
    expect([verifies(first, during), verifies(second, during)]).toEqual([true, true]);
    expect(isSignedForConnector(during, second)).toBe(true);

    const row = house.database.db.selectFrom('endpoints').select('previous_secret_until').where('id', '=', id);
    const until = (await row.executeTakeFirstOrThrow()).previous_secret_until;
    expect(((until?.getTime() ?? 0) - Date.now()) / 3_600_000).toBeCloseTo(24, 1);
    await house.database.db.updateTable('endpoints').set({ previous_secret_until: new Date() }).execute();
    await house.tell(userId, {});
    await eventually(() => receiver.calls).toHaveLength(2);
    const after = receiver.calls[1] as ReceivedCall;
    expect([verifies(first, after), verifies(second, after)]).toEqual([false, true]);
  });
});

test('no secret is in a row or a log line in clear', async () => {
  const { id, secret } = await house.addEndpoint(userId, receiver.url);
  const { secret: next } = await house.worker.delivery.endpoints.rotateSecret(userId, id);
  await house.tell(userId, {});
  await eventually(async () => (await house.deliveries(userId))[0]?.status).toBe('delivered');
  await house.worker.delivery.testCall(userId, id);
  const rows = JSON.stringify([
    await house.database.db.selectFrom('endpoints').selectAll().execute(),
    await house.deliveries(userId),
    await house.logs(userId),
  ]);
  const text = rows + house.worker.logs.join('\n');
  expect(text).toContain('delivery_attempt');
  for (const each of [secret, next]) {
    expect(text).not.toContain(each);
    expect(text).not.toContain(each.slice('whsec_'.length));
  }
  expect(house.worker.logs.join('\n')).not.toContain(receiver.url);
});
