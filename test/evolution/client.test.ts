import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createEvolutionClient, type EvolutionClient } from '../../src/evolution/client.ts';
import { EvolutionError } from '../../src/evolution/errors.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { readCapture } from './captures.ts';
import { json, type Received, replay, startScriptedServer } from './scripted-server.ts';

const KEY = 'global-key-1';
const SETTINGS = {
  rejectCall: true,
  msgCall: 'x',
  groupsIgnore: false,
  alwaysOnline: true,
  readMessages: true,
  readStatus: false,
  syncFullHistory: false,
};
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a call puts on the wire what was recorded', () => {
  test.each<[string, (client: EvolutionClient) => Promise<unknown>]>([
    [
      '200-sendText-evo',
      (client) =>
        client.send({
          instance: 'evo-a',
          number: '5511999999999',
          content: { kind: 'text', text: 'hello' },
          deadlineMs: 5_000,
        }),
    ],
    [
      '208-sendText-delay',
      (client) =>
        client.send({
          instance: 'evo-a',
          number: '5511999999999',
          content: { kind: 'text', text: 'delayed' },
          options: { delayMs: 1500 },
          deadlineMs: 5_000,
        }),
    ],
    [
      '230-sendMedia-url',
      (client) =>
        client.send({
          instance: 'evo-a',
          number: '5511999999999',
          content: {
            kind: 'image',
            mimetype: 'image/png',
            caption: 'c',
            media: 'http://127.0.0.1:9097/download/x.png',
            fileName: 'x.png',
          },
          deadlineMs: 5_000,
        }),
    ],
    [
      '018-create-evolution-full',
      (client) => client.createInstance(readCapture('contract/018-create-evolution-full').request.body as never),
    ],
    ['040-connectionState-evo', (client) => client.connectionState('evo-a')],
    ['602-WA-connect-while-qr', (client) => client.connect('wa1')],
    ['648-WA-connect-pairing-code', (client) => client.connect('wa1', '5511999999999')],
    ['642-WA-restart', (client) => client.restart('wa1')],
    ['050-fetchInstances-byname', (client) => client.fetchInstance('evo-a')],
    ['650-WA-logout-while-connecting', (client) => client.logout('wa1')],
    ['074-delete-baileys', (client) => client.deleteInstance('bail-qr')],
    [
      '100-webhook-set',
      (client) =>
        client.setWebhook(
          'evo-min',
          (readCapture('contract/100-webhook-set').request.body as { webhook: never }).webhook,
        ),
    ],
    ['101-webhook-find', (client) => client.findWebhook('evo-min')],
    ['114-settings-set', (client) => client.setSettings('evo-min', SETTINGS)],
    ['006-verify-creds', (client) => client.verifyCredentials()],
    ['001-get-root', (client) => client.version()],
  ])('%s', async (name, call) => {
    const { client, received } = await start((_request, response) => replay(response, name));
    await call(client);
    const { request } = readCapture(`contract/${name}`);
    expect(received).toHaveLength(1);
    expect({ method: received[0]?.method, url: received[0]?.url }).toEqual({
      method: request.method,
      url: request.path,
    });
    expect(received[0]?.body === '' ? null : JSON.parse(received[0]?.body ?? '')).toEqual(request.body);
    expect(received[0]?.headers.apikey).toBe(name === '001-get-root' ? undefined : KEY);
  });

  test('a name is one part of the path, and never becomes a query', async () => {
    const { client, received } = await start((_request, response) =>
      json(response, 200, { instance: { instanceName: 'x' } }),
    );
    const odd = client.connectionState('a/b?instanceName=c#d\ud800');
    await expect(odd).rejects.toMatchObject({ kind: 'unreadable', detail: 'the answer is about another instance' });
    expect(received[0]?.url).toBe('/instance/connectionState/a%2Fb%3FinstanceName%3Dc%23d%EF%BF%BD');
    await expect(client.connect('a', '1&instanceName=b')).rejects.toMatchObject({ kind: 'refused' });
    expect(received).toHaveLength(1);
  });

  test('a path in the base URL is kept', async () => {
    const { baseUrl, received } = await start((_request, response) => json(response, 404, {}));
    const pool = createEvolutionPool(baseUrl);
    cleanUps.push(() => pool.destroy());
    const client = createEvolutionClient({
      baseUrl: `${baseUrl}/evo/`,
      apiKey: KEY,
      dispatcher: pool,
      readTimeoutMs: 2_000,
    });
    await client.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs: 2_000 });
    expect(received[0]?.url).toBe('/evo/message/sendText/a');
  });

  test('a create with a field that is not listed is never sent', async () => {
    const { client, received } = await start((_request, response) => json(response, 201, {}));
    const body = { instanceName: 'a', integration: 'EVOLUTION', instanceId: 'mine' } as never;
    await expect(client.createInstance(body)).rejects.toMatchObject({ kind: 'refused' });
    expect(received).toHaveLength(0);
  });
});

describe('an answer is told as what it is', () => {
  test.each<[string, (client: EvolutionClient) => Promise<unknown>, unknown]>([
    ['065-connect-baileys-close', (client) => client.connect('a'), { kind: 'waiting', count: 0 }],
    ['484-connect-after-logout-evo', (client) => client.connect('a'), { kind: 'waiting', count: 0 }],
    ['607-WA-connect-open', (client) => client.connect('wa1'), { kind: 'state', state: 'open' }],
    ['642-WA-restart', (client) => client.restart('wa1'), { kind: 'state', state: 'open' }],
    [
      '602-WA-connect-while-qr',
      (client) => client.connect('a'),
      expect.objectContaining({ kind: 'qr', pairingCode: null, count: 1 }),
    ],
    [
      '648-WA-connect-pairing-code',
      (client) => client.connect('a', '5511999999999'),
      expect.objectContaining({ kind: 'qr', pairingCode: 'SXMQSTKZ', count: 2 }),
    ],
    ['502-shared-other-client-state', (client) => client.connectionState('pre-shared'), 'not_loaded'],
    ['041-connectionState-unknown', (client) => client.probe(), undefined],
    ['040-connectionState-evo', (client) => client.probe(), undefined],
    ['113-webhook-find-none', (client) => client.findWebhook('a'), null],
    ['001-get-root', (client) => client.version(), expect.objectContaining({ version: '2.3.6' })],
    [
      '645-WA-fetch-after-device-removed',
      (client) => client.fetchInstance('wa1'),
      expect.objectContaining({ disconnectionReasonCode: 401 }),
    ],
  ])('%s', async (name, call, expected) => {
    const { client } = await start((_request, response) => replay(response, name));
    expect(await call(client)).toEqual(expected);
  });

  test.each<[string, (client: EvolutionClient) => Promise<unknown>, string, number]>([
    ['067-restart-baileys', (client) => client.restart('a'), 'failed', 200],
    ['504-shared-other-client-connect', (client) => client.connect('a'), 'failed', 200],
    ['019-create-duplicate', create, 'name_in_use', 403],
    ['015-create-missing-integration', create, 'refused', 400],
    ['014-create-name-number', create, 'failed', 500],
    ['041-connectionState-unknown', (client) => client.connectionState('nosuch'), 'not_found', 404],
    ['051-fetchInstances-unknown', (client) => client.fetchInstance('nosuch'), 'not_found', 404],
    ['606-WA-fetch-open', (client) => client.fetchInstance('another'), 'unreadable', 200],
    ['483-logout-evo-again', (client) => client.logout('a'), 'not_connected', 400],
    ['489-delete-unknown', (client) => client.deleteInstance('nosuch'), 'not_found', 404],
    ['493-method-put-restart', (client) => client.restart('a'), 'refused', 404],
    ['002-unknown-route', (client) => client.probe(), 'refused', 404],
    ['007-verify-creds-badkey', (client) => client.verifyCredentials(), 'unauthorized', 401],
    ['103-webhook-set-no-events', (client) => client.setWebhook('a', { url: 'http://x.y', events: [] }), 'failed', 500],
    [
      '105-webhook-set-bad-event',
      (client) => client.setWebhook('a', { url: 'http://x.y', events: [] }),
      'refused',
      400,
    ],
    ['115-settings-set-missing', (client) => client.setSettings('a', SETTINGS), 'refused', 400],
    ['067-restart-baileys', (client) => client.connectionState('a'), 'unreadable', 200],
    ['047-connect-evo', (client) => client.deleteInstance('a'), 'unreadable', 200],
  ])('%s is an error', async (name, call, kind, status) => {
    const { client } = await start((_request, response) => replay(response, name));
    const error = await call(client).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EvolutionError);
    expect(error).toMatchObject({ kind, status });
  });

  test('no key, token or phone number gets into an error', async () => {
    const { client } = await start((_request, response) =>
      json(response, 400, { response: { message: [`key ${KEY} and token tok-1 of 5511999999999\nmore`] } }),
    );
    const error = await client
      .createInstance({ instanceName: 'a', integration: 'EVOLUTION', token: 'tok-1' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ detail: 'key … and token … of …', message: 'refused (400): key … and token … of …' });
    const sent = await client.send({
      instance: 'a',
      number: '1',
      content: { kind: 'text', text: 'x' },
      deadlineMs: 2_000,
    });
    expect(sent).toMatchObject({ kind: 'unknown', detail: 'key … and token tok-1 of …' });
  });
});

describe('whatever a server does, a call ends, in a way of its own', () => {
  test.each<[string, (response: ServerResponse) => void, string, string]>([
    [
      'a page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'unreadable',
      'unreadable_answer',
    ],
    [
      'a missing page',
      (response) => response.writeHead(404).end('<html>not found</html>'),
      'unreadable',
      'unreadable_answer',
    ],
    [
      "a gateway's page",
      (response) => response.writeHead(502).end('<html>bad gateway</html>'),
      'failed',
      'unreadable_answer',
    ],
    ['nothing', (response) => response.writeHead(201).end(), 'unreadable', 'unreadable_answer'],
    ['a redirect', (response) => response.writeHead(302, { location: '/' }).end('{}'), 'unreadable', 'unlisted_answer'],
    [
      'half of it',
      (response) => response.writeHead(201, { 'content-length': 90 }).end('{', () => response.destroy()),
      'connection_lost',
      'connection_lost',
    ],
    ['no answer, and the connection closed', (response) => response.destroy(), 'connection_lost', 'connection_lost'],
    [
      '5 MiB, announced',
      (response) => response.writeHead(200, { 'content-length': 5 * 1024 ** 2 }).end('x'),
      'unreadable',
      'unreadable_answer',
    ],
    ['an answer without end', flood, 'unreadable', 'unreadable_answer'],
    ['1 byte now and then', drip, 'timeout', 'timeout'],
    ['silence', () => {}, 'timeout', 'timeout'],
    [
      'a head and silence',
      (response) => response.writeHead(201, { 'content-length': 9 }).flushHeaders(),
      'timeout',
      'timeout',
    ],
  ])('%s', async (_what, respond, kind, reason) => {
    const deadlineMs = kind === 'timeout' ? 500 : 10_000;
    const { client, received } = await start((_request, response) => respond(response), deadlineMs);
    await expect(client.connectionState('a')).rejects.toMatchObject({ name: 'EvolutionError', kind });
    await expect(client.connect('a')).rejects.toMatchObject({ name: 'EvolutionError', kind });
    expect(
      await client.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs }),
    ).toMatchObject({
      kind: 'unknown',
      reason,
    });
    // Nothing was tried again behind our back.
    expect(received).toHaveLength(3);
  });

  test('an answer that repeats the media it was given is read', async () => {
    const media = 'A'.repeat(2 * 1024 ** 2);
    const { client } = await start((request, response) =>
      json(response, 201, { key: { id: 'A', remoteJid: '1' }, message: { media: JSON.parse(request.body).media } }),
    );
    const sent = await client.send({
      instance: 'a',
      number: '1',
      content: { kind: 'image', media },
      deadlineMs: 10_000,
    });
    expect(sent).toMatchObject({ kind: 'sent', whatsappId: 'A', remoteJid: '1' });
  });

  test('a port nobody listens on: nothing was written', async () => {
    const { baseUrl, client } = await start(() => {});
    await cleanUps.pop()?.();
    await cleanUps.pop()?.();
    const pool = createEvolutionPool(baseUrl);
    cleanUps.push(() => pool.destroy());
    const late = createEvolutionClient({ baseUrl, apiKey: KEY, dispatcher: pool, readTimeoutMs: 2_000 });
    expect(
      await late.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs: 2_000 }),
    ).toEqual({
      kind: 'not_sent',
      code: 'backend_unreachable',
      detail: 'ECONNREFUSED',
      evidence: 'transport/connection-refused',
    });
    await expect(late.connectionState('a')).rejects.toMatchObject({ kind: 'unreachable' });
    // The pool of the first client is gone: that proves nothing about what it had written.
    expect(
      await client.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs: 2_000 }),
    ).toMatchObject({
      kind: 'unknown',
    });
  });

  test('a connection that never opens: nothing was written', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const baseUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const pool = createEvolutionPool(baseUrl);
    cleanUps.push(
      async () => silent.close(),
      () => pool.destroy(),
    );
    const client = createEvolutionClient({ baseUrl, apiKey: KEY, dispatcher: pool, readTimeoutMs: 10_000 });
    expect(
      await client.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs: 10_000 }),
    ).toMatchObject({
      kind: 'not_sent',
      code: 'backend_unreachable',
      evidence: 'transport/connect-timeout',
    });
  });

  test('any JSON under any status: sends resolve, the rest resolves or gives an EvolutionError', async () => {
    let answer = { status: 200, body: null as unknown };
    const { client } = await start((_request, response) => json(response, answer.status, answer.body));
    const calls = [
      () => client.send({ instance: 'a', number: '1', content: { kind: 'text', text: 'x' }, deadlineMs: 5_000 }),
      () => client.connect('a'),
      () => client.connectionState('a'),
      () => client.fetchInstance('a'),
      () => client.findWebhook('a'),
      () => client.probe(),
      () => create(client),
    ];
    const status = fc.constantFrom(200, 201, 400, 401, 403, 404, 413, 500, 503);
    const envelope = fc.record({ response: fc.record({ message: fc.jsonValue() }) });
    await fc.assert(
      fc.asyncProperty(status, fc.oneof(fc.jsonValue(), envelope), async (code, body) => {
        answer = { status: code, body };
        for (const call of calls) {
          const ended = await call().catch((thrown: unknown) => thrown);
          if (ended instanceof Error) expect(ended).toBeInstanceOf(EvolutionError);
        }
      }),
      { numRuns: 150 },
    );
  });
});

test.each(['', 'two words', 'key\n', 'schlüssel'])(
  'a key that cannot stand in a header is refused at once: %j',
  (apiKey) => {
    const deps = {
      baseUrl: 'http://127.0.0.1:1',
      dispatcher: createEvolutionPool('http://127.0.0.1:1'),
      readTimeoutMs: 1,
    };
    expect(() => createEvolutionClient({ ...deps, apiKey })).toThrow('apiKey');
    expect(() => createEvolutionClient({ ...deps, baseUrl: 'ftp://x', apiKey: 'k' })).toThrow('baseUrl');
  },
);

async function start(respond: (request: Received, response: ServerResponse) => void, timeoutMs = 5_000) {
  const server = await startScriptedServer(respond);
  const pool = createEvolutionPool(server.baseUrl);
  cleanUps.push(
    () => server.close(),
    () => pool.destroy(),
  );
  const { baseUrl, received } = server;
  const deps = { baseUrl, apiKey: KEY, dispatcher: pool, readTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs };
  return { client: createEvolutionClient(deps), received, baseUrl };
}

function create(client: EvolutionClient): Promise<unknown> {
  return client.createInstance({ instanceName: 'a', integration: 'WHATSAPP-BAILEYS' });
}

function drip(response: ServerResponse): void {
  response.writeHead(201, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  response.writeHead(201, { 'content-type': 'application/json' });
  const chunk = ' '.repeat(64 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
