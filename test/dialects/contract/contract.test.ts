import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { becomeOperator } from '../../modules/admin/support.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { skipped } from './expected-differences.ts';
import type { AnyJson } from './recordings.ts';
import { createReplay, outcomes, outcomesAdapted, type Replay, recordingOf, recordings, renamed } from './replay.ts';
import { differencesExpected, differencesFound, reportOf } from './report.ts';

let gateway: TestGateway;
let sandbox: Sandbox;
let replay: Replay;

/** Files and listeners of the recorded requests. */
const elsewhere = createServer((request, response) => {
  const type = { png: 'image/png', mp4: 'video/mp4', mp3: 'audio/mpeg' }[request.url?.split('.').at(-1) ?? ''];
  response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' }).end('some bytes');
});

beforeAll(async () => {
  await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
  gateway = await startGateway({
    overrides: {
      egress: { allowCidrs: ['127.0.0.1/32'] },
      users: { limits: { guesses: { points: 10_000, seconds: 60 } } },
      phoneNumbers: { connecting: { shownWithinMs: 300, orderWaitMs: 2_000 } },
    } as never,
  });
  sandbox = gateway.sandboxes[0] as Sandbox;
});
afterAll(async () => {
  await gateway.close();
  elsewhere.close();
});

/** A user of its own for each group: names are a user's. */
async function start(): Promise<void> {
  const operator = await becomeOperator(gateway);
  const here = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  replay = createReplay(gateway, {
    'global-key-1': operator.apiKey,
    '127.0.0.1:8081': new URL(gateway.services.config.serverUrl).host,
    '127.0.0.1:9099': here,
    '127.0.0.1:9097': here,
    ...{ evolution_1: 'evofleet', evolution_2: 'evofleet', evolution_3: 'evofleet' },
  });
}

const range = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(3, '0')).filter((number) =>
    recordings.has(number),
  );

/** A number of this name; `asToken` is what the recordings call its token. */
async function line(instanceName: string, more: Record<string, unknown> = {}): Promise<void> {
  const { asToken, ...body } = { integration: 'EVOLUTION', number: '551100000001', asToken: '', ...more };
  const { status, body: created } = await replay.call('POST', '/instance/create', { instanceName, ...body });
  if (status !== 201) throw new Error(`${instanceName}: ${status} ${JSON.stringify(created)}`);
  if (asToken !== '') replay.words[String(asToken)] = created.hash;
}

async function businessLine(): Promise<void> {
  const official = { integration: 'WHATSAPP-BUSINESS', number: '111222333444', businessId: '999888777' };
  await line('biz-a', { ...official, token: 'EAAG-long-enough-for-meta', asToken: 'EAAG-fake-token' });
  // The recipient for whom the sandbox answers as Meta did.
  replay.words['9991'] = '5511990000201';
}

/** What a number is called where it lives. */
async function backendName(alias: string): Promise<string> {
  const { rows } = await gateway.database.pool.query<{ backend_name: string }>(
    'select backend_name from phone_numbers where alias = $1 and deleted_at is null order by id desc limit 1',
    [alias],
  );
  return rows[0]?.backend_name ?? '';
}

/** What a channel calls the server behind the gateway with. */
async function receive(body: AnyJson): Promise<void> {
  await atSandbox('/webhook/evolution', renamed(body, replay.words));
}

async function atSandbox(path: string, body: unknown): Promise<void> {
  const headers = { apikey: 'global-key', 'content-type': 'application/json' };
  const { status } = await fetch(sandbox.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(status).toBeLessThan(300);
}

const untilState = (name: string, state: string) =>
  expect
    .poll(async () => (await replay.call('GET', `/instance/connectionState/${name}`)).body.instance?.state, {
      timeout: 10_000,
      interval: 10,
    })
    .toBe(state);

const withoutToken = ({ token: _token, ...body }: AnyJson) => body;
/** Lines without a phone have a number of their own here. */
const withNumber = (body: AnyJson) => ({ number: '551100000001', ...withoutToken(body) });

describe('the recorded contract', () => {
  test('the server itself, its guards and every way to create', async () => {
    await start();
    await replay.run(...range(1, 17));
    await replay.adapted('017', withNumber);
    await replay.run('018');
    replay.words['tok-evo-a'] = (await replay.adapted('018', withoutToken)).hash;
    await replay.run('019', '020', '021');
    await replay.adapted('019', withNumber);
    await replay.adapted('020', withNumber);
    await replay.run('022', '023', '024', '025');
    await replay.adapted('022', withNumber);
    await replay.adapted('023', withNumber);
    await replay.adapted('025', withNumber);
    await replay.run(...range(26, 35), '075', '509');
    const asMetaGave = (body: AnyJson) => ({ ...body, token: 'EAAG-long-enough-for-meta' });
    await replay.adapted('034', asMetaGave);
    await replay.adapted('509', withNumber);
    await replay.run('494', '534', '535', '536');
  });

  test('what is read of instances, and with which key', async () => {
    await start();
    const names = ['evo-min', 'clients_base1', 'evo-duptok', 'evo-whbadev'];
    for (const [index, name] of names.entries()) await line(name, { number: `551190000000${index}` });
    await line('evo-dupnum', { number: '5511900000009', asToken: 'D9E14E0F-2CC1-4B60-BD5A-0A3C2A9F56ED' });
    const settings = { rejectCall: true, msgCall: 'no calls', groupsIgnore: true };
    await line('evo-a', { asToken: 'tok-evo-a', ...settings });
    await replay.run(...range(40, 59), '496', '497', '533', '531', '498', '532');
  });

  test('Baileys while WhatsApp is out of reach', async () => {
    await start();
    // Nothing is called again within the test: which of two calls comes first is no matter of the contract.
    sandbox.control.setKnobs({ whatsappReachable: false, stormPerSecond: 0.1 });
    await replay.run('060');
    await replay.adapted('060', withoutToken);
    await replay.run('061', '062');
    await replay.adapted('062', withoutToken);
    await replay.run(...range(63, 74));
    sandbox.control.setKnobs({ whatsappReachable: true, stormPerSecond: 30 });
  });

  test('webhooks, settings, proxies', async () => {
    await start();
    await line('evo-min');
    await line('evo-dupnum');
    await line('evo-a', { asToken: 'tok-evo-a' });
    await replay.run(...range(100, 118));
  });

  test('sends on EVOLUTION', async () => {
    await start();
    await line('evo-a', { asToken: 'tok-evo-a' });
    await line('evo-min');
    await replay.run(...range(200, 265));
  });

  test('calls of the channels', async () => {
    await start();
    await replay.run(...range(270, 275), '411', '537', ...range(468, 474));
  });

  test('what is kept of messages and chats on EVOLUTION, and all it does not have', async () => {
    await start();
    replay.words['551100000001'] = '551100000077';
    await line('evo-a', { number: '551100000077' });
    for (const number of ['270', '273', '274', '275']) await receive(recordingOf(number).request.body);
    const texts = Array.from({ length: 24 }, () => recordingOf('200').request.body);
    await Promise.all(texts.map((body) => replay.call('POST', '/message/sendText/evo-a', body)));
    await atSandbox(`/message/sendText/${await backendName('evo-a')}`, recordingOf('206').request.body);
    await replay.call('POST', '/message/sendButtons/evo-a', recordingOf('260').request.body);
    await replay.run(...range(300, 342));
  });

  test('a send is answered without waiting for any webhook', async () => {
    await start();
    const url = `http://${replay.words['127.0.0.1:9099']}`;
    const names = ['byev', 'jwt', 'retry', 'r400', 'r429', 'reset', 'slow', 'down'];
    await Promise.all(names.map((name) => line(`wh-${name}`, { webhook: { url: `${url}/${name}`, events: [] } })));
    await replay.run(...range(400, 410));
  });

  test('the official channel', async () => {
    await start();
    await businessLine();
    await replay.run(...range(450, 467), '475');
  });

  test('the life of an EVOLUTION instance', async () => {
    await start();
    await line('evo-life', { asToken: 'tok-life' });
    await replay.run(...range(480, 488), '538');
  });

  test('instances nobody has, wrong methods and bodies too large', async () => {
    await start();
    await line('evo-a');
    await replay.run('489', '490', '491', '492', '493');
    // It was not recorded whole.
    recordingOf('495').request.body = `<raw> ${JSON.stringify({ number: '1', text: 'y'.repeat(2_097_152) })}`;
    await replay.run('495');
  });

  test('an instance that only the database of its server knows, or only its memory', async () => {
    await start();
    for (const name of ['pre-shared', 'post-shared']) await line(name, { asToken: `tok-${name}` });
    await replay.run('500', '501');
    for (const name of ['pre-shared', 'post-shared']) sandbox.control.forgetMemory(await backendName(name));
    await replay.run(...range(502, 508), ...range(510, 517));
    await line('post-shared');
    sandbox.control.forgetRow(await backendName('post-shared'));
    await replay.run('518', '519', '520');
  });

  test('a log-out that memory and database saw differently', async () => {
    await start();
    await line('pre-shared', { number: '5533000000' });
    await replay.run('521', '522', '523');
  });

  test('creates of one name at the same time', async () => {
    await start();
    const body = withNumber(recordingOf('530').request.body);
    const racing = Array.from({ length: 12 }, () => replay.call('POST', '/instance/create', body));
    const kinds = new Set((await Promise.all(racing)).map(({ status }) => String(status)));
    const { byKind } = (recordingOf('530') as AnyJson).response;
    const recorded = [...new Set(Object.keys(byKind).map((kind) => kind.slice(0, 3)))].sort();
    const at = [`${recorded} -> ${[...kinds].sort()}`];
    outcomes.set('530', { at, recorded, answered: [...kinds].sort() });
  });

  test('a phone number from its QR to its removal', async () => {
    await start();
    sandbox.control.setKnobs({ reconnectMs: 5 });
    Object.assign(replay.words, {
      '5511999999999': '5511977776666',
      '5500123456789': '5511990000404',
      'My Shop': 'Corner Bakery',
    });
    await replay.run('600');
    await replay.adapted('600', withoutToken);
    await replay.run('601', '602', '603', '604');
    const name = await backendName('wa1');
    const { control } = sandbox;
    await control.scan(name, { number: '5511977776666', profileName: 'Corner Bakery' });
    await untilState('wa1', 'open');
    await replay.run('605', '606', '607');
    replay.words['3EB0198A6CA060A81A1F7B'] = (await replay.run('610')).key?.id ?? '3EB0198A6CA060A81A1F7B';
    await replay.run(...range(611, 633));
    await control.receive(name, { from: '5511888888888', text: 'hi from phone', pushName: 'Alice WA' });
    await replay.run('634', '635', '636', '637');
    replay.words['3EB060A0219BC6D082E66C'] = (await replay.run('638')).key?.id ?? '3EB060A0219BC6D082E66C';
    await replay.run('639');
    control.drop(name, 515);
    await replay.run('640');
    await untilState('wa1', 'open');
    await replay.run('641', '642');
    await untilState('wa1', 'open');
    await replay.run('643');
    control.removeDevice(name);
    await untilState('wa1', 'close');
    await replay.run(...range(644, 651));
  });

  test('is compared as a whole, and differs where it is meant to', () => {
    const left = [...recordings.keys()].filter((number) => !outcomes.has(number) && skipped[number] === undefined);
    expect(left).toEqual([]);
    expect(differencesFound(outcomes, outcomesAdapted), details()).toEqual(differencesExpected());
  });

  test('is reported in docs/dialects.md (WRITE_REPORT=1 writes it anew)', async () => {
    const report = reportOf(recordings.size, outcomes, outcomesAdapted);
    const [before = '', rest = ''] = (await readFile(docs, 'utf8')).split(marks.begin);
    const [written = '', after = ''] = rest.split(marks.end);
    if (process.env.WRITE_REPORT === '1')
      await writeFile(docs, `${before}${marks.begin}\n${report}\n${marks.end}${after}`);
    else expect(written.trim()).toBe(report);
  });
});

const docs = 'docs/dialects.md';
const marks = { begin: '<!-- contract report -->', end: '<!-- end of the contract report -->' };

/** Both answers of what differs unexpectedly. */
function details(): string {
  const expected = differencesExpected();
  const surprising = [...outcomes].filter(([number, { at }]) => String(at) !== String(expected[number] ?? []));
  return surprising.map(([number, outcome]) => `${number} ${JSON.stringify(outcome).slice(0, 2_000)}`).join('\n');
}
