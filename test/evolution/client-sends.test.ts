import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEvolutionClient, type EvolutionClient, type SendInput } from '../../src/evolution/client.ts';
import type { Outbound } from '../../src/evolution/outbound.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { SEND_BODIES, type SendAction } from '../../src/evolution/wire.ts';
import { readCapture } from './captures.ts';
import { type Received, replay, startScriptedServer } from './scripted-server.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let server: Awaited<ReturnType<typeof startScriptedServer>>;
let client: EvolutionClient;
let answerWith: string;

beforeEach(async () => {
  answerWith = '200-sendText-evo';
  server = await startScriptedServer((_request, response) => replay(response, answerWith));
  const dispatcher = createEvolutionPool(server.baseUrl);
  client = createEvolutionClient({ baseUrl: server.baseUrl, apiKey: 'global-key-1', dispatcher, readTimeoutMs: 5_000 });
  return () => dispatcher.destroy();
});
afterEach(() => server.close());

async function sent(input: Omit<SendInput, 'instance' | 'deadlineMs'>): Promise<{ path: string; body: unknown }> {
  await client.send({ instance: 'wa1', deadlineMs: 5_000, ...input });
  const { method, url, body } = server.received.at(-1) as Received;
  expect(method).toBe('POST');
  return { path: url, body: JSON.parse(body) };
}

const to = '5511888888888';
const card = { fullName: 'A B', phoneNumber: '5511777777777' };
const menu: Outbound = {
  kind: 'list',
  title: 't',
  description: 'd',
  footer: 'f',
  buttonText: 'b',
  sections: [{ title: 's', rows: [{ id: '1', title: 'r', description: 'd' }] }],
};

describe('a message of every kind is the recorded request', () => {
  test.each<[string, Outbound]>([
    ['611-WA-sendText-again', { kind: 'text', text: 'second' }],
    ['619-WA-sendLocation', { kind: 'location', latitude: -23.5, longitude: -46.6, name: 'P', address: 'A' }],
    ['622-WA-sendPoll', { kind: 'poll', question: 'q', options: ['a', 'b'], selectableCount: 1 }],
    ['623-WA-sendList', menu],
    [
      '624-WA-sendButtons',
      {
        kind: 'buttons',
        title: 't',
        description: 'd',
        footer: 'f',
        buttons: [{ type: 'reply', text: 'Yes', id: '1' }],
      },
    ],
    ['627-WA-sendMedia-base64-noupload', { kind: 'image', media: PIXEL }],
    ['626-WA-sendMedia-url-unreachable', { kind: 'image', media: 'http://127.0.0.1:1/x.png', caption: 'c' }],
    [
      '621-WA-sendReaction',
      {
        kind: 'reaction',
        target: { id: '3EB0198A6CA060A81A1F7B', remoteJid: '5511888888888@s.whatsapp.net', fromMe: true },
        emoji: '👍',
      },
    ],
    [
      '625-WA-sendStatus',
      {
        kind: 'status',
        type: 'text',
        content: 'hi',
        backgroundColor: '#ffffff',
        font: 1,
        audience: ['5511888888888'],
      },
    ],
  ])('%s', async (name, content) => {
    answerWith = name;
    const { request } = readCapture(`contract/${name}`);
    expect(await sent({ number: to, content })).toEqual({ path: request.path, body: request.body });
  });

  test.each<[string, Outbound]>([
    ['247-sendSticker-evo', { kind: 'sticker', media: PIXEL }],
    ['265-sendPtv-evo', { kind: 'ptv', media: 'http://127.0.0.1:9097/download/x.mp4' }],
    ['455-biz-sendAudio-url', { kind: 'voice', media: 'http://127.0.0.1:9097/download/x.mp3' }],
    ['460-biz-sendList', menu],
    ['461-biz-sendTemplate', { kind: 'template', name: 'hello_world', language: 'en_US', components: [] }],
  ])('%s', async (name, content) => {
    answerWith = name;
    const { path, body } = readCapture(`contract/${name}`).request;
    expect(await sent({ number: '5511999999999', content })).toEqual({
      path: path.replace(/[^/]*$/, 'wa1'),
      body,
    });
  });

  test('620-WA-sendContact, but for spaces in the number on the card', async () => {
    const { body } = readCapture('contract/620-WA-sendContact').request;
    const made = (await sent({ number: to, content: { kind: 'contact', contacts: [card] } })).body;
    const compact = JSON.parse(JSON.stringify(body).replace('+55 11 77777-7777', '+5511777777777'));
    expect(made).toEqual(compact);
  });

  test('615-WA-sendText-quoted, with the whole key of the message', async () => {
    const id = '3EB0198A6CA060A81A1F7B';
    const quoted = { id, remoteJid: '5511888888888@s.whatsapp.net', fromMe: true };
    const { body } = await sent({ number: to, content: { kind: 'text', text: 're' }, options: { quoted } });
    expect(body).toMatchObject(readCapture('contract/615-WA-sendText-quoted').request.body as object);
    expect(body).toEqual({ number: to, text: 're', quoted: { key: quoted } });
  });
});

test('a voice note in base64 goes to an EVOLUTION instance as the recorded form', async () => {
  answerWith = '245-sendWhatsAppAudio-multipart';
  const content: Outbound = { kind: 'voice', media: Buffer.from('ID3DATA').toString('base64') };
  const options = { delayMs: 10 };
  const outcome = await client.send({
    instance: 'evo-a',
    number: '5511999999999',
    content,
    options,
    integration: 'EVOLUTION',
    deadlineMs: 5_000,
  });
  expect(outcome.kind).toBe('sent');
  const { url, headers, body } = server.received[0] as Received;
  expect(url).toBe('/message/sendWhatsAppAudio/evo-a');
  const type = String(headers['content-type']);
  expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  const file = form.get('file') as File;
  expect([...form.keys()]).toEqual(['number', 'file']);
  expect([form.get('number'), await file.text(), file.type]).toEqual(['5511999999999', 'ID3DATA', 'audio/ogg']);
});

test('a voice note by URL goes to an EVOLUTION instance as audio, whose URL alone it keeps', async () => {
  const content: Outbound = { kind: 'voice', media: 'http://127.0.0.1:9097/download/x.mp3' };
  const { request } = readCapture('contract/241-sendMedia-audio');
  expect(await sent({ number: '5511999999999', content, integration: 'EVOLUTION' })).toEqual({
    path: '/message/sendMedia/wa1',
    body: request.body,
  });
});

test('a row without a description gets its title on the official channel, which fails on none', async () => {
  const bare: Outbound = { ...menu, sections: [{ title: 's', rows: [{ id: '1', title: 'r' }] }] } as Outbound;
  const rowsOf = ({ body }: { body: unknown }) => (body as { sections: { rows: unknown }[] }).sections[0]?.rows;
  expect(rowsOf(await sent({ number: to, content: bare, integration: 'WHATSAPP-BUSINESS' }))).toEqual([
    { title: 'r', description: 'r', rowId: '1' },
  ]);
  expect(rowsOf(await sent({ number: to, content: bare }))).toEqual([{ title: 'r', rowId: '1' }]);
});

test('a text status always has a colour and a font, and goes to all contacts unless told to whom', async () => {
  const { body } = await sent({ number: to, content: { kind: 'status', type: 'text', content: 'hi', font: 0 } });
  expect(body).toEqual({ type: 'text', content: 'hi', backgroundColor: '#000000', font: 1, allContacts: true });
});

describe('every request has the exact shape its route is recorded with', () => {
  const options = {
    quoted: { id: 'Q', remoteJid: 'q@g.us', fromMe: false, participant: 'p@s.whatsapp.net' },
    mentions: ['5511777777777'],
    mentionsEveryone: false,
    delayMs: 5,
  };
  const everything: Outbound[] = [
    { kind: 'text', text: 'x', linkPreview: false },
    { kind: 'video', media: PIXEL, mimetype: 'video/mp4', fileName: 'a.mp4', caption: 'c' },
    { kind: 'document', media: PIXEL, fileName: 'a.pdf' },
    { kind: 'audio', media: PIXEL },
    { kind: 'voice', media: PIXEL },
    { kind: 'ptv', media: PIXEL },
    { kind: 'sticker', media: PIXEL },
    { kind: 'location', latitude: 1, longitude: 2 },
    { kind: 'contact', contacts: [card, { ...card, organization: 'o', email: 'e@x.y', url: 'https://x.y' }] },
    { kind: 'reaction', target: { id: 'T', remoteJid: 't@g.us', fromMe: false, participant: 'p@lid' }, emoji: '' },
    { kind: 'poll', question: 'q', options: ['a', 'b', 'c'], selectableCount: 2 },
    { kind: 'list', title: 't', buttonText: 'b', sections: [{ title: 's', rows: [{ id: '1', title: 'r' }] }] },
    {
      kind: 'buttons',
      title: 't',
      media: PIXEL,
      buttons: [
        { type: 'url', text: 'u', url: 'https://x.y' },
        { type: 'call', text: 'c', phoneNumber: '5511777777777' },
        { type: 'copy', text: 'k', code: '42' },
        { type: 'pix', currency: 'BRL', name: 'n', keyType: 'email', key: 'e@x.y' },
      ],
    },
    { kind: 'template', name: 'n', language: 'en_US', components: [{ type: 'body' }] },
    { kind: 'status', type: 'image', content: 'https://x.y/a.png', caption: 'c', audience: ['5511777777777'] },
  ];

  test.each(everything.map((content) => [content.kind, content] as const))('%s', async (_kind, content) => {
    const { path, body } = await sent({ number: to, content, options });
    const action = path.split('/')[2] as SendAction;
    expect([...Value.Errors(SEND_BODIES[action], body)]).toEqual([]);
  });
});
