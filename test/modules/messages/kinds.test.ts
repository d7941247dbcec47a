import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readCapture } from '../../evolution/captures.ts';
import { type Kinds, type Line, receiveText, startKinds } from './kinds-support.ts';
import { expectExactRecords, messageRow, newRecipient, onTheWire, statsOf } from './support.ts';

let kinds: Kinds;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(async () => {
  await expectExactRecords(kinds);
  await kinds.gateway.close();
});

/** The body that was recorded of this call, for another recipient. */
function recorded(capture: string, change: Record<string, unknown>): unknown {
  return { ...(readCapture(`contract/${capture}`).request.body as object), ...change };
}

// Acknowledgements may have come by then.
const sentStatuses = ['sent', 'delivered', 'read'];

const location = { latitude: -23.5, longitude: -46.6, name: 'P', address: 'A' };
const contact = { contacts: [{ full_name: 'A B', phone_number: '+5511888888888' }] };
const contactOnTheWire = { contact: [{ fullName: 'A B', wuid: '5511888888888', phoneNumber: '+5511888888888' }] };
const buttons = { title: 't', description: 'd', footer: 'f', buttons: [{ type: 'reply', text: 'Yes', id: '1' }] };
const list = {
  title: 't',
  description: 'd',
  footer: 'f',
  button_text: 'b',
  sections: [{ title: 's', rows: [{ id: '1', title: 'r', description: 'd' }] }],
};

describe('what is accepted goes out once, in the words that were recorded', () => {
  test.each<[Line, string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['WHATSAPP-BAILEYS', 'location', location, '619-WA-sendLocation', {}],
    ['WHATSAPP-BAILEYS', 'contact', contact, '620-WA-sendContact', contactOnTheWire],
    ['WHATSAPP-BAILEYS', 'poll', { question: 'q', options: ['a', 'b'] }, '622-WA-sendPoll', {}],
    ['WHATSAPP-BAILEYS', 'buttons', buttons, '624-WA-sendButtons', {}],
    ['WHATSAPP-BUSINESS', 'location', location, '456-biz-sendLocation', {}],
    ['WHATSAPP-BUSINESS', 'contact', contact, '457-biz-sendContact', contactOnTheWire],
    ['WHATSAPP-BUSINESS', 'buttons', buttons, '459-biz-sendButtons', {}],
    ['WHATSAPP-BUSINESS', 'list', list, '460-biz-sendList', {}],
    ['WHATSAPP-BUSINESS', 'template', { name: 'hello_world', language: 'en_US' }, '461-biz-sendTemplate', {}],
    ['EVOLUTION', 'buttons', buttons, '260-sendButtons-evo', {}],
  ])('%s %s', async (line, kind, body, capture, change) => {
    const number = newRecipient();
    const { answer, calls, sends, units } = await kinds.during(() => kinds.send(line, kind, { number, ...body }));
    expect(answer).toMatchObject({ status: 200, body: { success: true, status: 'sent', to: number, sandbox: true } });
    expect(calls.map((call) => call.body)).toEqual([recorded(capture, { number, ...change })]);
    expect(sends).toMatchObject([{ kind, number, id: answer.body.whatsapp_id }]);
    expect(units).toBe(1);
    const row = await messageRow(kinds, answer.body.message_id);
    expect(row.kind).toBe(kind);
    expect(sentStatuses).toContain(row.status);
  });

  test('a status goes to its audience, or to all contacts', async () => {
    const body = { type: 'text', text: 'hi', background_color: '#ffffff', font: 1 };
    const some = await kinds.during(() =>
      kinds.send('WHATSAPP-BAILEYS', 'status', { ...body, audience: ['5511888888888'] }),
    );
    expect(some.answer).toMatchObject({ status: 200, body: { to: 'status@broadcast' } });
    expect(some.calls.map((call) => call.body)).toEqual([recorded('625-WA-sendStatus', {})]);
    expect(some.sends).toMatchObject([{ kind: 'status', text: 'hi' }]);
    expect(some.units).toBe(1);
    await receiveText(kinds, kinds.number, '5511777777777', 'a contact of the phone');
    const all = await kinds.during(() => kinds.send('WHATSAPP-BAILEYS', 'status', body));
    expect(all.calls.map((call) => call.body)).toEqual([
      { type: 'text', content: 'hi', backgroundColor: '#ffffff', font: 1, allContacts: true },
    ]);
    expect(all.answer.status).toBe(200);
  });

  test('a reaction goes to the chat of its message, named by our id or by that of WhatsApp, and is taken back', async () => {
    const number = newRecipient();
    const sent = await kinds.sendText({ number });
    const { message_id, whatsapp_id } = sent.body;
    for (const [id, emoji, onTheWire] of [
      [message_id, '👍', '👍'],
      // Without the variation selector, as many keyboards write it.
      [whatsapp_id, '\u2764', '\u2764\uFE0F'],
      [message_id, '', ''],
    ]) {
      const { answer, calls, sends, units } = await kinds.during(() =>
        kinds.send('WHATSAPP-BAILEYS', 'reaction', { message_id: id, emoji }),
      );
      expect(answer).toMatchObject({ status: 200, body: { to: number } });
      expect(calls.map((call) => call.body)).toEqual([
        recorded('621-WA-sendReaction', {
          key: { id: whatsapp_id, remoteJid: `${number}@s.whatsapp.net`, fromMe: true },
          reaction: onTheWire,
        }),
      ]);
      expect(sends).toMatchObject([{ kind: 'reaction' }]);
      expect(units).toBe(1);
    }
  });

  test.each<[string, string, string, Line]>([
    ['voice', 'audio', 'sendWhatsAppAudio', 'WHATSAPP-BAILEYS'],
    ['voice', 'audio', 'sendWhatsAppAudio', 'WHATSAPP-BUSINESS'],
    ['ptv', 'video', 'sendPtv', 'WHATSAPP-BAILEYS'],
    ['sticker', 'sticker', 'sendSticker', 'WHATSAPP-BAILEYS'],
  ])('%s, as base64 in the field %s of %s, on %s', async (kind, field, action, line) => {
    const bytes = randomBytes(900);
    const number = newRecipient();
    const before = await statsOf({ ...kinds, number: kinds.lines[line] });
    const body = { number, mediaBase64: bytes.toString('base64') };
    const { answer, calls, sends, units } = await kinds.during(() => kinds.send(line, kind, body));
    expect(answer).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect(calls).toMatchObject([{ url: expect.stringMatching(`^/message/${action}/`) }]);
    expect(calls.map((call) => call.body)).toEqual([{ number, [field]: bytes.toString('base64') }]);
    const mediaSha256 = createHash('sha256').update(bytes).digest('hex');
    expect(sends).toMatchObject([{ kind, mediaSha256 }]);
    expect(units).toBe(1);
    expect(await messageRow(kinds, answer.body.message_id)).toMatchObject({
      kind,
      content: { media_type: kind, sha256: mediaSha256, bytes: bytes.length },
    });
    const after = await statsOf({ ...kinds, number: kinds.lines[line] });
    expect([after.messages_sent - before.messages_sent, after.media_sent - before.media_sent]).toEqual([1, 1]);
  });
});

test('options of a send go with every kind that can carry them', async () => {
  const quoted = await kinds.sendText();
  const { calls } = await kinds.during(() =>
    kinds.send('WHATSAPP-BAILEYS', 'poll', {
      number: newRecipient(),
      question: 'q',
      options: ['a', 'b'],
      selectable_count: 2,
      quoted: quoted.body.message_id,
      delay: 5,
      mentions: ['+628111111111'],
    }),
  );
  expect(calls.map((call) => call.body)).toMatchObject([
    {
      selectableCount: 2,
      delay: 5,
      quoted: { key: { id: quoted.body.whatsapp_id, fromMe: true } },
      mentioned: ['628111111111'],
    },
  ]);
});

test('kinds that wait are kept whole, and leave as they would have at once', async () => {
  const number = newRecipient();
  const bytes = randomBytes(700);
  const quoted = await kinds.sendText({ number });
  const waiting = [
    await kinds.send('WHATSAPP-BAILEYS', 'location', { number, ...location, async: true }),
    await kinds.send('WHATSAPP-BAILEYS', 'sticker', { number, mediaBase64: bytes.toString('base64'), async: true }),
    await kinds.send('WHATSAPP-BAILEYS', 'reaction', { message_id: quoted.body.message_id, emoji: '👍', async: true }),
    await kinds.send('WHATSAPP-BAILEYS', 'poll', { number, question: 'q', options: ['a', 'b'], delay: 3, async: true }),
  ];
  expect(waiting.map(({ status, body }) => [status, body.status])).toEqual(Array(4).fill([202, 'accepted']));
  for (const { body } of waiting) {
    await vi.waitFor(async () => expect(sentStatuses).toContain((await messageRow(kinds, body.message_id)).status));
  }
  const { sends } = onTheWire(kinds, number);
  expect(sends.map(({ kind }) => kind)).toEqual(['text', 'location', 'sticker', 'poll']);
  expect(sends[1]).toMatchObject({ content: location });
  expect(sends[2]).toMatchObject({ mediaSha256: createHash('sha256').update(bytes).digest('hex') });
});

test('one structured message is shown with all that it says, a list of them is not', async () => {
  const poll = { question: 'q', options: ['a', 'b'] };
  const { body } = await kinds.send('WHATSAPP-BAILEYS', 'poll', { number: newRecipient(), ...poll, delay: 1 });
  const one = await kinds.user.api('GET', `/api/messages/${body.message_id}`);
  expect(one.body.message.content.details).toEqual({ ...poll, selectable_count: 1 });
  const many = await kinds.user.api('GET', '/api/messages?kind=poll&limit=1');
  expect(many.body.messages[0].id).toBe(body.message_id);
  expect(many.body.messages[0].content).not.toHaveProperty('details');
});

test("another user's messages, and those of another phone number, are not found", async () => {
  const stranger = await kinds.gateway.signUp();
  const theirs = await kinds.gateway.connectNumber(stranger);
  const sent = await kinds.sendText();
  const body = { token: theirs.token, message_id: sent.body.message_id, emoji: '👍' };
  expect(await stranger.api('POST', '/api/messages/send-reaction', body)).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
  const elsewhere = { message_id: sent.body.whatsapp_id, emoji: '👍' };
  expect(await kinds.send('WHATSAPP-BUSINESS', 'reaction', elsewhere)).toMatchObject({ status: 404 });
});
