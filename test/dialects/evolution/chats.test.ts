import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readCapture } from '../../evolution/captures.ts';
import { receiveText } from '../../modules/messages/kinds-support.ts';
import { newRecipient, usedUnits } from '../../modules/messages/support.ts';
import { setStatus, standIn } from '../../modules/phone-numbers/relay-support.ts';
import { wireError } from './support.ts';
import { type Loose, startTraffic, type Traffic } from './traffic-support.ts';

let traffic: Traffic;
beforeAll(async () => {
  traffic = await startTraffic();
});
afterAll(() => traffic.gateway.close());

const call: Traffic['call'] = (...input) => traffic.call(...input);
const poison = { instanceName: 'another', instanceId: 'another', token: 'x', apikey: 'x', unheard: { of: 1 } };
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function sentText(text: string, number = newRecipient()): Promise<{ id: string; key: Loose; number: string }> {
  const { answer } = await call('POST', '/message/sendText', { number, text });
  return { id: String(answer.headers['x-message-id']), key: answer.body.key, number };
}

describe('what is passed on', () => {
  const key = { remoteJid: '5511888888888@s.whatsapp.net', fromMe: false, id: 'X1' };
  const privacy = {
    readreceipts: 'all',
    profile: 'contacts',
    status: 'all',
    online: 'match_last_seen',
    last: 'none',
    groupadd: 'contacts',
  };
  const cases: ['GET' | 'POST' | 'DELETE', string, Loose, number, unknown][] = [
    ['POST', '/chat/markMessageAsRead', { readMessages: [key] }, 201, { message: 'Read messages', read: 'success' }],
    [
      'POST',
      '/chat/archiveChat',
      { lastMessage: { key }, chat: key.remoteJid, archive: true },
      201,
      { archived: true },
    ],
    ['POST', '/chat/markChatUnread', { lastMessage: { key }, chat: key.remoteJid }, 201, { markedChatUnread: true }],
    ['POST', '/chat/findContacts', { where: { remoteJid: key.remoteJid } }, 200, []],
    [
      'POST',
      '/chat/findMessages',
      { where: { key: { id: 'nope' } } },
      200,
      readCapture('contract/303-findMessages-empty').response.body,
    ],
    ['POST', '/chat/findStatusMessage', { where: { id: 'nope' }, page: 1, offset: 5 }, 200, []],
    ['POST', '/chat/findChats', { where: { remoteJid: key.remoteJid }, take: 2, skip: 0 }, 200, []],
    [
      'POST',
      '/chat/fetchProfilePictureUrl',
      { number: '5511999999999' },
      200,
      { wuid: '5511999999999@s.whatsapp.net' },
    ],
    ['POST', '/chat/fetchBusinessProfile', { number: '5511999999999' }, 200, { isBusiness: false }],
    ['POST', '/chat/fetchProfile', { number: '5511999999999' }, 200, { numberExists: true }],
    ['POST', '/chat/updateBlockStatus', { number: '5511999999999', status: 'block' }, 201, { block: 'success' }],
    ['POST', '/chat/updateProfileName', { name: 'N' }, 200, { update: 'success' }],
    ['POST', '/chat/updateProfileStatus', { status: 'S' }, 200, { update: 'success' }],
    ['POST', '/chat/updatePrivacySettings', privacy, 201, { update: 'success', data: privacy }],
    ['POST', '/instance/setPresence', { presence: 'available' }, 201, { presence: 'available' }],
  ];

  test.each(cases)(
    '%s %s %j comes back as the backend says it, and nothing else gets there',
    async (method, path, body, status, told) => {
      const units = await usedUnits(traffic);
      const dirty = {
        ...body,
        ...poison,
        ...(body.where === undefined ? {} : { where: { ...body.where, instanceId: 'x', OR: [] } }),
      };
      const { answer, wire } = await call(method, path, dirty, { query: '?instanceName=another&x=1' });
      expect(answer.status, JSON.stringify(answer.body)).toBe(status);
      expect(answer.body).toMatchObject(told as object);
      expect(wire).toEqual([{ method, path, body }]);
      expect(await usedUnits(traffic)).toBe(units);
    },
  );

  test('calls without a body, and the changes that they read', async () => {
    const fetched = await call('GET', '/chat/fetchPrivacySettings');
    expect(fetched).toMatchObject({
      answer: { status: 200, body: { readreceipts: expect.any(String) } },
      wire: [{ body: {} }],
    });
    expect((await call('GET', '/label/findLabels', undefined, { query: '?instanceName=x' })).wire).toEqual([
      { method: 'GET', path: '/label/findLabels', body: {} },
    ]);
    const removed = await call('DELETE', '/chat/removeProfilePicture', { ...poison });
    expect(removed).toMatchObject({ answer: { status: 200 }, wire: [{ method: 'DELETE', body: {} }] });
  });

  test('of a line without a phone is refused in the words of the backend', async () => {
    for (const line of ['EVOLUTION', 'WHATSAPP-BUSINESS'] as const)
      for (const [method, path, body] of cases.filter(([, path]) => !/find|PictureUrl/.test(path))) {
        const { answer } = await call(method, path, body, { line });
        expect(answer, path).toMatchObject(
          wireError(400, 'Bad Request', [expect.stringMatching(/^Method not available/)]),
        );
      }
  });

  test('is refused in the words of the validator, without a call', async () => {
    for (const [path, body] of [
      ['/chat/markMessageAsRead', {}],
      ['/chat/archiveChat', { chat: 'x' }],
      ['/chat/updateBlockStatus', { number: '1' }],
      ['/chat/updatePrivacySettings', { last: 'never' }],
      ['/instance/setPresence', { presence: 'zap' }],
    ] as const) {
      const { answer, wire } = await call('POST', path, body);
      expect(answer, path).toMatchObject(wireError(400, 'Bad Request', [expect.arrayContaining([expect.any(String)])]));
      expect(wire).toEqual([]);
    }
  });

  test('has bounds: of texts, and of lists', async () => {
    const long = await call('POST', '/chat/updateProfileName', { name: 'n'.repeat(5_000) });
    expect([long.answer.status, long.wire]).toEqual([400, []]);
    const readMessages = Array.from({ length: 1_001 }, (_, n) => ({ ...key, id: `${n}` }));
    const many = await call('POST', '/chat/markMessageAsRead', { readMessages });
    expect([many.answer.status, many.wire]).toEqual([400, []]);
  });
});

describe('reading', () => {
  test('messages, chats and acknowledgements are those of the number, under its own names', async () => {
    const from = newRecipient();
    const received = await receiveText(traffic, traffic.number, from, 'hi there');
    const { key, number } = await sentText('one');
    const of = { where: { key: { remoteJid: `${from}@s.whatsapp.net` } }, offset: 1, page: 1 };
    const { answer } = await call('POST', '/chat/findMessages', of);
    expect(answer.body.messages).toMatchObject({ total: 1, pages: 1, currentPage: 1 });
    expect(answer.body.messages.records).toMatchObject([
      { key: { id: received }, message: { conversation: 'hi there' }, instanceId: traffic.idOf() },
    ]);
    const chats = (await call('POST', '/chat/findChats', {})).answer.body;
    expect(chats.map((chat: Loose) => chat.remoteJid)).toEqual(expect.arrayContaining([`${number}@s.whatsapp.net`]));
    expect(new Set(chats.map((chat: Loose) => chat.lastMessage.instanceId))).toEqual(new Set([traffic.idOf()]));
    const chat = await call('GET', '/chat/findChatByRemoteJid', undefined, {
      query: `?remoteJid=${from}@s.whatsapp.net&instanceName=x`,
    });
    expect(chat.answer.body).toMatchObject({ remoteJid: `${from}@s.whatsapp.net`, instanceId: traffic.idOf() });
    expect(chat.wire[0]?.path).toBe(`/chat/findChatByRemoteJid?remoteJid=${from}%40s.whatsapp.net`);
    await vi.waitFor(async () => {
      const { body } = (await call('POST', '/chat/findStatusMessage', { where: { id: key.id } })).answer;
      expect(body).toMatchObject([{ keyId: key.id, instanceId: traffic.idOf() }, {}]);
    });
  });

  test('a chat is asked for by one address', async () => {
    const none = await call('GET', '/chat/findChatByRemoteJid');
    expect([none.answer.status, none.answer.body]).toEqual([400, { error: 'remoteJid is a required query parameter' }]);
    const two = await call('GET', '/chat/findChatByRemoteJid', undefined, { query: '?remoteJid=a&remoteJid=b' });
    expect([two.answer.status, two.wire]).toEqual([400, []]);
  });

  test('the medium of a message comes by its key alone', async () => {
    const body = { number: newRecipient(), mediatype: 'image', media: png };
    const { key } = (await call('POST', '/message/sendMedia', body)).answer.body;
    const message = { key, message: { imageMessage: { url: 'http://169.254.169.254/' } } };
    const { answer, wire } = await call('POST', '/chat/getBase64FromMediaMessage', { message, convertToMp4: false });
    expect(answer).toMatchObject({ status: 201, body: { mediaType: 'imageMessage', base64: expect.any(String) } });
    expect(wire).toEqual([
      { method: 'POST', path: '/chat/getBase64FromMediaMessage', body: { message: { key }, convertToMp4: false } },
    ]);
    const gone = await call('POST', '/chat/getBase64FromMediaMessage', { message: { key: { id: 'nope' } } });
    expect(gone.answer).toMatchObject(wireError(400, 'Bad Request', ['Message not found']));
  });
});

describe('whatsappNumbers', () => {
  test('answers each number as it was given, and asks for none twice', async () => {
    const [there, absent] = [newRecipient(), `${newRecipient().slice(0, 6)}0000404`];
    const numbers = [`+${there}`, absent, 'abc', `${there}@s.whatsapp.net`];
    const { answer, wire } = await call('POST', '/chat/whatsappNumbers', { numbers, ...poison });
    expect([answer.status, answer.body]).toEqual([
      200,
      [
        { jid: `${there}@s.whatsapp.net`, exists: true, number: `+${there}` },
        { jid: `${absent}@s.whatsapp.net`, exists: false, number: absent },
        { jid: '@s.whatsapp.net', exists: false, number: 'abc' },
        { jid: `${there}@s.whatsapp.net`, exists: true, number: `${there}@s.whatsapp.net` },
      ],
    ]);
    expect(wire).toEqual([{ method: 'POST', path: '/chat/whatsappNumbers', body: { numbers: [there, absent] } }]);
    expect((await call('POST', '/chat/whatsappNumbers', { numbers: [there] })).wire).toEqual([]);
  });

  test('knows groups from the backend', async () => {
    const jid = '120363000000000009@g.us';
    const { answer } = await call('POST', '/chat/whatsappNumbers', { numbers: [jid] });
    expect(answer.body).toEqual([{ jid, exists: false, number: jid }]);
  });

  test('tells what is wrong in a shape of its own', async () => {
    const { request, response } = readCapture('contract/309-whatsappNumbers-evo');
    const { answer } = await call('POST', '/chat/whatsappNumbers', request.body, { line: 'EVOLUTION' });
    expect([answer.status, answer.body]).toEqual([response.status, response.body]);
    const none = await call('POST', '/chat/whatsappNumbers', { numbers: [] });
    expect(none.answer.body).toEqual({
      status: 400,
      error: 'Bad Request',
      message: [['numbers does not meet minimum length of 1']],
    });
    const many = await call('POST', '/chat/whatsappNumbers', {
      numbers: Array.from({ length: 501 }, (_, n) => `55119${n}`),
    });
    expect(many.answer).toMatchObject({ status: 400, body: { message: [[expect.stringContaining('500')]] } });
    const nobody = await traffic.gateway.anonymous('POST', `/chat/whatsappNumbers/${traffic.nameOf()}`, {
      numbers: ['1'],
    });
    expect(nobody).toMatchObject(wireError(401, 'Unauthorized', 'Unauthorized'));
  });
});

describe('presence', () => {
  test('is shown for as long as asked, in several chats at once, and not for ever', async () => {
    const body = { number: `+${newRecipient()}`, delay: 30, presence: 'composing', ...poison };
    const one = await call('POST', '/chat/sendPresence', body);
    expect([one.answer.status, one.answer.body]).toEqual([201, { presence: 'composing' }]);
    expect(one.wire).toMatchObject([{ body: { number: body.number.slice(1), delay: 30, presence: 'composing' } }]);
    const url = `/chat/sendPresence/${traffic.nameOf()}`;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => traffic.key('POST', url, { ...body, number: newRecipient(), delay: 400 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 409]);
  });
});

describe('a message', () => {
  test('is edited by its key, and kept as edited', async () => {
    const { id, key, number } = await sentText('before');
    const change = { number, text: 'after', key };
    const { answer, wire } = await call('POST', '/chat/updateMessage', { ...change, ...poison });
    expect(answer).toMatchObject({ status: 200, body: { message: { protocolMessage: { type: 'MESSAGE_EDIT' } } } });
    expect(wire).toEqual([{ method: 'POST', path: '/chat/updateMessage', body: change }]);
    expect((await traffic.gateway.services.messages.get(traffic.user.id, id)).text).toBe('after');
  });

  test('is taken back by its key, and kept as deleted', async () => {
    const { id, key } = await sentText('oops');
    const { answer, wire } = await call('DELETE', '/chat/deleteMessageForEveryone', { ...key, ...poison });
    expect(answer).toMatchObject({ status: 201, body: { message: { protocolMessage: { key, type: 'REVOKE' } } } });
    expect(wire).toEqual([{ method: 'DELETE', path: '/chat/deleteMessageForEveryone', body: key }]);
    expect((await traffic.gateway.services.messages.get(traffic.user.id, id)).deletedAt).not.toBeNull();
  });

  test('of another number is none, whoever has its key', async () => {
    const { key, number } = await sentText('not yours');
    const other = await traffic.gateway.signUp();
    await traffic.gateway.connectNumber(other, { alias: 'elsewhere' });
    await traffic.gateway.connectNumber(traffic.user, { alias: 'second' });
    for (const [name, apikey] of [
      ['elsewhere', other.apiKey],
      ['second', traffic.user.apiKey],
    ] as const)
      for (const [method, path, body] of [
        ['DELETE', '/chat/deleteMessageForEveryone', key],
        ['POST', '/chat/updateMessage', { number, text: 'changed', key }],
      ] as const) {
        const before = traffic.gateway.sandboxes[0]?.control.ledger
          .calls()
          .filter(({ url }) => url.startsWith(path)).length;
        const answer = await traffic.gateway.anonymous(method, `${path}/${name}`, body, { apikey });
        expect(answer, path).toMatchObject(wireError(404, 'Not Found', ['Message not found.']));
        expect(
          traffic.gateway.sandboxes[0]?.control.ledger.calls().filter(({ url }) => url.startsWith(path)),
        ).toHaveLength(before ?? -1);
      }
  });
});

test('the own picture is loaded by us where it is an address', async () => {
  const { answer, wire } = await call('POST', '/chat/updateProfilePicture', { picture: png, ...poison });
  expect([answer.status, wire]).toEqual([
    200,
    [{ method: 'POST', path: '/chat/updateProfilePicture', body: { picture: png } }],
  ]);
  for (const picture of ['http://169.254.169.254/latest', 'http://127.0.0.1/x.png', 'not base64!', '']) {
    const refused = await call('POST', '/chat/updateProfilePicture', { picture });
    expect([refused.answer.status, refused.wire], picture).toEqual([400, []]);
  }
});

describe('a backend in trouble', () => {
  test('is told of without a word of it, and a lost connection is noticed', async () => {
    const number = await traffic.gateway.connectNumber(traffic.user, { alias: 'troubled' });
    const server = await standIn(traffic, number);
    const place = await traffic.gateway.database.db
      .selectFrom('phone_numbers')
      .innerJoin('backends', 'backends.id', 'phone_numbers.backend_id')
      .select(['phone_numbers.backend_name', 'backends.url'])
      .where('phone_numbers.id', '=', number.id)
      .executeTakeFirstOrThrow();
    const { backend_name: name, url } = place;
    const say = (status: number, message: unknown, bare = false) =>
      server.answers.set('POST /chat/findChats', {
        status,
        body: bare ? message : { status, error: 'E', response: { message } },
      });
    const ask = () => traffic.key('POST', '/chat/findChats/troubled', {});
    say(500, 'Connection Closed');
    expect(await ask()).toMatchObject(wireError(500, 'Internal Server Error', 'Connection Closed'));
    const looked = () => server.received.filter(({ url: asked }) => asked.startsWith('/instance/connectionState/'));
    await vi.waitFor(() => expect(looked()).not.toEqual([]));
    say(500, [`Error: ${url}/${name}\nInvalid \`prisma.x()\``, { deep: ['global-key'] }]);
    const answer = await ask();
    expect(answer).toMatchObject(
      wireError(500, 'Internal Server Error', [expect.stringContaining('troubled'), { deep: ['…'] }]),
    );
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`${name}|global-key|prisma|127\\.0\\.0\\.1`));
    say(401, 'Unauthorized');
    expect(await ask()).toMatchObject({ status: 503, body: { status: 503 } });
    say(404, [`The "${name}" instance does not exist`]);
    expect(await ask()).toMatchObject(wireError(500, 'Internal Server Error', 'Connection Closed'));
    say(404, ['Cannot POST /chat/findChats/x']);
    expect((await ask()).status).toBe(400);
    say(502, { html: '<h1>' }, true);
    expect(await ask()).toMatchObject({
      status: 502,
      body: { status: 502, response: { message: [expect.any(String)] } },
    });
    const row = { apikey: 'global-key', token: 't', instanceId: 'theirs', instance: name, message: { token: 'said' } };
    say(200, [row], true);
    expect((await ask()).body).toEqual([
      { instanceId: expect.stringMatching(/-5/), instance: 'troubled', message: { token: 'said' } },
    ]);
    say(200, row, true);
    expect((await ask()).status).toBe(502);
    await server.close();
  });

  test('is asked by few at once, and the others wait for their turn', async () => {
    await setStatus(traffic, traffic.number, 'connected');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => traffic.key('POST', `/chat/findChats/${traffic.nameOf()}`, {})),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
