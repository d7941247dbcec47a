import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture, recordingsIn } from '../../evolution/captures.ts';
import { receiveText } from '../../modules/messages/kinds-support.ts';
import { expectExactRecords, messageRow, newRecipient, usedUnits } from '../../modules/messages/support.ts';
import { during, setStatus } from '../../modules/phone-numbers/relay-support.ts';
import { clientOf, wireError } from './support.ts';
import { type Loose, startTraffic, type Traffic } from './traffic-support.ts';

let traffic: Traffic;
beforeAll(async () => {
  traffic = await startTraffic();
});
afterAll(async () => {
  await expectExactRecords(traffic);
  await traffic.gateway.close();
});

const call: Traffic['call'] = (...input) => traffic.call(...input);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const to = () => ({ number: newRecipient() });

describe('every kind', () => {
  const number = '5511977770001';
  const cases: [action: string, body: Loose, wire?: Loose][] = [
    ['sendText', { number, text: 'hello' }],
    [
      'sendText',
      { number, text: 'all', delay: 7, linkPreview: false, mentionsEveryOne: true, mentioned: ['5511888888888'] },
    ],
    ['sendLocation', { number, name: 'P', address: 'A', latitude: -23.5, longitude: -46.6 }],
    [
      'sendContact',
      {
        number,
        contact: [
          { fullName: 'A B', wuid: '5511777777777', phoneNumber: '+55 11 77777-7777', email: 'a@b.example' },
          { fullName: 'C', wuid: '5511777777778', phoneNumber: '5511777777778', organization: 'Org' },
        ],
      },
    ],
    ['sendPoll', { number, name: 'q', selectableCount: 1, values: ['a', 'b'] }],
    ['sendPoll', { number, name: 'any', selectableCount: 0, values: ['a', 'b'] }],
    [
      'sendButtons',
      {
        number,
        title: 't',
        description: 'd',
        footer: 'f',
        buttons: [
          { type: 'url', displayText: 'See', url: 'https://a.example/' },
          { type: 'call', displayText: 'Call', phoneNumber: '551133334444' },
          { type: 'copy', displayText: 'Copy', copyCode: 'X1' },
        ],
      },
    ],
    [
      'sendStatus',
      {
        type: 'text',
        content: 'hi',
        backgroundColor: '#ffffff',
        font: 1,
        allContacts: false,
        statusJidList: ['5511888888888@s.whatsapp.net'],
      },
    ],
  ];

  test.each(cases)(
    '%s %j leaves once, as it was asked for, and is answered in the words of the backend',
    async (action, body) => {
      const units = await usedUnits(traffic);
      const { answer, wire } = await call('POST', `/message/${action}`, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      expect(wire).toEqual([{ method: 'POST', path: `/message/${action}`, body }]);
      const [send] = traffic.gateway.sandboxes.flatMap(({ control }) =>
        control.ledger.sends({ id: answer.body.key.id }),
      );
      expect(send).toBeDefined();
      expect(answer.body).toMatchObject({
        key: { fromMe: true, remoteJid: send?.remoteJid },
        status: 'PENDING',
        message: expect.any(Object),
        instanceId: traffic.idOf(),
        source: 'web',
      });
      const id = String(answer.headers['x-message-id']);
      expect(id).toMatch(uuid);
      expect(await messageRow(traffic, id)).toMatchObject({ status: 'sent', whatsapp_id: answer.body.key.id });
      expect(answer.headers['x-quota-remaining']).toMatch(/^\d+$/);
      expect(await usedUnits(traffic)).toBe(units + 1);
    },
  );

  test('a list and a template go out where there is the official channel, elsewhere they are refused and cost nothing', async () => {
    const list = {
      number,
      title: 't',
      description: 'd',
      footerText: 'f',
      buttonText: 'b',
      sections: [{ title: 's', rows: [{ title: 'r', description: 'd', rowId: '1' }] }],
    };
    const template = { number, name: 'hello_world', language: 'en_US', components: [] };
    for (const [action, body] of [
      ['sendList', list],
      ['sendTemplate', template],
    ] as const) {
      const there = await call(
        'POST',
        `/message/${action}`,
        { ...body, webhookUrl: 'http://127.0.0.1/x' },
        { line: 'WHATSAPP-BUSINESS' },
      );
      expect(there.answer.status).toBe(201);
      expect(there.wire).toEqual([{ method: 'POST', path: `/message/${action}`, body }]);
      const units = await usedUnits(traffic);
      const { answer, wire } = await call('POST', `/message/${action}`, body);
      expect([answer.status, wire]).toEqual([400, []]);
      expect(await usedUnits(traffic)).toBe(units);
    }
  });

  test('a reaction goes to the chat of its message, known to us or not', async () => {
    const known = await receiveText(traffic, traffic.number, '5511977770002', 'nice?');
    for (const id of [known, '3EB0198A6CA060A81A1F7B']) {
      const key = { remoteJid: '5511977770002@s.whatsapp.net', fromMe: false, id };
      const { answer, wire } = await call('POST', '/message/sendReaction', {
        key: { ...key, secret: 1 },
        reaction: '👍',
      });
      expect(answer).toMatchObject({ status: 201, body: { messageType: 'reactionMessage' } });
      expect(wire).toEqual([{ method: 'POST', path: '/message/sendReaction', body: { key, reaction: '👍' } }]);
    }
    const away = { key: { remoteJid: '', fromMe: false, id: 'x' }, reaction: '' };
    expect((await call('POST', '/message/sendReaction', away)).answer.status).toBe(400);
  });

  test('what is quoted is named by its key, and may bring what it said', async () => {
    const quoted = { key: { id: 'ABC' }, message: { conversation: 'orig' }, token: 'x' };
    const { wire } = await call('POST', '/message/sendText', { number, text: 're', quoted });
    expect(wire).toEqual([
      {
        method: 'POST',
        path: '/message/sendText',
        body: { number, text: 're', quoted: { key: { id: 'ABC' }, message: { conversation: 'orig' } } },
      },
    ]);
    const huge = { key: { id: 'ABC' }, message: { conversation: 'x'.repeat(70_000) } };
    const cut = await call('POST', '/message/sendText', { number, text: 're', quoted: huge });
    expect(cut.wire).toMatchObject([{ body: { quoted: { key: { id: 'ABC' } } } }]);
    expect(JSON.stringify(cut.wire)).not.toContain('xxx');
    const without = await call('POST', '/message/sendText', { number, text: 're', quoted: { message: {} } });
    expect(without.answer).toMatchObject(wireError(400, 'Bad Request', ['Message not found']));
  });

  test('a delay is capped, and one below nothing is none', async () => {
    const long = await call('POST', '/message/sendLocation', {
      number: '5511977770003',
      name: 'a',
      address: 'b',
      latitude: 1,
      longitude: 1,
      delay: -5,
    });
    expect(long.wire[0]?.body).not.toHaveProperty('delay');
    const { sendText } = (await import('../../../src/dialects/evolution/message-bodies.ts')).plainSends;
    const wish = sendText({ number, text: 'x', delay: 3_600_000 }, { integration: 'WHATSAPP-BAILEYS' });
    expect(wish.options?.delayMs).toBe(20_000);
  });
});

describe('numbers', () => {
  test.each([
    ['+55 11 98888-7777', '5511988887777'],
    ['+55 (11) 98888-7777', '5511988887777'],
    ['5511988887777@s.whatsapp.net', '5511988887777'],
    ['5511988887777@c.us', '5511988887777'],
    ['5511988887777:12@s.whatsapp.net', '5511988887777'],
    ['120363000000000001@g.us', '120363000000000001@g.us'],
    ['120363000000000001', '120363000000000001@g.us'],
    ['5511988887777-1500000000', '5511988887777-1500000000@g.us'],
  ])('%s is %s', async (given, number) => {
    const { answer, wire } = await call('POST', '/message/sendText', { number: given, text: 'x' });
    expect([answer.status, wire.map(({ body }) => (body as Loose).number)]).toEqual([201, [number]]);
  });

  test('an @lid is one that the number has met', async () => {
    const lid = '123456789012345@lid';
    const never = await call('POST', '/message/sendText', { number: lid, text: 'x' });
    expect(never.answer).toMatchObject(wireError(400, 'Bad Request', [{ jid: lid, exists: false, number: lid }]));
    expect(never.wire).toEqual([]);
  });

  test.each(['123', '0511988887777', 'status@broadcast', '1@newsletter'])(
    '%s is on no WhatsApp, and nobody is asked',
    async (number) => {
      const units = await usedUnits(traffic);
      const { answer, wire } = await call('POST', '/message/sendText', { number, text: 'x' });
      expect(answer).toMatchObject(wireError(400, 'Bad Request', [{ jid: expect.any(String), exists: false, number }]));
      expect(wire).toEqual([]);
      expect(await usedUnits(traffic)).toBe(units);
    },
  );
});

describe('refusals', () => {
  // Told in our own way, each for a reason.
  const differing: Readonly<Record<string, string>> = {
    '243-sendMedia-multipart-wrongfield': 'is a 400, for it is the client who can change it',
    '244-sendWhatsAppAudio-url': 'works here',
    '265-sendPtv-evo': 'is a refusal here, no crash',
    '214-sendText-unknown-instance': 'see frame.test',
    '308-findChatByRemoteJid': 'see chats.test',
    '316-deleteMessageForEveryone-evo': 'is of a message that nobody here knows',
    '319-updateMessage-evo': 'is of a message that nobody here knows',
    '495-huge-body': 'is of a size that only frame.test makes',
    '342-call-offer-evo': 'is refused whatever is asked',
  };
  const names = recordingsIn('contract').filter((name) => {
    const { request, response } = readCapture(`contract/${name}`);
    const { apikey } = (request as Loose).headers ?? {};
    return (
      /^\/(message|chat|group|label|instance\/setPresence)\b.*\/evo-a(\?|$)/.test(request.path) &&
      /^(POST|GET|DELETE)$/.test(request.method) &&
      response.status >= 400 &&
      response.status !== 401 &&
      apikey !== undefined &&
      !(name in differing) &&
      !JSON.stringify(response.body).includes('Cannot ')
    );
  });

  test('recorded of that server are many', () => expect(names.length).toBeGreaterThan(25));

  test.each(names)('%s is told as that server tells it', async (name) => {
    const { request, response } = readCapture(`contract/${name}`);
    const [path = '', query] = request.path.split('?');
    const { answer } = await call(request.method as 'POST', path.replace('/evo-a', ''), request.body ?? undefined, {
      line: 'EVOLUTION',
      ...(query === undefined ? {} : { query: `?${query}` }),
    });
    expect([answer.status, answer.body]).toEqual([response.status, response.body]);
  });

  test.each([
    ['sendText', { text: ' ' }, 'Text is required'],
    ['sendButtons', { title: 't', buttons: [] }, 'At least one button is required'],
    [
      'sendButtons',
      { buttons: [{ type: 'reply' }, { type: 'url' }] },
      'Reply buttons cannot be mixed with other button types',
    ],
    ['sendStatus', { type: 'text', content: '' }, 'Content is required'],
    ['sendStatus', { type: 'text', content: 'x', allContacts: true }, 'Background color is required'],
    ['sendStatus', { type: 'text', content: 'x', backgroundColor: '#fff', font: 1 }, 'StatusJidList is required'],
  ])('%s %j is refused before anything is counted or called: %s', async (action, body, message) => {
    const units = await usedUnits(traffic);
    const { answer, wire } = await call('POST', `/message/${action}`, { ...to(), ...body });
    expect(answer).toMatchObject(wireError(400, 'Bad Request', [message]));
    expect([wire, await usedUnits(traffic)]).toEqual([[], units]);
  });
});

describe('failures', () => {
  const text = (ending: string) => ({ number: `551197${ending}`, text: `to ${ending}` });

  test('a recipient without WhatsApp is named as the contract names him, with our id of the message', async () => {
    const { answer } = await call('POST', '/message/sendText', { ...text('0000404'), number: '+55119 70000404' });
    expect(answer).toMatchObject(
      wireError(400, 'Bad Request', [
        { jid: '5511970000404@s.whatsapp.net', exists: false, number: '+55119 70000404' },
      ]),
    );
    const id = String(answer.headers['x-message-id']);
    expect(await messageRow(traffic, id)).toMatchObject({
      status: 'failed',
      status_reason: 'recipient_not_on_whatsapp',
    });
  });

  test('a lost connection is told in the words that clients look for', async () => {
    const { answer } = await call('POST', '/message/sendText', text('0000500'));
    expect(answer).toMatchObject(wireError(500, 'Internal Server Error', 'Connection Closed'));
    const offline = await traffic.gateway.connectNumber(traffic.user, { alias: 'asleep' });
    await setStatus(traffic, offline, 'disconnected');
    const { answer: refused, calls } = await during(traffic, () =>
      traffic.key('POST', '/message/sendText/asleep', text('1')),
    );
    expect(refused).toMatchObject(wireError(500, 'Internal Server Error', 'Connection Closed'));
    expect(calls).toEqual([]);
  });

  test('an outcome that nobody knows is 504, and says of which message', async () => {
    const { answer } = await call('POST', '/message/sendText', text('0000505'));
    const id = String(answer.headers['x-message-id']);
    expect(id).toMatch(uuid);
    expect(answer).toMatchObject(
      wireError(504, 'Gateway Timeout', [`The outcome is unknown: it may have been sent. It is message ${id}.`]),
    );
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  test('what the official channel answers without a key is no success', async () => {
    const { answer } = await call('POST', '/message/sendText', text('0000201'), { line: 'WHATSAPP-BUSINESS' });
    expect(answer.status).toBe(504);
  });

  test('a used up day is 429, with when to come again', async () => {
    const small = await traffic.gateway.signUp('starter');
    await traffic.gateway.connectNumber(small, { alias: 'till' });
    const { db } = traffic.gateway.database;
    const client = clientOf(traffic.gateway, small.apiKey);
    expect((await client('POST', '/message/sendText/till', text('7000001'))).status).toBe(201);
    await db.updateTable('usage').set({ used: 1_000_000 }).where('user_id', '=', small.id).execute();
    const { status, body, headers } = await client('POST', '/message/sendText/till', text('7000001'));
    expect([status, body.status, body.error]).toEqual([429, 429, 'Too Many Requests']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers['x-quota-remaining']).toBe('0');
  });

  test('of a paused number say so, and no message is made', async () => {
    await traffic.gateway.connectNumber(traffic.user, { alias: 'paused' });
    const { id } = (await traffic.gateway.services.phoneNumbers.named(traffic.user.id, 'paused')) ?? { id: 0 };
    await traffic.gateway.services.phoneNumbers.pause(traffic.user.id, id);
    const answer = await traffic.key('POST', '/message/sendText/paused', text('7000002'));
    expect(answer).toMatchObject({
      status: 409,
      body: { status: 409, response: { message: [expect.stringMatching(/paused/)] } },
    });
  });
});

describe('under an Idempotency-Key', () => {
  test('a message is sent once, and a repetition is told what became of it', async () => {
    const body = { ...to(), text: 'once' };
    const headers = { 'idempotency-key': 'order-1' };
    const first = await call('POST', '/message/sendText', body, { headers });
    const again = await call('POST', '/message/sendText', body, { headers });
    expect([first.answer.status, again.answer.status, again.wire]).toEqual([201, 201, []]);
    expect(again.answer.headers['idempotency-replayed']).toBe('true');
    expect(again.answer.headers['x-message-id']).toBe(first.answer.headers['x-message-id']);
    const { key, message, messageTimestamp, instanceId } = first.answer.body;
    expect(again.answer.body).toMatchObject({ key, message, instanceId, messageTimestamp: expect.any(Number) });
    expect(Math.abs(again.answer.body.messageTimestamp - messageTimestamp)).toBeLessThanOrEqual(2);
    const other = await call('POST', '/message/sendText', { ...body, text: 'twice' }, { headers });
    expect([other.answer.status, other.wire]).toEqual([422, []]);
  });

  test('a failure is repeated as well', async () => {
    const body = { number: '5511970000404', text: 'x' };
    const headers = { 'idempotency-key': 'order-2' };
    const first = await call('POST', '/message/sendText', body, { headers });
    const again = await call('POST', '/message/sendText', body, { headers });
    expect([again.answer.status, again.answer.body, again.wire]).toEqual([400, first.answer.body, []]);
    expect(again.answer.headers['idempotency-replayed']).toBe('true');
  });
});

test('a form and a body of no JSON are read as there', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { answer } = await call('POST', '/message/sendText', 'number=5511977770009&text=hi', { headers });
  expect(answer).toMatchObject({ status: 201, body: { message: { conversation: 'hi' } } });
});
