import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceIdOf } from '../../../src/evolution/instance-id.ts';
import { becomeOperator } from '../../modules/admin/support.ts';
import { placeOf } from '../../modules/phone-numbers/support.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf, unauthorized, wireError } from './support.ts';

/** Parsed JSON whose shape is what the tests are about. */
type Loose = ReturnType<typeof JSON.parse>;

let gateway: TestGateway;
let user: TestUser;
let key: Client;

const integration = 'WHATSAPP-BAILEYS';

beforeAll(async () => {
  gateway = await startGateway({
    overrides: { egress: { dial: () => Promise.reject(new Error('no network here')) } } as never,
  });
  user = await gateway.signUp();
  key = clientOf(gateway, user.apiKey);
});
afterAll(() => gateway.close());

async function created(instanceName: string, more: Record<string, unknown> = {}, client = key): Promise<Loose> {
  const { status, body } = await client('POST', '/instance/create', { instanceName, integration, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

async function idOf(name: string, of = user): Promise<number> {
  const { body } = await of.api('GET', '/api/phone-numbers');
  return body.phone_numbers.find(({ alias }: Loose) => alias === name).id;
}

/** A connected number of this name, and its token. */
async function connected(name: string, of = user): Promise<string> {
  const client = clientOf(gateway, of.apiKey);
  const { hash } = await created(name, { qrcode: true }, client);
  const { sandbox, name: place } = await placeOf(gateway, await idOf(name, of));
  await sandbox.control.scan(place);
  await expect
    .poll(async () => (await client('GET', `/instance/connectionState/${name}`)).body, { timeout: 10_000 })
    .toEqual({ instance: { instanceName: name, state: 'open' } });
  return hash;
}

describe('create', () => {
  test('answers what the contract does, with the code to scan and the token in clear', async () => {
    const body = await created('first', { qrcode: true, rejectCall: true, msgCall: 'no calls' });
    expect(body).toEqual({
      instance: {
        instanceName: 'first',
        instanceId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        integration,
        webhookWaBusiness: null,
        accessTokenWaBusiness: '',
        status: 'connecting',
      },
      hash: expect.stringMatching(/^eft_/),
      webhook: {},
      websocket: {},
      rabbitmq: {},
      nats: {},
      sqs: {},
      settings: {
        rejectCall: true,
        msgCall: 'no calls',
        groupsIgnore: false,
        alwaysOnline: false,
        readMessages: false,
        readStatus: false,
        syncFullHistory: false,
        wavoipToken: '',
      },
      qrcode: {
        pairingCode: null,
        code: expect.stringMatching(/^2@/),
        base64: expect.stringMatching(/^data:image\/png;base64,/),
        count: 1,
      },
    });
    expect((await user.api('GET', `/api/phone-numbers/${await idOf('first')}`)).body.phone_number.alias).toBe('first');
    expect(JSON.stringify(body)).not.toContain('ef-');
  });

  test('sets the settings on the backend in the same call, and no field that it does not know gets there', async () => {
    await created('chooser', { alwaysOnline: true, instanceId: 'x', status: 'open', ownerJid: 'y', surprise: 1 });
    const { sandbox, name } = await placeOf(gateway, await idOf('chooser'));
    const call = sandbox.control.ledger
      .calls()
      .find(({ url, body }) => url === '/instance/create' && (body as Loose).instanceName === name);
    expect(call?.body).toMatchObject({ alwaysOnline: true });
    for (const field of ['instanceId', 'status', 'ownerJid', 'surprise']) expect(call?.body).not.toHaveProperty(field);
  });

  test('makes a pairing code where a number is named', async () => {
    const { qrcode } = await created('pairing', { qrcode: true, number: '5511999990000' });
    expect(qrcode.pairingCode).toMatch(/^[0-9A-Z]{8}$/);
  });

  test('refuses a name that is in use with 403, and another user may have it', async () => {
    await created('taken');
    const again = await key('POST', '/instance/create', { instanceName: 'taken', integration });
    expect(again).toMatchObject(wireError(403, 'Forbidden', ['This name "taken" is already in use.']));
    const other = await gateway.signUp();
    await created('taken', {}, clientOf(gateway, other.apiKey));
  });

  test.each([
    [{ integration }, 403, ['This name "undefined" is already in use.']],
    [{ instanceName: 'a' }, 400, ['Invalid integration']],
    [{ instanceName: 'a', integration: 'FOO' }, 400, ['Invalid integration']],
    [{ instanceName: 7, integration }, 400, [['instanceName is not of a type(s) string']]],
    [{ instanceName: '', integration }, 400, [['instanceName does not meet minimum length of 1']]],
    [{ instanceName: 'user_1_x', integration }, 400, [[expect.stringContaining('not the form user_')]]],
    [{ instanceName: 'x'.repeat(101), integration }, 400, [[expect.stringContaining('at most 100')]]],
    [{ instanceName: 'a', integration, qrcode: 'yes' }, 400, [['qrcode is not of a type(s) boolean']]],
    [{ instanceName: 'a', integration, number: '+55 11' }, 400, [[expect.stringContaining('number does not match')]]],
    [
      { instanceName: 'a', integration: 'EVOLUTION', number: '5511900000000' },
      403,
      [expect.stringContaining('operators')],
    ],
    [{ instanceName: 'a', integration, token: 'mine' }, 403, [expect.stringMatching(/^token: /)]],
    [{ instanceName: 'a', integration, proxyHost: 'p.example' }, 403, [expect.stringMatching(/^proxyHost: /)]],
    [{ instanceName: 'a', integration, rabbitmq: { enabled: true } }, 403, [expect.stringMatching(/^rabbitmq: /)]],
    [
      { instanceName: 'a', integration, chatwootUrl: 'https://c.example' },
      403,
      [expect.stringMatching(/^chatwootUrl/)],
    ],
    [{ instanceName: 'a', integration, wavoipToken: 'w' }, 403, [expect.stringMatching(/^wavoipToken/)]],
  ])('refuses %j with %i', async (body, status, message) => {
    const answer = await key('POST', '/instance/create', body);
    expect(answer).toMatchObject({ status, body: { status, response: { message } } });
  });

  test('does not mind what asks for nothing', async () => {
    await created('plain', {
      token: '',
      proxyHost: '',
      rabbitmq: { enabled: false, events: [] },
      chatwootAccountId: null,
      chatwootImportContacts: false,
    });
  });

  test('is for API keys alone, and answers the limit of the plan with 429', async () => {
    const small = await gateway.signUp('starter');
    const client = clientOf(gateway, small.apiKey);
    const { hash } = await created('one', {}, client);
    expect(await clientOf(gateway, hash)('POST', '/instance/create', { instanceName: 'b', integration })).toMatchObject(
      unauthorized,
    );
    let answer = await client('POST', '/instance/create', { instanceName: 'two', integration });
    for (let more = 3; answer.status === 201; more++)
      answer = await client('POST', '/instance/create', { instanceName: `n${more}`, integration });
    expect(answer).toMatchObject(
      wireError(429, 'Too Many Requests', [expect.stringContaining('phone numbers are in use')]),
    );
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('of a line without a phone is for operators, who connect it at once', async () => {
    const operator = clientOf(gateway, (await becomeOperator(gateway)).apiKey);
    const body = { integration: 'EVOLUTION', number: '5511900000077', qrcode: true };
    const answer = await created('line', body, operator);
    expect(answer.instance).toMatchObject({ status: 'open', integration: 'EVOLUTION' });
    expect(answer).not.toHaveProperty('qrcode');
  });
});

describe('connect, restart, logout', () => {
  test('a number that waits gives the same code again, with a pairing code where one is asked for', async () => {
    const { qrcode } = await created('waiting', { qrcode: true });
    const again = await key('GET', '/instance/connect/waiting');
    expect(again).toMatchObject({ status: 200, body: qrcode });
    const paired = await key('GET', '/instance/connect/waiting?number=%2B5511999990001');
    expect(paired.body).toMatchObject({ pairingCode: expect.stringMatching(/^[0-9A-Z]{8}$/), count: 1 });
    expect((await key('GET', '/instance/connect/waiting?number=12')).status).toBe(400);
    expect((await key('GET', '/instance/connect/waiting?number=1&number=2')).status).toBe(400);
  });

  test('a connected one says that it is open, and restarts without a scan', async () => {
    const token = clientOf(gateway, await connected('open'));
    const open = { status: 200, body: { instance: { instanceName: 'open', state: 'open' } } };
    expect(await token('GET', '/instance/connect/open')).toMatchObject(open);
    expect(await token('POST', '/instance/restart/open', {})).toMatchObject({ status: 200 });
    await expect.poll(async () => (await token('GET', '/instance/connectionState/open')).body).toEqual(open.body);
  });

  test('a connected one logs out once, and is scanned anew after that', async () => {
    const token = clientOf(gateway, await connected('closing'));
    expect(await token('DELETE', '/instance/logout/closing')).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', error: false, response: { message: 'Instance logged out' } },
    });
    expect(await token('DELETE', '/instance/logout/closing')).toMatchObject(
      wireError(400, 'Bad Request', ['The "closing" instance is not connected']),
    );
    const state = async () => (await token('GET', '/instance/connectionState/closing')).body.instance.state;
    expect(await state()).toBe('close');
    expect((await token('GET', '/instance/connect/closing')).body).toMatchObject({ count: 1 });
    expect(await state()).toBe('connecting');
  });

  test('a suspended user connects nothing', async () => {
    const suspended = await gateway.signUp();
    const client = clientOf(gateway, suspended.apiKey);
    await created('still', {}, client);
    await gateway.database.db
      .updateTable('users')
      .set({ status: 'suspended' })
      .where('id', '=', suspended.id)
      .execute();
    gateway.services.users.forgetCaller(suspended.id);
    expect((await client('GET', '/instance/connect/still')).status).toBe(403);
    expect((await client('GET', '/instance/connectionState/still')).status).toBe(200);
  });
});

describe('fetchInstances', () => {
  test("answers exactly the caller's, with every key of the contract and the values of nobody else", async () => {
    const owner = await gateway.signUp();
    const client = clientOf(gateway, owner.apiKey);
    expect((await client('GET', '/instance/fetchInstances')).body).toEqual([]);
    const hash = await connected('shop', owner);
    await created('desk', {}, client);
    const { body } = await client('GET', '/instance/fetchInstances');
    expect(body.map(({ name }: Loose) => name)).toEqual(['shop', 'desk']);
    const id = await idOf('shop', owner);
    const native = (await owner.api('GET', `/api/phone-numbers/${id}`)).body.phone_number;
    expect(body[0]).toEqual({
      id: instanceIdOf(native.instance_name),
      name: 'shop',
      connectionStatus: 'open',
      ownerJid: expect.stringMatching(/^\d+@s\.whatsapp\.net$/),
      profileName: 'Evofleet sandbox',
      profilePicUrl: null,
      integration,
      number: native.phone_number,
      businessId: null,
      token: expect.stringMatching(/^eft_….{4}$/),
      clientName: 'evofleet',
      disconnectionReasonCode: null,
      disconnectionObject: null,
      disconnectionAt: null,
      createdAt: native.created_at,
      updatedAt: expect.stringMatching(/Z$/),
      Chatwoot: null,
      Proxy: null,
      Rabbitmq: null,
      Nats: null,
      Sqs: null,
      Websocket: null,
      Setting: expect.objectContaining({ rejectCall: false, wavoipToken: '', instanceId: body[0].id }),
      _count: { Message: 0, Contact: 0, Chat: 0 },
    });
    expect(JSON.stringify(body)).not.toMatch(/ef-|127\.0\.0\.1/);

    const byToken = await clientOf(gateway, hash)('GET', '/instance/fetchInstances');
    expect(byToken.body).toEqual([{ ...body[0], token: hash, updatedAt: expect.anything() }]);
    for (const query of [`instanceName=shop`, `instanceId=${body[0].id}`, `number=${native.phone_number}`])
      expect((await client('GET', `/instance/fetchInstances?${query}`)).body).toHaveLength(1);
    expect(await client('GET', '/instance/fetchInstances?instanceName=nosuch')).toMatchObject(
      wireError(404, 'Not Found', ['Instance "nosuch" not found']),
    );
    expect((await clientOf(gateway, hash)('GET', '/instance/fetchInstances?instanceName=desk')).status).toBe(404);
  });
});

describe('delete', () => {
  test('frees the name at once, and the token opens nothing any more', async () => {
    const { hash } = await created('passing');
    const token = clientOf(gateway, hash);
    expect(await token('DELETE', '/instance/delete/passing')).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', error: false, response: { message: 'Instance deleted' } },
    });
    expect(await token('GET', '/instance/connectionState/passing')).toMatchObject(unauthorized);
    await created('passing');
  });
});

describe('names', () => {
  test('of any characters are addressed percent-encoded, and our own instance name is another one', async () => {
    const name = 'Loja nº 1/2 #é 🟢';
    await created(name);
    const { body } = await key('GET', `/instance/connectionState/${encodeURIComponent(name)}`);
    expect(body.instance.instanceName).toBe(name);
    const { instance_name } = (await user.api('GET', `/api/phone-numbers/${await idOf(name)}`)).body.phone_number;
    expect((await key('GET', `/instance/connectionState/${instance_name}`)).body.instance.instanceName).toBe(name);
  });

  test("that are another user's, or another number's of a token, are answered like those that nobody has", async () => {
    const stranger = await gateway.signUp();
    const theirs = await created('hidden', {}, clientOf(gateway, stranger.apiKey));
    const { hash } = await created('mine');
    const row = await placeOf(gateway, await idOf('hidden', stranger));
    const before = row.sandbox.control.ledger.calls().length;
    const names = ['hidden', theirs.instance.instanceId, row.name, 'first'];
    for (const client of [key, clientOf(gateway, hash)]) {
      for (const name of names.slice(0, client === key ? 3 : 4)) {
        const missing = wireError(404, 'Not Found', [`The "${name}" instance does not exist`]);
        for (const [method, path] of [
          ['GET', 'connectionState'],
          ['GET', 'connect'],
          ['POST', 'restart'],
          ['DELETE', 'logout'],
          ['DELETE', 'delete'],
        ] as const)
          expect(await client(method, `/instance/${path}/${name}`), `${path} ${name}`).toMatchObject(missing);
      }
      for (const name of ['%68idden', 'hidden%2F..%2Fmine', `mine%00`])
        expect((await client('GET', `/instance/connectionState/${name}`)).status, name).not.toBe(200);
      for (const query of ['instanceName=hidden', 'instanceName=mine&instanceName=hidden', `instanceId=${row.name}`]) {
        const answer = await client('GET', `/instance/connectionState/mine?${query}`);
        expect(answer.body).toEqual({ instance: { instanceName: 'mine', state: 'connecting' } });
      }
    }
    const asked = row.sandbox.control.ledger
      .calls()
      .slice(before)
      .filter(({ url }) => url.includes(row.name));
    expect(asked.filter(({ url }) => !url.includes('connectionState'))).toEqual([]);
    expect((await clientOf(gateway, stranger.apiKey)('GET', '/instance/connectionState/hidden')).status).toBe(200);
  });
});
