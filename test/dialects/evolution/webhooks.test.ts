import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { placeOf } from '../../modules/phone-numbers/support.ts';
import { startReceiver, type TestReceiver } from '../../modules/webhooks/support.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf, wireError } from './support.ts';

let gateway: TestGateway;
let receiver: TestReceiver;
let user: TestUser;
let number: TestNumber;
let client: Client;

beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startGateway({ env: { EGRESS_ALLOW_CIDRS: '127.0.0.0/8' } });
  user = await gateway.signUp();
  number = await gateway.connectNumber(user, { alias: 'shop' });
  client = clientOf(gateway, number.token);
});
afterEach(() => void receiver.calls.splice(0));
afterAll(async () => {
  await gateway.close();
  await receiver[Symbol.asyncDispose]();
});

const set = (webhook: Record<string, unknown>, of = client, name = 'shop') =>
  of('POST', `/webhook/set/${name}`, { webhook });
const base = () => ({ enabled: true, url: receiver.url, events: [] as string[] });

async function receive(message: Record<string, unknown>): Promise<void> {
  const { sandbox, name } = await placeOf(gateway, number.id);
  await sandbox.control.receive(name, { from: '5511977776666', ...message });
}

const called = (event: string) =>
  expect.poll(() => receiver.calls.filter(({ body }) => body.event === event).length, { timeout: 10_000 });

describe('webhook/set and find', () => {
  test('know nothing at first, then what was set, and the endpoint is among those of the user', async () => {
    expect(await client('GET', '/webhook/find/shop')).toMatchObject({ status: 200, body: null });
    const headers = { 'x-tenant': 't1', authorization: 'Bearer s3cret' };
    const row = {
      id: expect.stringMatching(/^\d+$/),
      url: receiver.url,
      headers,
      enabled: true,
      events: ['MESSAGES_UPSERT', 'CONTACTS_UPSERT'],
      webhookByEvents: false,
      webhookBase64: false,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      instanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    };
    const answer = await set({ ...base(), headers, events: row.events });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toEqual(row);
    const found = await client('GET', '/webhook/find/shop');
    expect(found).toMatchObject({ status: 200, body: answer.body });
    const { body } = await user.api('GET', `/api/webhooks/${answer.body.id}`);
    expect(body.endpoint).toMatchObject({
      url: receiver.url,
      format: 'evolution',
      phone_number_id: number.id,
      events: ['message.received'],
      dialect: 'evolution',
      by_events: false,
      base64: false,
    });
    expect(JSON.stringify(body)).not.toContain('s3cret');
  });

  test('keep headers, byEvents and base64 that are left out; no events are all events', async () => {
    await set({ ...base(), headers: { a: '1' }, byEvents: true, base64: true, events: ['SEND_MESSAGE'] });
    const { body } = await set({ ...base(), webhookByEvents: false, webhook_base64: false });
    expect(body).toMatchObject({ headers: { a: '1' }, webhookByEvents: true, webhookBase64: true });
    expect(body.events).toHaveLength(31);
    const { body: left } = await set({ enabled: true, url: receiver.url, byEvents: false, base64: false, headers: {} });
    expect(left).toMatchObject({ headers: null, webhookByEvents: false, webhookBase64: false });
    expect(left.events).toHaveLength(31);
  });

  test('switch it off, with or without its address, and on again', async () => {
    await set(base());
    for (const url of [receiver.url, '']) {
      const { status, body } = await set({ enabled: false, url });
      expect([status, body]).toMatchObject([201, { enabled: false, events: [], url: receiver.url }]);
    }
    expect((await set(base())).body).toMatchObject({ enabled: true });
    const fresh = await gateway.signUp();
    await gateway.connectNumber(fresh, { alias: 'none' });
    const answer = await set({ enabled: false, url: '' }, clientOf(gateway, fresh.apiKey), 'none');
    expect(answer).toMatchObject({ status: 201, body: { enabled: false, url: '' } });
  });

  test.each([
    [{ enabled: true, url: 'https://a.example', events: [] }, [['instance requires property "webhook"']]],
    [{ webhook: { url: 'https://a.example' } }, [['webhook requires property "enabled"']]],
    [
      { webhook: { enabled: true, url: 'https://a.example', events: ['FOO'] } },
      [[expect.stringContaining('webhook.events[0] is not one of enum values: APPLICATION_STARTUP')]],
    ],
    [{ webhook: { enabled: true, url: '', events: [] } }, [[expect.stringContaining('webhook.url')]]],
    [{ webhook: { enabled: true, url: 'notaurl', events: [] } }, [expect.stringContaining('URL')]],
    [{ webhook: { enabled: true, url: 'http://169.254.169.254/', events: [] } }, [expect.any(String)]],
    [
      { webhook: { enabled: true, url: 'https://a.example', events: [], headers: { 'a b': '1' } } },
      [expect.stringContaining('headers')],
    ],
    [
      { webhook: { enabled: true, url: 'https://a.example', events: [], headers: { a: 'x\r\ny' } } },
      [expect.stringContaining('headers')],
    ],
  ])('refuse %j', async (body, message) => {
    const answer = await client('POST', '/webhook/set/shop', body);
    expect(answer).toMatchObject({ status: 400, body: { status: 400, error: 'Bad Request', response: { message } } });
  });

  test("do not tell another user's number from none, nor its address", async () => {
    const stranger = clientOf(gateway, (await gateway.signUp()).apiKey);
    for (const name of ['shop', number.instanceName]) {
      const missing = wireError(404, 'Not Found', [`The "${name}" instance does not exist`]);
      expect(await set(base(), stranger, name)).toMatchObject(missing);
      expect(await stranger('GET', `/webhook/find/${name}`)).toMatchObject(missing);
    }
  });

  test('never touch the webhook on the backend', async () => {
    await set(base());
    const calls = gateway.sandboxes.flatMap(({ control }) => control.ledger.calls());
    expect(calls.filter(({ url, method }) => method === 'POST' && url.startsWith('/webhook/set'))).toEqual([]);
  });
});

describe('calls', () => {
  test('carry the headers, and a token signed with jwt_key in place of it', async () => {
    await set({ ...base(), headers: { 'X-Tenant': 't1', jwt_key: 'key', Host: 'elsewhere', 'content-length': '1' } });
    await receive({ text: 'hello' });
    await called('messages.upsert').toBe(1);
    const [call] = receiver.calls;
    expect(call?.headers).toMatchObject({ 'x-tenant': 't1', 'content-type': 'application/json' });
    expect(call?.headers).not.toHaveProperty('jwt_key');
    expect(call?.headers.host).toContain('127.0.0.1');
    const [head, claims, signature] = (call?.headers.authorization ?? '').replace('Bearer ', '').split('.');
    const expected = createHmac('sha256', 'key').update(`${head}.${claims}`).digest('base64url');
    expect(signature).toBe(expected);
    const said = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString());
    expect(said).toEqual({ iat: expect.any(Number), exp: said.iat + 600, app: 'evolution', action: 'webhook' });
    expect(call?.body).toMatchObject({ instance: 'shop', destination: receiver.url });
    expect(call?.headers['webhook-signature']).toMatch(/^v1,/);
  });

  test('go to a path of their own for each event, where that is wished', async () => {
    await set({ ...base(), byEvents: true, headers: {} });
    await receive({ text: 'path' });
    await called('messages.upsert').toBe(1);
    expect(receiver.calls[0]?.path).toBe('/hook/messages-upsert');
    await set({ ...base(), byEvents: false });
  });

  test('bring the media of received messages where that is wished, and their log does not', async () => {
    const media = { mediatype: 'image', base64: Buffer.from('a picture').toString('base64'), mimetype: 'image/png' };
    await set({ ...base(), base64: true });
    await receive({ media });
    await called('messages.upsert').toBe(1);
    expect(receiver.calls[0]?.body.data.message).toMatchObject({ base64: media.base64, imageMessage: {} });
    await set({ ...base(), base64: false });
    await receive({ media });
    await called('messages.upsert').toBe(2);
    expect(receiver.calls[1]?.body.data.message).not.toHaveProperty('base64');
    const logs = await gateway.database.db.selectFrom('webhook_logs').select('payload').execute();
    expect(logs.some(({ payload }) => payload?.includes(media.base64))).toBe(false);
  });

  test('go without the media that nobody has any more', async () => {
    const { sandbox, name } = await placeOf(gateway, number.id);
    await set({ ...base(), base64: true });
    const failures = [
      { route: 'POST /chat/getBase64FromMediaMessage', kind: 'http500-before', probability: 1 } as const,
    ];
    sandbox.control.setKnobs({ failures });
    await sandbox.control.receive(name, {
      from: '5511977776666',
      media: { mediatype: 'image', base64: Buffer.from('lost').toString('base64'), mimetype: 'image/png' },
    });
    await called('messages.upsert').toBe(1);
    expect(receiver.calls[0]?.body.data.message).not.toHaveProperty('base64');
    sandbox.control.setKnobs({ failures: [] });
    await set({ ...base(), base64: false });
  });
});

describe('create with a webhook', () => {
  test('tells of the creation and of the code, and answers what was set', async () => {
    const key = clientOf(gateway, user.apiKey);
    const webhook = { url: receiver.url, byEvents: false, base64: true, events: [], headers: { 'x-tenant': 'new' } };
    const body = { instanceName: 'new one', integration: 'WHATSAPP-BAILEYS', qrcode: true, webhook };
    const answer = await key('POST', '/instance/create', body);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        webhook: {
          webhookUrl: receiver.url,
          webhookHeaders: { 'x-tenant': 'new' },
          webhookByEvents: false,
          webhookBase64: true,
        },
      },
    });
    const ofNew = () => receiver.calls.filter(({ body: { instance } }) => instance === 'new one');
    await expect
      .poll(
        () =>
          ofNew()
            .map(({ body: { event } }) => event)
            .sort(),
        { timeout: 10_000 },
      )
      .toEqual(['instance.create', 'qrcode.updated']);
    const qr = ofNew().find(({ body: { event } }) => event === 'qrcode.updated');
    expect(qr?.headers['x-tenant']).toBe('new');
    expect(qr?.body.data.qrcode).toEqual({ instance: 'new one', ...answer.body.qrcode, count: undefined });
    expect((await key('GET', '/webhook/find/new%20one')).body).toMatchObject({ enabled: true, webhookBase64: true });
  });

  test('that cannot be used makes no instance', async () => {
    const key = clientOf(gateway, user.apiKey);
    const body = { instanceName: 'never', integration: 'WHATSAPP-BAILEYS', webhook: { url: 'ftp://a', events: [] } };
    expect((await key('POST', '/instance/create', body)).status).toBe(400);
    expect((await key('GET', '/instance/connectionState/never')).status).toBe(404);
  });
});
