import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEvolutionClient, type FleetReads } from '../../src/evolution/client.ts';
import type { EvolutionError } from '../../src/evolution/errors.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { readCapture } from './captures.ts';
import { json, type Received, replay, startScriptedServer } from './scripted-server.ts';

let server: Awaited<ReturnType<typeof startScriptedServer>>;
let fleet: FleetReads;
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  server = await startScriptedServer((_request, response) => respond(response));
  const dispatcher = createEvolutionPool(server.baseUrl);
  const apiKey = 'global-key-1';
  ({ fleet } = createEvolutionClient({ baseUrl: server.baseUrl, apiKey, dispatcher, readTimeoutMs: 300 }));
  return () => dispatcher.destroy();
});
afterEach(() => server.close());

const last = () => server.received.at(-1) as Received;
const answering = (name: string) => {
  respond = (response) => replay(response, name);
  return readCapture(`contract/${name}`);
};
const errorOf = (work: Promise<unknown>): Promise<EvolutionError> =>
  work.then(
    () => Promise.reject(new Error('it was answered')),
    (error: EvolutionError) => error,
  );

describe('what was recorded is asked and read', () => {
  test('a state', async () => {
    const { request } = answering('040-connectionState-evo');
    const instance = decodeURIComponent(request.path.split('/').at(-1) ?? '');
    expect(await fleet.state(instance)).toBe('open');
    expect([last().method, last().url]).toEqual([request.method, request.path]);
  });

  test('an instance that the server does not have, and one that is not in its memory', async () => {
    answering('041-connectionState-unknown');
    expect(await errorOf(fleet.state('nosuch'))).toMatchObject({ kind: 'not_found' });
    const { request } = answering('502-shared-other-client-state');
    expect(await fleet.state(request.path.split('/').at(-1) ?? '')).toBe('not_loaded');
  });

  test('a webhook, and none', async () => {
    const { response } = answering('101-webhook-find');
    expect(await fleet.webhook('evo-min')).toEqual(response.body);
    answering('113-webhook-find-none');
    expect(await fleet.webhook('evo-dupnum')).toBeNull();
  });

  test('settings', async () => {
    const { request, response } = answering('116-settings-find');
    expect(await fleet.settings('evo-min')).toEqual(response.body);
    expect([last().method, last().url]).toEqual([request.method, request.path]);
  });

  test('what else is switched on', async () => {
    const { request } = answering('050-fetchInstances-byname');
    expect(await fleet.attached('evo-a')).toEqual([]);
    expect(last().url).toBe(request.path);
    const [row] = readCapture('contract/050-fetchInstances-byname').response.body as Record<string, unknown>[];
    respond = (response) => json(response, 200, [{ ...row, Chatwoot: { enabled: true }, Sqs: { enabled: false } }]);
    expect(await fleet.attached('evo-a')).toEqual(['Chatwoot']);
  });

  test('when the latest message was', async () => {
    answering('634-WA-findMessages');
    expect(await fleet.latestMessageAt('wa1')).toBe(1_795_176_647);
    expect(JSON.parse(last().body)).toEqual({ where: {}, page: 1, offset: 1 });
    answering('303-findMessages-empty');
    expect(await fleet.latestMessageAt('evo-a')).toBeUndefined();
  });

  test('all states at once, without our key, where they are open to everybody', async () => {
    const { body } = readCapture('contract/005-metrics').response;
    respond = (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(body);
    expect(await fleet.allStates()).toEqual(new Map([['clients_base1', 'open']]));
    expect(last().headers.apikey).toBeUndefined();
    respond = (response) => void response.writeHead(401).end('Authentication required');
    expect(await fleet.allStates()).toBeUndefined();
    respond = (response) => void response.writeHead(200).end('<html>a page for every path</html>');
    expect(await fleet.allStates()).toBeUndefined();
  });
});

test('bots count where they are switched on, and a server without them says so', async () => {
  respond = (response) =>
    json(response, 200, [
      { id: 'a', enabled: true },
      { id: 'b', enabled: false },
    ]);
  expect(await fleet.bots('evo-a', 'typebot')).toBe(1);
  expect(last().url).toBe('/typebot/find/evo-a');
  respond = (response) => json(response, 200, null);
  expect(await fleet.bots('evo-a', 'typebot')).toBe(0);
  respond = (response) =>
    json(response, 400, { status: 400, error: 'Bad Request', response: { message: ['Typebot is disabled'] } });
  expect(await fleet.bots('evo-a', 'typebot')).toBeUndefined();
});

describe('an answer that is none of an Evolution server is unreadable', () => {
  const lies: Record<string, (response: ServerResponse) => void> = {
    'a page': (response) => void response.writeHead(200).end('<html>hello</html>'),
    'other types': (response) => json(response, 200, { instance: { instanceName: 7, state: 'open' } }),
    'another instance': (response) => json(response, 200, { instance: { instanceName: 'other', state: 'close' } }),
    'more than a mebibyte': (response) => json(response, 200, { instance: {}, more: 'x'.repeat(2 * 1024 * 1024) }),
  };
  test.each(Object.entries(lies))('%s', async (_what, lie) => {
    respond = lie;
    expect(await errorOf(fleet.state('evo-a'))).toMatchObject({ kind: 'unreadable' });
  });

  test('rows about another instance', async () => {
    answering('050-fetchInstances-byname');
    expect(await errorOf(fleet.attached('evo-b'))).toMatchObject({ kind: 'unreadable' });
  });

  test('and one that comes drop by drop ends at the deadline', async () => {
    respond = (response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    };
    expect(await errorOf(fleet.state('evo-a'))).toMatchObject({ kind: 'timeout' });
  });
});
