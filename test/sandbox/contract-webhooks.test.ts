import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fastKnobs, type Knobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Api, createApi, KEY } from './support/api.ts';
import { type AnyJson, normalise, readHook, rename } from './support/captures.ts';
import { type Listener, type Received, startListener } from './support/listener.ts';
import { createReplay, type Replay } from './support/replay.ts';

/** Recorded webhook calls: the same deeds under other names lead to equal calls, headers and envelopes included. */
let listener: Listener;
let sandbox: Sandbox;
let replay: Replay;
let api: Api;

beforeAll(async () => {
  listener = await startListener();
});
afterAll(() => listener.close());
beforeEach(() => {
  listener.received.length = 0;
});
afterEach(() => sandbox.close());

async function start(knobs: Partial<Knobs> = {}): Promise<void> {
  sandbox = await startSandbox({ apiKey: KEY, knobs: { ...fastKnobs, ...knobs } });
  replay = createReplay(sandbox, listener, 'evofleet-sandbox');
  api = createApi(sandbox);
}

/** Each recorded call of a file equals one that came, wherever it came in the row. */
async function expectRecorded(...files: number[]): Promise<void> {
  for (const file of files) {
    for (const recorded of rename(readHook(file), replay.words)) {
      const wanted = shape(recorded);
      const like = (call: Received) =>
        call.path === recorded.path && call.body.event === recorded.body.event && sameState(call.body, recorded.body);
      await expect
        .poll(() => listener.received.filter(like).map(shape), { message: `h${file}` })
        .toContainEqual(wanted);
    }
  }
}

function sameState(one: AnyJson, other: AnyJson): boolean {
  return one.data?.state === other.data?.state && one.data?.status === other.data?.status;
}

function shape(call: { path: string; headers: Record<string, unknown>; body: AnyJson }): AnyJson {
  const { 'content-length': _length, authorization, ...headers } = call.headers;
  return normalise({ path: call.path, headers, signed: authorization !== undefined, body: call.body });
}

test('creates, sends and deletes on EVOLUTION', async () => {
  await start();
  await replay.setUp('018');
  await expectRecorded(1, 14);
  await replay.setUp('200', '230', '231', '260');
  await expectRecorded(4, 5, 6);
  const webhook = { url: 'http://127.0.0.1:9099/h/evo-life', events: [] };
  await replay.post('/instance/create', {
    instanceName: 'evo-life',
    integration: 'EVOLUTION',
    token: 'tok-life',
    webhook,
  });
  await replay.setUp('486');
  await expectRecorded(2, 3);
});

test('what comes in on EVOLUTION', async () => {
  await start();
  await replay.setUp('018', '270', '275');
  await expectRecorded(7, 8, 9, 10);
});

test('one path per event, and a token made of jwt_key', async () => {
  await start();
  for (const [name, byEvents, headers] of [
    ['byev', true, { 'x-tenant': 'byev' }],
    ['jwt', false, { jwt_key: 'a-key-of-theirs', 'x-other': '1' }],
  ] as const) {
    const webhook = { url: `http://127.0.0.1:9099/h/${name}`, byEvents, headers, events: eventsButCreate };
    const number = byEvents ? '55220000001' : '55220000002';
    const instance = { instanceName: `wh-${name}`, integration: 'EVOLUTION', token: `tok-wh-${name}`, number };
    await replay.post('/instance/create', { ...instance, webhook });
  }
  replay.words['tok-wh-jwt'] ??= 'tok-wh-jwt';
  await replay.setUp('400', '401', '410', '411');
  await expectRecorded(12, 13);

  const token = String(listener.received.find((call) => call.path === '/h/jwt')?.headers.authorization).split(' ')[1];
  const [head = '', claims = '', signature] = String(token).split('.');
  expect(signature).toBe(createHmac('sha256', 'a-key-of-theirs').update(`${head}.${claims}`).digest('base64url'));
  const { iat, exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect({ ...rest, lifetime: exp - iat }).toEqual({ app: 'evolution', action: 'webhook', lifetime: 600 });
});

test('Baileys while WhatsApp is out of reach, and its delete', async () => {
  await start({ whatsappReachable: false });
  await replay.setUp('062');
  await expectRecorded(11);
  sandbox.control.setKnobs({ whatsappReachable: true });
  await replay.setUp('060');
  const name = replay.words['bail-noqr'] ?? '';
  sandbox.control.connect(name);
  await api.untilState(name, 'connecting');
  await api.call('DELETE', `/instance/delete/${name}`);
  await expectRecorded(28);
  // They come side by side, and those of before may still be on their way.
  const ofBefore = ['instance.create', 'qrcode.updated', 'connection.update'];
  const told = () =>
    listener.received
      .filter((call) => call.body.instance === name && !ofBefore.includes(call.body.event))
      .map((call) => call.body.event)
      .sort();
  await expect.poll(told).toEqual(['instance.delete', 'logout.instance', 'remove.instance', 'status.instance']);
  await expect.poll(() => listener.of('connection.update').map(({ body }) => body.data.state)).toContain('close');
});

test('the official channel', async () => {
  await start();
  await replay.setUp('034', '450');
  await expectRecorded(22);
  const name = replay.words['biz-a'] ?? '';
  const inbound = { from: '5511666666666', text: 'hello from meta', pushName: 'Bob', id: 'wamid.IN1' };
  await sandbox.control.receive(name, inbound);
  await sandbox.control.acknowledge(name, 'wamid.IN1', 'DELIVERED');
  await expectRecorded(23, 25, 26);
});

test('a phone number from its QR to its removal', async () => {
  await start({ reconnectMs: 5 });
  replay.words['5511999999999'] = '5511977776666';
  await replay.setUp('600');
  const name = replay.words.wa1 ?? '';
  await expectRecorded(40, 41, 42);
  await sandbox.control.scan(name, { number: '5511977776666', profileName: 'Corner Bakery' });
  await expectRecorded(43);
  await replay.setUp('610');
  await expectRecorded(44, 45, 46);
  replay.words['3EB0198A6CA060A81A1F7B'] = listener.of('send.message')[0]?.body.data.key.id;
  await replay.setUp('619', '620', '621', '622', '624');
  await expectRecorded(47, 48, 49, 50, 51);
  await replay.setUp('637', '638');
  const idToEdit = () =>
    listener.of('send.message').find(({ body }) => body.data.message.conversation === 'to edit')?.body.data.key.id;
  await expect.poll(idToEdit).toBeDefined();
  replay.words['3EB060A0219BC6D082E66C'] = idToEdit();
  await replay.setUp('639');
  await expectRecorded(57, 58);
  await sandbox.control.receive(name, {
    from: '5511888888888',
    text: 'hi from phone',
    pushName: 'Alice WA',
    id: '3AINBOUND000000000001',
  });
  await expectRecorded(53, 54, 55, 56);
  sandbox.control.removeDevice(name);
  await expectRecorded(59, 60, 61);
});

const eventsButCreate = ['SEND_MESSAGE', 'MESSAGES_UPSERT', 'CONTACTS_UPSERT', 'CHATS_UPSERT', 'INSTANCE_DELETE'];
