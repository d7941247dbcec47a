import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEvolutionClient } from '../../src/evolution/client.ts';
import type { Outbound } from '../../src/evolution/outbound.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import type { Integration } from '../../src/evolution/wire.ts';
import { KEY } from './support/api.ts';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();
const to = '5511999999999';
const base64 = Buffer.from('a small file').toString('base64');
const mediaSha256 = createHash('sha256').update('a small file').digest('hex');
const sends = () => t.sandbox.control.ledger.sends();

async function send(content: Outbound, integration: Integration, number = to) {
  const dispatcher = createEvolutionPool(t.sandbox.url);
  const client = createEvolutionClient({ baseUrl: t.sandbox.url, apiKey: KEY, dispatcher, readTimeoutMs: 5000 });
  try {
    return await client.send({ instance: 'line', number, content, integration, deadlineMs: 5000 });
  } finally {
    await dispatcher.destroy();
  }
}

async function connect(integration: Integration): Promise<void> {
  if (integration === 'WHATSAPP-BAILEYS') return t.api.connected('line', { webhook: t.webhook });
  await t.api.create('line', { integration, token: 'own', number: '5511900000001', webhook: t.webhook });
}

const target = { id: '3EB0AA', remoteJid: `${to}@s.whatsapp.net`, fromMe: false };
const card = { fullName: 'A B', phoneNumber: '5511777777777' };
const kinds: Record<string, Outbound> = {
  text: { kind: 'text', text: 'hello' },
  image: { kind: 'image', media: base64, caption: 'c' },
  document: { kind: 'document', media: base64, fileName: 'a.pdf' },
  voice: { kind: 'voice', media: base64 },
  ptv: { kind: 'ptv', media: base64 },
  sticker: { kind: 'sticker', media: base64 },
  location: { kind: 'location', latitude: 1.5, longitude: -2, name: 'P', address: 'A' },
  contact: { kind: 'contact', contacts: [card] },
  contacts: { kind: 'contact', contacts: [card, { ...card, fullName: 'C D' }] },
  reaction: { kind: 'reaction', target, emoji: '👍' },
  poll: { kind: 'poll', question: 'q', options: ['a', 'b'], selectableCount: 1 },
  list: {
    kind: 'list',
    title: 't',
    footer: 'f',
    buttonText: 'b',
    sections: [{ title: 's', rows: [{ id: '1', title: 'r' }] }],
  },
  buttons: { kind: 'buttons', title: 't', buttons: [{ type: 'reply', text: 'Yes', id: '1' }] },
  template: { kind: 'template', name: 'n', language: 'en_US', components: [] },
  status: {
    kind: 'status',
    type: 'text',
    content: 'hi',
    backgroundColor: '#ffffff',
    font: 1,
    audience: ['5511888888888'],
  },
};

type Expected = string | { refused: string };
const unavailable = { refused: 'This kind of message cannot be sent over this connection.' };

/** Each kind's type on the wire of each integration, or why there is none. */
const outcomes: Record<Integration, Record<string, Expected>> = {
  'WHATSAPP-BAILEYS': {
    text: 'conversation',
    image: 'imageMessage',
    document: 'documentMessage',
    voice: 'audioMessage',
    ptv: 'ptvMessage',
    sticker: 'stickerMessage',
    location: 'locationMessage',
    contact: 'contactMessage',
    contacts: 'contactsArrayMessage',
    reaction: 'reactionMessage',
    poll: 'pollCreationMessageV3',
    list: { refused: 'This backend cannot send lists.' },
    buttons: 'viewOnceMessage',
    status: 'conversation',
  },
  'WHATSAPP-BUSINESS': {
    text: 'conversation',
    image: 'imageMessage',
    document: 'documentMessage',
    voice: 'audioMessage',
    ptv: unavailable,
    sticker: unavailable,
    location: 'locationMessage',
    contact: 'conversation',
    contacts: 'conversation',
    reaction: 'conversation',
    poll: unavailable,
    list: 'conversation',
    buttons: 'conversation',
    template: 'conversation',
    status: unavailable,
  },
  EVOLUTION: {
    text: 'conversation',
    image: 'imageMessage',
    document: 'documentMessage',
    voice: 'audioMessage',
    ptv: unavailable,
    sticker: unavailable,
    location: unavailable,
    contact: unavailable,
    reaction: unavailable,
    poll: unavailable,
    list: unavailable,
    buttons: 'buttonMessage',
    template: unavailable,
    status: unavailable,
  },
};

describe.each(Object.entries(outcomes) as [Integration, Record<string, Expected>][])('%s', (integration, expected) => {
  test.each(Object.entries(expected))('%s', async (name, wanted) => {
    await connect(integration);
    const content = kinds[name] as Outbound;
    const outcome = await send(content, integration);
    if (typeof wanted !== 'string') {
      expect(outcome).toMatchObject({ kind: 'not_sent', detail: wanted.refused });
      expect(sends()).toEqual([]);
      return;
    }
    expect(outcome).toMatchObject({ kind: 'sent', answer: { messageType: wanted } });
    const [echo] = await t.listener.waitFor('send.message');
    expect(echo?.body.data).toEqual(outcome.kind === 'sent' ? outcome.answer : undefined);
    expect(sends()).toMatchObject([{ kind: content.kind, id: echo?.body.data.key.id }]);
  });
});

test('a medium is in the ledger by its bytes, never by its base64, whichever kind it is', async () => {
  await connect('WHATSAPP-BAILEYS');
  for (const name of ['image', 'document', 'voice', 'ptv', 'sticker'])
    await send(kinds[name] as Outbound, 'WHATSAPP-BAILEYS');
  expect(sends().map((sent) => sent.mediaSha256)).toEqual(Array(5).fill(mediaSha256));
  expect(JSON.stringify(sends())).not.toContain(base64);
});

test('a picture, a voice note and a sticker leave as other bytes, a document and a video note as they came', async () => {
  await connect('WHATSAPP-BAILEYS');
  const isSame: Record<string, boolean> = {};
  for (const name of ['image', 'document', 'voice', 'ptv', 'sticker']) {
    const outcome = await send(kinds[name] as Outbound, 'WHATSAPP-BAILEYS');
    const { message } = (outcome as { answer: { message: Record<string, { fileSha256: object }> } }).answer;
    const bytes = Object.values(Object.values(message)[0]?.fileSha256 ?? {});
    isSame[name] = Buffer.from(bytes).toString('hex') === mediaSha256;
  }
  expect(isSame).toEqual({ image: false, document: true, voice: false, ptv: true, sticker: false });
});

test('what is said stands in the ledger without recipient and delay', async () => {
  await connect('WHATSAPP-BAILEYS');
  await send(kinds.location as Outbound, 'WHATSAPP-BAILEYS');
  await send(kinds.poll as Outbound, 'WHATSAPP-BAILEYS');
  expect(sends()).toMatchObject([
    { content: { latitude: 1.5, longitude: -2, name: 'P', address: 'A' }, text: null },
    { content: { name: 'q', selectableCount: 1, values: ['a', 'b'] }, text: 'q' },
  ]);
});

test('recipients behave in their ways for every kind', async () => {
  await connect('WHATSAPP-BAILEYS');
  for (const name of ['voice', 'poll', 'buttons']) {
    const absent = await send(kinds[name] as Outbound, 'WHATSAPP-BAILEYS', '5511990000404');
    expect(absent).toMatchObject({ kind: 'not_sent', code: 'recipient_not_on_whatsapp' });
    const failed = await send(kinds[name] as Outbound, 'WHATSAPP-BAILEYS', '5511990000505');
    expect(failed).toMatchObject({ kind: 'unknown', httpStatus: 500 });
  }
  expect(sends().map(({ kind }) => kind)).toEqual(['voice', 'poll', 'buttons']);
});

test('in a group everybody is mentioned by name, and nothing else is said of it', async () => {
  await connect('WHATSAPP-BAILEYS');
  const { body: group } = await t.api.call('POST', '/group/create/line', {
    subject: 'g',
    participants: ['5511777777777'],
  });
  const body = { number: group.id, text: 'all', mentionsEveryOne: true };
  const sent = await t.api.call('POST', '/message/sendText/line', body);
  expect(sent.body.contextInfo).toEqual({ mentionedJid: group.participants.map(({ id }: { id: string }) => id) });
  expect((await t.api.send('line', group.id, 'plain')).body.contextInfo).toBeUndefined();
});

test('a status takes pictures by URL only', async () => {
  await connect('WHATSAPP-BAILEYS');
  const status: Outbound = { kind: 'status', type: 'image', content: base64, audience: ['5511888888888'] };
  expect(await send(status, 'WHATSAPP-BAILEYS')).toMatchObject({ kind: 'unknown', httpStatus: 400 });
  expect(sends()).toEqual([]);
  expect(await send({ ...status, content: `${t.sandbox.url}/` }, 'WHATSAPP-BAILEYS')).toMatchObject({
    kind: 'sent',
    remoteJid: 'status@broadcast',
  });
});

test('a number that its backend has not loaded yet is known as such', async () => {
  await connect('EVOLUTION');
  t.sandbox.control.forgetMemory('line');
  for (const content of Object.values(kinds)) {
    expect(await send(content, 'EVOLUTION')).toMatchObject({ kind: 'not_sent', code: 'number_not_connected' });
  }
});
