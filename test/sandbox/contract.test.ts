import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fastKnobs, type Knobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Api, createApi, KEY } from './support/api.ts';
import { type Listener, type Received, startListener } from './support/listener.ts';
import { compared, createReplay, find, type Replay, recorded, shuffled } from './support/replay.ts';

/** Recorded requests, replayed under other names, ids and keys; what does not depend on each other in a random order. */
const seed = Number(process.env.SHUFFLE_SEED ?? Date.now() % 100_000);
const clientName = 'somewhere-else';

let listener: Listener;
let sandbox: Sandbox;
let replay: Replay;
let api: Api;

beforeAll(async () => {
  listener = await startListener();
});
afterAll(() => listener.close());
afterEach(() => sandbox.close());

async function start(knobs: Partial<Knobs> = {}): Promise<void> {
  sandbox = await startSandbox({ apiKey: KEY, name: clientName, knobs: { ...fastKnobs, ...knobs } });
  replay = createReplay(sandbox, listener, clientName);
  api = createApi(sandbox);
}

/** Units in a random order; the recordings of one unit in theirs. */
async function inAnyOrder(units: string[][]): Promise<void> {
  for (const unit of shuffled(units, seed)) await replay.run(...unit);
}

const alone = (...numbers: string[]): string[][] => numbers.map((number) => [number]);
const range = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(3, '0')).filter((number) =>
    recorded.includes(number),
  );

describe(`recordings (SHUFFLE_SEED=${seed})`, () => {
  test('the server itself, its guards and every way to create', async () => {
    await start();
    await replay.post('/instance/create', { instanceName: 'somebody', integration: 'EVOLUTION' });
    await inAnyOrder([
      ...alone('001', '002', '003', '006', '007', '008', '009', '010', '011', '012', '013', '014', '015', '016', '017'),
      ['018', '019', '020', '021', '032'],
      ['025', '026', '027'],
      ...alone('022', '023', '024', '028', '029', '030', '031', '033', '034', '035', '075', '509', '534'),
    ]);
  });

  test('what is read of instances, and with which key', async () => {
    await start();
    await createRecordedRows();
    await inAnyOrder(alone(...range(40, 58), '496', '497', '533'));
    await replay.run('059');
  });

  test('Baileys while WhatsApp is out of reach', async () => {
    await start({ whatsappReachable: false });
    await replay.run(...range(60, 74));
  });

  test('webhooks and settings', async () => {
    await start();
    await replay.setUp('017', '018', '021');
    await inAnyOrder([
      ['100', '101', '104', '107', '108', '109', '110'],
      ['114', '116'],
      ...alone('102', '103', '105', '106', '111', '112', '113', '115'),
    ]);
  });

  test('sends on EVOLUTION', async () => {
    await start();
    await replay.setUp('017', '018');
    await inAnyOrder(alone(...range(200, 265)));
  });

  test('messages that come in on EVOLUTION', async () => {
    await start();
    await replay.setUp('018');
    await replay.post('/instance/create', { instanceName: 'wh-byev', integration: 'EVOLUTION', number: '55220000001' });
    await inAnyOrder([...alone(...range(270, 274), '411', '537'), ['275']]);
  });

  test('what is kept of messages and chats on EVOLUTION, and all it does not have', async () => {
    await start();
    await replay.setUp('017', '018', '200', '206', '260', '270', '273', '274', '275');
    await inAnyOrder(alone(...range(300, 300), ...range(302, 321), ...range(330, 342)));
    for (let more = 0; more < 8; more++) await replay.post('/message/sendText/evo-a', { number: '1', text: 'x' });
    await replay.run('301');
  });

  test('a send is answered without waiting for any webhook', async () => {
    await start();
    const names = ['byev', 'jwt', 'retry', 'r400', 'r429', 'reset', 'slow', 'down'];
    for (const name of names) {
      const webhook = { url: `http://127.0.0.1:1/${name}`, events: [] };
      await replay.post('/instance/create', { instanceName: `wh-${name}`, integration: 'EVOLUTION', webhook });
    }
    await inAnyOrder(alone(...range(400, 410)));
  });

  test('the official channel', async () => {
    await start();
    replay.words['9991'] = '5511990000201';
    await replay.setUp('034');
    await inAnyOrder(alone(...range(450, 467)));
  });

  test('the life of an EVOLUTION instance', async () => {
    await start();
    const webhook = { url: 'http://127.0.0.1:9099/h/evo-life', events: [] };
    await replay.post('/instance/create', {
      instanceName: 'evo-life',
      integration: 'EVOLUTION',
      token: 'tok-life',
      webhook,
    });
    await replay.run('480', '481', '482', '483', '484', '485');
    listener.hold(100);
    await replay.run('486', '487');
    await until404(replay.words['evo-life'] ?? '');
    listener.hold(0);
    await replay.run('488', '538');
  });

  test('instances nobody has, wrong methods and bodies too large', async () => {
    await start({ bodyLimitBytes: 1024 * 1024 });
    await createRecordedRows();
    await inAnyOrder(alone('489', '490', '491', '492', '493', '494', '531'));
    find('495').request.body = `<raw> ${JSON.stringify({ number: '1', text: 'y'.repeat(1024 * 1024) })}`;
    await replay.run('495');
  });

  test('deletes that name another instance in the query', async () => {
    await start();
    await createRecordedRows();
    await inAnyOrder(alone('498', '532'));
    await until404(replay.words['evo-whbadev'] ?? '');
    expect(await api.state(replay.words['evo-dupnum'] ?? '')).toBe('open');
    expect(await api.state(replay.words['evo-min'] ?? '')).toBe('open');
  });

  test('an instance that only the database knows', async () => {
    await start();
    for (const name of ['pre-shared', 'post-shared']) {
      await replay.post('/instance/create', { instanceName: name, integration: 'EVOLUTION', token: `tok-${name}` });
    }
    await replay.run('500', '501');
    for (const name of ['pre-shared', 'post-shared']) sandbox.control.forgetMemory(replay.words[name] ?? '');
    await inAnyOrder([...alone('502', '503', '504', '506', '507', '508', '510', '511', '513', '515', '516')]);
    await replay.run('517');
  });

  test('an instance that only the memory knows', async () => {
    await start();
    await replay.setUp('509');
    sandbox.control.forgetRow(replay.words['post-shared'] ?? '');
    await inAnyOrder(alone('518', '519', '520'));
  });

  test('memory and database disagree after a log-out on EVOLUTION', async () => {
    await start();
    const pre = { instanceName: 'pre-shared', integration: 'EVOLUTION', token: 'tok-pre-shared', number: '5533000000' };
    await replay.post('/instance/create', pre);
    await replay.post('/message/sendText/pre-shared', { number: '1', text: 'x' });
    await replay.run('521', '522', '523');
  });

  test('creates of one name at the same time: one is told 201, and it is lost', async () => {
    await start({ deleteAfterMs: 300, createStepMs: 20 });
    compared.add('530');
    const racing = Array.from({ length: 12 }, () => api.create('raced'));
    const statuses = (await Promise.all(racing)).map((reply) => reply.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThan(0);
    await until404('raced');
    expect((await api.call('GET', '/instance/fetchInstances?instanceName=raced')).status).toBe(404);
  });

  test('a phone number from its QR to its removal', async () => {
    await start({ connectWaitMs: 300, reconnectMs: 5 });
    replay.words['5511999999999'] = '5511977776666';
    replay.words['5500123456789'] = '5511990000404';
    const name = replay.words.wa1 ?? '';
    const isOpen = ({ body }: Received) => body.instance === name && body.data.state === 'open';
    await replay.run('600', '601', '602', '603', '604');
    await sandbox.control.scan(name, { number: '5511977776666', profileName: 'Corner Bakery' });
    await api.untilState(name, 'open');
    await replay.run('605', '606', '607');
    const first = await replay.run('610');
    replay.words['3EB0198A6CA060A81A1F7B'] = first.key.id;
    await inAnyOrder(alone(...range(611, 627)));
    await inAnyOrder(alone('630', '631', '632', '633'));
    await sandbox.control.receive(name, { from: '5511888888888', text: 'hi from phone', pushName: 'Alice WA' });
    await listener.waitFor('messages.upsert');
    const acked = () => listener.of('messages.update').filter(({ body }) => body.data.keyId === first.key.id).length;
    await expect.poll(acked).toBe(2);
    await replay.run('634', '635', '636', '637');
    replay.words['3EB060A0219BC6D082E66C'] = (await replay.run('638')).key.id;
    await replay.run('639');
    sandbox.control.drop(name, 515);
    await api.untilState(name, 'open');
    await replay.run('640', '641', '642');
    await expect.poll(() => listener.of('connection.update').filter(isOpen).length).toBe(3);
    await replay.run('643');
    sandbox.control.removeDevice(name);
    await replay.run('644', '645', '646', '647', '648', '649', '650', '651');
  });
});

test('every recording in the fixtures was replayed', () => {
  expect(recorded.filter((number) => !compared.has(number))).toEqual([]);
});

beforeEach(() => {
  listener.hold(0);
});

/** Makes the instances that the recorded list of all instances shows. */
async function createRecordedRows(): Promise<void> {
  const rows = [...find('049').response.body];
  for (const row of rows.sort((one, other) => one.createdAt.localeCompare(other.createdAt))) {
    const { name, integration, token, number, businessId, Setting } = row;
    const optional = { ...(number === null ? {} : { number }), ...(businessId === null ? {} : { businessId }) };
    const { rejectCall, msgCall, groupsIgnore } = Setting;
    const settings = { rejectCall, msgCall, groupsIgnore };
    const webhook = { url: 'http://127.0.0.1:9099/h', events: [] };
    await replay.post('/instance/create', {
      instanceName: name,
      integration,
      token,
      ...optional,
      ...settings,
      ...(name === 'evo-whbadev' ? { webhook } : {}),
    });
    for (let sent = 0; sent < row._count.Message; sent++) {
      await replay.post(`/message/sendText/${name}`, { number: '1', text: 'x' });
    }
  }
}

const until404 = (name: string) =>
  expect.poll(async () => (await api.call('GET', `/instance/connectionState/${name}`)).status).toBe(404);
