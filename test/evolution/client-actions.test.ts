import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEvolutionClient, type EvolutionClient } from '../../src/evolution/client.ts';
import type { EvolutionError } from '../../src/evolution/errors.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { readCapture } from './captures.ts';
import { json, type Received, replay, startScriptedServer } from './scripted-server.ts';

let server: Awaited<ReturnType<typeof startScriptedServer>>;
let client: EvolutionClient;
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  server = await startScriptedServer((_request, response) => respond(response));
  const dispatcher = createEvolutionPool(server.baseUrl);
  client = createEvolutionClient({ baseUrl: server.baseUrl, apiKey: 'global-key-1', dispatcher, readTimeoutMs: 5_000 });
  return () => dispatcher.destroy();
});
afterEach(() => server.close());

const instance = 'wa1';
const deadlineMs = 5_000;
const chat = '5511888888888@s.whatsapp.net';
const actions: Record<string, () => Promise<unknown>> = {
  '637-WA-deleteMessage': () =>
    client.deleteForEveryone({
      instance,
      deadlineMs,
      ref: { id: '3EB0198A6CA060A81A1F7B', remoteJid: chat, fromMe: true },
    }),
  '639-WA-updateMessage': () =>
    client.updateText({
      instance,
      deadlineMs,
      number: '5511888888888',
      text: 'edited',
      ref: { id: '3EB060A0219BC6D082E66C', remoteJid: chat, fromMe: true },
    }),
  '631-WA-markRead': () =>
    client.markRead({ instance, deadlineMs, refs: [{ id: 'X1', remoteJid: chat, fromMe: false }] }),
  '632-WA-sendPresence': () =>
    client.presence({ instance, deadlineMs, number: '5511888888888', state: 'composing', delayMs: 300 }),
  '630-WA-whatsappNumbers': () =>
    client.checkNumbers({ instance, deadlineMs, numbers: ['5511888888888', '5500123456789', '5531988887777'] }),
};

describe('an action is the recorded request, and takes the recorded answer', () => {
  test.each(Object.entries(actions))('%s', async (name, act) => {
    respond = (response) => replay(response, name);
    await act();
    const { method, path, body } = readCapture(`contract/${name}`).request;
    const { method: made, url, body: text } = server.received[0] as Received;
    expect({ method: made, path: url, body: JSON.parse(text) }).toEqual({ method, path, body });
  });
});

test('numbers are told apart by what WhatsApp knows of them, with the address it uses', async () => {
  respond = (response) => replay(response, '630-WA-whatsappNumbers');
  expect(await actions['630-WA-whatsappNumbers']?.()).toEqual([
    { number: '5511888888888', exists: true, jid: '5511888888888@s.whatsapp.net' },
    { number: '5500123456789', exists: false, jid: '5500123456789@s.whatsapp.net' },
    { number: '5531988887777', exists: true, jid: '553188887777@s.whatsapp.net' },
  ]);
});

test('an @lid is told where the server names one; the bare word is none', async () => {
  respond = (response) =>
    json(response, 200, [
      { jid: '1@s.whatsapp.net', exists: true, number: '1', lid: '77@lid', name: 'A' },
      { jid: '88@lid', exists: true, number: '88@lid', lid: 'lid' },
      { jid: '2@s.whatsapp.net', exists: true, number: '2', lid: 'lid' },
    ]);
  const found = await client.checkNumbers({ instance, deadlineMs, numbers: ['1'] });
  expect(found.map(({ lid }) => lid)).toEqual(['77@lid', '88@lid', undefined]);
});

describe('what is refused is an error of its kind', () => {
  const tried: typeof actions = {
    ...actions,
    'markRead of nosuch': () => client.markRead({ instance: 'nosuch', deadlineMs, refs: [] }),
  };
  test.each([
    ['309-whatsappNumbers-evo', '630-WA-whatsappNumbers', 'refused', 'Method not available on Evolution Channel'],
    ['467-biz-whatsappNumbers', '630-WA-whatsappNumbers', 'refused', 'Method not available on WhatsApp Business API'],
    ['311-markMessageAsRead-evo', '631-WA-markRead', 'refused', 'Method not available on Evolution Channel'],
    ['313-sendPresence-evo', '632-WA-sendPresence', 'refused', 'Method not available on Evolution Channel'],
    [
      '316-deleteMessageForEveryone-evo',
      '637-WA-deleteMessage',
      'refused',
      'Method not available on Evolution Channel',
    ],
    ['319-updateMessage-evo', '639-WA-updateMessage', 'refused', 'Method not available on Evolution Channel'],
    ['214-sendText-unknown-instance', 'markRead of nosuch', 'not_found', 'The "nosuch" instance does not exist'],
    ['068-sendText-baileys-notconnected', '639-WA-updateMessage', 'not_connected', 'Connection Closed'],
  ])('%s', async (recording, action, kind, detail) => {
    respond = (response) => replay(response, recording);
    const error = await tried[action]?.().catch((thrown: EvolutionError) => thrown);
    expect(error).toMatchObject({ name: 'EvolutionError', kind, detail });
  });

  test.each<[string, number, unknown]>([
    ['inside a list', 400, { status: 400, response: { message: ['Error: Connection Closed'] } }],
    [
      'behind what failed',
      500,
      { status: 500, response: { message: ['Read messages fail', 'Error: Connection Closed'] } },
    ],
    ['as the innards of an error', 400, { isBoom: true, output: { payload: { message: 'Connection Closed' } } }],
  ])('a closed connection is known %s', async (_where, status, body) => {
    respond = (response) => json(response, status, body);
    await expect(actions['631-WA-markRead']?.()).rejects.toMatchObject({ kind: 'not_connected' });
  });

  test('a success of another shape is unreadable', async () => {
    respond = (response) => json(response, 201, { message: 'something else' });
    for (const act of Object.values(actions)) await expect(act()).rejects.toMatchObject({ kind: 'unreadable' });
  });

  test('an action ends at its deadline', async () => {
    respond = () => {};
    await expect(client.markRead({ instance, deadlineMs: 50, refs: [] })).rejects.toMatchObject({ kind: 'timeout' });
  });
});
