import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fastKnobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { createApi, KEY } from './support/api.ts';
import { type Listener, startListener } from './support/listener.ts';

let folder: string;
let stateFile: string;
let listener: Listener;
let running: Sandbox | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  stateFile = join(folder, 'state.json');
  listener = await startListener();
});
afterEach(async () => {
  await running?.close();
  await listener.close();
  await rm(folder, { recursive: true });
});

async function start() {
  await running?.close();
  running = await startSandbox({ apiKey: KEY, stateFile, knobs: fastKnobs });
  return { sandbox: running, api: createApi(running) };
}

test('instances, webhooks and settings survive, and an open phone comes back open with its events', async () => {
  const first = await start();
  const webhook = { url: listener.url, events: ['CONNECTION_UPDATE'], headers: { 'x-tenant': 't1' } };
  await first.api.connected('line', { webhook, token: 'line-token', rejectCall: true });
  await first.api.create('plain');
  const before = (await first.api.call('GET', '/instance/fetchInstances')).body;
  const count = (await listener.waitFor('connection.update', 3)).length;

  const second = await start();
  await second.api.untilState('line', 'open');
  expect(await second.api.state('plain')).toBe('open');
  const after = (await second.api.call('GET', '/instance/fetchInstances')).body;
  const stable = (row: { id: string; token: string; ownerJid: string; Setting: object }) => [
    row.id,
    row.token,
    row.ownerJid,
    row.Setting,
  ];
  expect(after.map(stable)).toEqual(before.map(stable));
  expect((await second.api.call('GET', '/webhook/find/line')).body).toMatchObject({ headers: { 'x-tenant': 't1' } });
  const told = (await listener.waitFor('connection.update', count + 2)).slice(count);
  expect(told.map((call) => call.body.data.state)).toEqual(['connecting', 'open']);
  expect(told.at(-1)?.body.apikey).toBe('line-token');
});

test('the file appears whole, without a close, and beside the messages nothing else', async () => {
  const { api } = await start();
  await api.create('plain');
  await expect.poll(async () => JSON.parse(await readFile(stateFile, 'utf8')).rows[0]?.name).toBe('plain');
  expect(await readdir(folder)).toEqual(['state.json', 'state.json.messages']);
});

const found = async (api: ReturnType<typeof createApi>, name: string) =>
  (await api.call('POST', `/chat/findMessages/${name}`, { where: {} })).body.messages;

test('messages survive with their history, the phone its groups, and a deleted instance leaves none', async () => {
  const first = await start();
  await first.api.connected('line', { webhook: { url: listener.url, events: ['MESSAGES_UPDATE'] } });
  await first.api.create('gone');
  await first.api.send('gone', '1', 'nobody asks');
  const sent = await first.api.send('line', '5511888888888', 'ours');
  await listener.waitFor('messages.update', 2);
  await first.sandbox.control.receive('line', { from: '5511888888888', text: 'theirs' });
  const group = await first.api.call('POST', '/group/create/line', { subject: 'g', participants: ['5511777777777'] });
  await first.api.call('DELETE', '/instance/delete/gone');
  await expect.poll(() => first.sandbox.control.instances().length).toBe(1);
  const before = await found(first.api, 'line');

  const second = await start();
  await second.api.untilState('line', 'open');
  expect(await found(second.api, 'line')).toEqual(before);
  expect(before.records.find(({ key }: { key: { id: string } }) => key.id === sent.body.key.id)).toMatchObject({
    MessageUpdate: [{ status: 'DELIVERY_ACK' }, { status: 'READ' }],
  });
  const groups = await second.api.call('GET', '/group/fetchAllGroups/line?getParticipants=false');
  expect(groups.body).toMatchObject([{ id: group.body.id, subject: 'g' }]);
  expect(await readFile(`${stateFile}.messages`, 'utf8')).not.toContain('nobody asks');
});

test('a crash loses nothing that was answered, and a line cut off in the middle counts for nothing', async () => {
  const { api } = await start();
  await api.create('plain');
  for (let index = 0; index < 20; index++) await api.send('plain', '1', `text ${index}`);
  await expect.poll(() => readFile(stateFile, 'utf8').catch(() => '')).toContain('plain');
  const copy = join(folder, 'crashed.json');
  await copyFile(stateFile, copy);
  await copyFile(`${stateFile}.messages`, `${copy}.messages`);
  await appendFile(`${copy}.messages`, '{"message":{"rowId":"half');

  const crashed = await startSandbox({ apiKey: KEY, stateFile: copy, knobs: fastKnobs });
  try {
    const again = createApi(crashed);
    await again.untilState('plain', 'open');
    expect((await found(again, 'plain')).total).toBe(20);
    await again.send('plain', '1', 'after');
    expect((await found(again, 'plain')).total).toBe(21);
  } finally {
    await crashed.close();
  }
});

test('a file that is none of ours stops the start', async () => {
  await writeFile(stateFile, '{"version": 9}');
  await expect(startSandbox({ apiKey: KEY, stateFile })).rejects.toThrow(/version 1/);
});
