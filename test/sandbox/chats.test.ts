import { beforeEach, describe, expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox({ acks: false });
const chat = '5511888888888@s.whatsapp.net';
const found = async (body: object) => (await t.api.call('POST', '/chat/findMessages/line', body)).body.messages;
const texts = (page: { records: { message: { conversation: string } }[] }) =>
  page.records.map(({ message }) => message.conversation);

beforeEach(async () => {
  await t.api.connected('line', { webhook: t.webhook });
});

describe('messages are found', () => {
  beforeEach(async () => {
    await t.api.send('line', '5511888888888', 'ours');
    for (const text of ['one', 'two', 'three'])
      await t.sandbox.control.receive('line', { from: '5511888888888', text });
    await t.sandbox.control.receive('line', { from: '5511777777777', text: 'elsewhere' });
  });

  test('by chat, the latest first, as many to a page as offset says', async () => {
    const where = { key: { remoteJid: chat } };
    const first = await found({ where, offset: 3 });
    expect(first).toMatchObject({ total: 4, pages: 2, currentPage: 1 });
    expect(texts(first)).toEqual(['three', 'two', 'one']);
    expect(texts(await found({ where, offset: 3, page: 2 }))).toEqual(['ours']);
    expect((await found({ where: {} })).total).toBe(5);
  });

  test('fromMe counts when it is true, and not when it is false', async () => {
    expect(texts(await found({ where: { key: { fromMe: true } } }))).toEqual(['ours']);
    expect((await found({ where: { key: { fromMe: false } } })).total).toBe(5);
  });

  test('times count with both ends only', async () => {
    const past = { gte: '2020-01-01T00:00:00Z', lte: '2020-01-02T00:00:00Z' };
    expect((await found({ where: { messageTimestamp: past } })).total).toBe(0);
    expect((await found({ where: { messageTimestamp: { lte: past.lte } } })).total).toBe(5);
    const now = { gte: '2020-01-01T00:00:00Z', lte: '2100-01-01T00:00:00Z' };
    expect((await found({ where: { messageTimestamp: now } })).total).toBe(5);
  });

  test('those who wrote are contacts, every address with a message is a chat', async () => {
    const { body: contacts } = await t.api.call('POST', '/chat/findContacts/line', { where: {} });
    expect(contacts.map(({ remoteJid }: { remoteJid: string }) => remoteJid).sort()).toEqual([
      '5511777777777@s.whatsapp.net',
      chat,
    ]);
    await t.api.send('line', '5511666666666', 'first');
    const { body: chats } = await t.api.call('POST', '/chat/findChats/line', {});
    expect(chats).toHaveLength(3);
    expect(chats.find(({ remoteJid }: { remoteJid: string }) => remoteJid === chat)).toMatchObject({
      unreadCount: 3,
      isSaved: true,
      lastMessage: { message: { conversation: 'three' } },
    });
    const { body: again } = await t.api.call('POST', '/chat/findContacts/line', {
      where: { remoteJid: '5511888888888' },
    });
    expect(again).toMatchObject([
      { remoteJid: chat, id: contacts.find((each: { remoteJid: string }) => each.remoteJid === chat).id },
    ]);
  });

  test('what is marked read is unread no more', async () => {
    const { records } = await found({ where: { key: { remoteJid: chat } } });
    const readMessages = records.map(({ key }: { key: object }) => key);
    expect((await t.api.call('POST', '/chat/markMessageAsRead/line', { readMessages })).status).toBe(201);
    const { body } = await t.api.call('GET', `/chat/findChatByRemoteJid/line?remoteJid=${chat}`);
    expect(body.unreadMessages).toBe(0);
  });
});

test('an edit changes the message and is told; only in its own chat, and only a text or caption', async () => {
  const { body: sent } = await t.api.send('line', '5511888888888', 'before');
  const edit = (number: string, key: object) =>
    t.api.call('POST', '/chat/updateMessage/line', { number, text: 'after', key });
  expect((await edit('5511777777777', sent.key)).body.response.message).toEqual(['RemoteJid does not match']);
  expect((await edit('5511888888888', { ...sent.key, id: 'NONE' })).body.response.message).toEqual([
    'Message not compatible',
  ]);
  expect((await edit('5511888888888', sent.key)).status).toBe(200);
  expect(texts(await found({ where: { key: { id: sent.key.id } } }))).toEqual(['after']);
  const { body: history } = await t.api.call('POST', '/chat/findStatusMessage/line', { where: { id: sent.key.id } });
  expect(history).toMatchObject([{ keyId: sent.key.id, status: 'EDITED' }]);
});

test('a medium that came in is handed over in base64', async () => {
  const base64 = Buffer.from('pretend this is a picture').toString('base64');
  const media = { mediatype: 'document', base64, fileName: 'a.pdf', caption: 'c' };
  const id = await t.sandbox.control.receive('line', { from: '5511888888888', media });
  const load = (key: object) => t.api.call('POST', '/chat/getBase64FromMediaMessage/line', { message: { key } });
  expect(await load({ id })).toMatchObject({
    status: 201,
    body: { mediaType: 'documentMessage', fileName: 'a.pdf', caption: 'c', mimetype: 'application/pdf', base64 },
  });
  expect((await load({ id: 'NONE' })).body.response.message).toEqual(['Message not found']);
  const text = await t.api.send('line', '5511888888888', 'no medium');
  expect((await load(text.body.key)).body.response.message).toEqual(['The message is not of the media type']);
});

test('without its phone every call that needs WhatsApp says so in its own way', async () => {
  t.sandbox.control.removeDevice('line');
  const key = { id: 'A', remoteJid: chat, fromMe: true };
  const answers = await Promise.all([
    t.api.call('POST', '/chat/markMessageAsRead/line', { readMessages: [key] }),
    t.api.call('DELETE', '/chat/deleteMessageForEveryone/line', key),
    t.api.call('POST', '/chat/sendPresence/line', { number: '1', delay: 1, presence: 'composing' }),
    t.api.call('POST', '/chat/whatsappNumbers/line', { numbers: ['5511888888888'] }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 400, 400]);
  for (const { body } of answers) expect(JSON.stringify(body)).toContain('Connection Closed');
});

describe('groups', () => {
  const call = async (method: string, action: string, query: string, body?: object) =>
    t.api.call(method, `/group/${action}/line?${query}`, body);

  test('are founded, read, changed and left', async () => {
    const founded = await call('POST', 'create', '', {
      subject: 'Friends',
      description: 'of ours',
      participants: ['5511777777777', '5511990000404'],
    });
    expect(founded).toMatchObject({ status: 201, body: { subject: 'Friends', desc: 'of ours', size: 2 } });
    await t.listener.waitFor('groups.upsert');
    const jid = `groupJid=${founded.body.id}`;

    const added = await call('POST', 'updateParticipant', jid, { action: 'add', participants: ['5511666666666'] });
    expect(added).toMatchObject({
      status: 201,
      body: { updateParticipants: [{ status: '200', jid: '5511666666666@s.whatsapp.net' }] },
    });
    await t.listener.waitFor('group-participants.update');
    await call('POST', 'updateGroupSubject', jid, { subject: 'Old friends' });
    expect((await call('GET', 'findGroupInfos', jid)).body).toMatchObject({ subject: 'Old friends', size: 3 });
    expect((await call('GET', 'participants', jid)).body.participants).toHaveLength(3);

    const { inviteCode } = (await call('GET', 'inviteCode', jid)).body;
    expect((await call('GET', 'inviteInfo', `inviteCode=${inviteCode}`)).body.id).toBe(founded.body.id);
    expect((await call('POST', 'revokeInviteCode', jid)).body.inviteCode).not.toBe(inviteCode);

    const listed = async (participants: boolean) =>
      (await call('GET', 'fetchAllGroups', `getParticipants=${participants}`)).body[0];
    expect((await listed(true)).participants).toHaveLength(3);
    expect((await listed(false)).participants).toBeUndefined();

    expect((await call('DELETE', 'leaveGroup', jid)).body).toEqual({ groupJid: founded.body.id, leave: true });
    expect(await listed(true)).toBeUndefined();
  });

  test('that are none answer each call in its own way', async () => {
    const none = 'groupJid=120363000000000000@g.us';
    expect((await call('GET', 'findGroupInfos', none)).status).toBe(404);
    expect((await call('GET', 'inviteCode', none)).status).toBe(404);
    const body = { action: 'add', participants: ['5511777777777'] };
    expect((await call('POST', 'updateParticipant', none, body)).status).toBe(400);
    expect((await call('DELETE', 'leaveGroup', none)).status).toBe(400);
  });
});
