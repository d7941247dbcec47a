import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEvolutionClient } from '../../src/evolution/client.ts';
import type { EvolutionReads } from '../../src/evolution/client-reads.ts';
import type { EvolutionError } from '../../src/evolution/errors.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { readCapture } from './captures.ts';
import { json, type Received, replay, startScriptedServer } from './scripted-server.ts';

let server: Awaited<ReturnType<typeof startScriptedServer>>;
let reads: EvolutionReads;
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  server = await startScriptedServer((_request, response) => respond(response));
  const dispatcher = createEvolutionPool(server.baseUrl);
  ({ reads } = createEvolutionClient({
    baseUrl: server.baseUrl,
    apiKey: 'global-key-1',
    dispatcher,
    readTimeoutMs: 5_000,
  }));
  return () => dispatcher.destroy();
});
afterEach(() => server.close());

const to = { instance: 'evo-a', deadlineMs: 5_000 };
const until = new Date('2026-11-20T12:00:00Z');
const groupJid = '120363000000000000@g.us';
const ofGroup = { ...to, groupJid };
const last = () => server.received.at(-1) as Received;
const errorOf = (work: Promise<unknown>): Promise<EvolutionError> =>
  work.then(
    () => Promise.reject(new Error('it was answered')),
    (error: EvolutionError) => error,
  );

describe('a server that has nothing of it refuses as it was recorded', () => {
  const refused: Record<string, () => Promise<unknown>> = {
    '332-group-fetchAll-evo': () => reads.fetchAllGroups(to),
    '334-group-findInfos-evo': () => reads.findGroup(ofGroup),
    '336-group-participants-evo': () => reads.groupParticipants(ofGroup),
    '337-group-inviteCode-evo': () => reads.inviteCode(ofGroup),
    '340-group-leave-evo': () => reads.leaveGroup(ofGroup),
    '330-group-create-evo': () => reads.createGroup({ ...to, subject: 'g', participants: ['5511999999999'] }),
    '318-getBase64FromMediaMessage-evo': () => reads.loadMedia({ ...to, waId: 'IN-3' }),
  };
  test.each(Object.entries(refused))('%s', async (name, ask) => {
    respond = (response) => replay(response, name);
    expect(await errorOf(ask())).toMatchObject({
      kind: 'refused',
      detail: 'Method not available on Evolution Channel',
    });
    const { method, path, body } = readCapture(`contract/${name}`).request;
    expect([last().method, decodeURIComponent(last().url)]).toEqual([method, path]);
    expect(last().body === '' ? null : JSON.parse(last().body)).toEqual(body);
    expect(last().headers.apikey).toBe('global-key-1');
  });

  test('338-group-updateParticipant-evo, whose group goes in the body', async () => {
    respond = (response) => replay(response, '338-group-updateParticipant-evo');
    const participants = ['5511999999999'];
    await errorOf(reads.updateParticipants({ ...ofGroup, action: 'add', participants }));
    expect(last().url).toBe('/group/updateParticipant/evo-a');
    expect(JSON.parse(last().body)).toEqual({ groupJid, action: 'add', participants });
  });
});

test('chats are read as recorded, without what the server tells of itself', async () => {
  respond = (response) => replay(response, '304-findChats');
  const { items, records } = await reads.findChats({ ...to, until, skip: 50, take: 50 });
  expect(JSON.parse(last().body)).toEqual({
    where: { messageTimestamp: { gte: '1970-01-01T00:00:00.000Z', lte: until.toISOString() } },
    take: 50,
    skip: 50,
  });
  expect(records).toBe(3);
  expect(items.map(({ jid }) => jid)).toEqual(['5511777777777@s.whatsapp.net', '5511999999999', 'abc']);
  expect(items[0]).toEqual({
    jid: '5511777777777@s.whatsapp.net',
    name: null,
    pictureUrl: null,
    unread: 0,
    updatedAt: new Date('2026-11-20T11:50:15.000Z'),
    lastMessage: {
      waId: 'IN-1',
      remoteJid: '5511777777777@s.whatsapp.net',
      fromMe: false,
      participant: null,
      pushName: 'Alice',
      messageType: 'conversation',
      text: 'inbound IN-1',
      isMedia: false,
      mimetype: null,
      fileName: null,
      timestamp: 1_795_175_415,
      status: null,
    },
  });
  expect(JSON.stringify(items)).not.toMatch(/instanceId|ec3c6e7d|cmwox/);
});

test('contacts are read as recorded, a page at a time', async () => {
  respond = (response) => replay(response, '305-findContacts');
  expect(await reads.findContacts({ ...to, page: 3, pageSize: 20 })).toEqual({
    items: [
      {
        jid: '5511777777777@s.whatsapp.net',
        name: 'Alice',
        pictureUrl: null,
        isGroup: false,
        isSaved: true,
      },
    ],
    records: 1,
  });
  expect(JSON.parse(last().body)).toEqual({ where: {}, page: 3, offset: 20 });
});

test('messages of a chat keep their order, with how far the own ones came; those of another chat are left out', async () => {
  respond = (response) => replay(response, '634-WA-findMessages');
  const remoteJid = '5511888888888@s.whatsapp.net';
  const { items } = await reads.findChatMessages({ ...to, remoteJid, until, page: 1, pageSize: 2 });
  expect(items).toMatchObject([
    { waId: '3AINBOUND000000000001', fromMe: false, text: 'hi from phone', pushName: 'Alice WA', status: null },
    { waId: '3EB0D652477C85F6193B0E', fromMe: true, text: 'typed', status: 'read' },
  ]);
  expect(JSON.parse(last().body).where.key).toEqual({ remoteJid });
  const other = await reads.findChatMessages({ ...to, remoteJid: 'x@lid', until, page: 1, pageSize: 2 });
  expect(other).toEqual({ items: [], records: 2, latest: new Date(1_795_176_647_000) });
});

test('a picture is an address on the web or none', async () => {
  respond = (response) => replay(response, '317-fetchProfilePictureUrl-evo');
  const jid = '5511999999999@s.whatsapp.net';
  expect(await reads.fetchProfilePicture({ ...to, number: '5511999999999' })).toEqual({ jid, pictureUrl: null });
  expect(JSON.parse(last().body)).toEqual(readCapture('contract/317-fetchProfilePictureUrl-evo').request.body);
  for (const [given, read] of [
    ['https://pps.whatsapp.net/a.jpg', 'https://pps.whatsapp.net/a.jpg'],
    ['javascript:alert(1)', null],
    [`https://x/${'a'.repeat(5_000)}`, null],
    [7, null],
  ] as const) {
    respond = (response) => json(response, 200, { wuid: jid, profilePictureUrl: given === 7 ? null : given });
    expect((await reads.fetchProfilePicture({ ...to, number: '5511999999999' })).pictureUrl).toBe(read);
  }
});

test('whatever an address holds, it stays one value of the query, and the name one part of the path', async () => {
  respond = (response) => json(response, 200, { inviteCode: 'A' });
  const hostile = 'x@g.us&instanceName=other#/../?a=b%2f';
  await reads.inviteCode({ instance: 'a/../b?instanceName=c', deadlineMs: 1_000, groupJid: hostile });
  const url = new URL(last().url, 'http://server');
  expect(url.pathname).toBe('/group/inviteCode/a%2F..%2Fb%3FinstanceName%3Dc');
  expect([...url.searchParams]).toEqual([['groupJid', hostile]]);
  expect(url.hash).toBe('');
});

test("WhatsApp's own word for a refusal is the error, whichever way the server wraps it", async () => {
  for (const [status, message, kind, detail] of [
    [404, ['Error fetching group', 'Error: item-not-found'], 'refused', 'item-not-found'],
    [500, ['Error updating group subject', 'Error: forbidden'], 'refused', 'forbidden'],
    [400, ['Error updating participants', 'Error: not-authorized'], 'refused', 'not-authorized'],
    [500, ['Error creating group', 'Error: Connection Closed'], 'not_connected', 'Error creating group'],
    [500, ['Error creating group', 'Error: Timed Out'], 'failed', 'Error creating group'],
    [404, ['The "evo-a" instance does not exist'], 'not_found', 'The "evo-a" instance does not exist'],
  ] as const) {
    respond = (response) => json(response, status, { status, error: 'x', response: { message } });
    expect(await errorOf(reads.findGroup(ofGroup))).toMatchObject({ kind, detail });
  }
});

test('an answer of another shape, a page of a proxy, and one that is too long are unreadable', async () => {
  const bodies: ((response: ServerResponse) => void)[] = [
    (response) => json(response, 200, { not: 'a list' }),
    (response) => json(response, 200, [1, 2]),
    (response) => response.writeHead(200).end('<html>'),
    (response) => json(response, 200, ['x'.repeat(9 * 1024 * 1024)]),
  ];
  for (const body of bodies) {
    respond = body;
    expect(await errorOf(reads.fetchAllGroups(to))).toMatchObject({ kind: 'unreadable' });
  }
  respond = (response) => json(response, 200, { id: 'no group' });
  expect(await errorOf(reads.findGroup(ofGroup))).toMatchObject({ kind: 'unreadable' });
});

test('rows that are none are left out, and long texts are cut', async () => {
  const rows = [
    { id: 7 },
    { id: 'x' },
    { id: `${'1'.repeat(300)}@g.us` },
    { id: groupJid, subject: 's'.repeat(9_000) },
  ];
  respond = (response) => json(response, 200, rows);
  const groups = await reads.fetchAllGroups(to);
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ jid: groupJid, description: null, ownerJid: null, createdAt: null, size: null });
  expect(groups[0]?.subject).toHaveLength(4_096);
});

describe('media', () => {
  const load = () => reads.loadMedia({ ...to, waId: 'X' });
  const refusal = (message: string) => (response: ServerResponse) =>
    json(response, 400, { status: 400, error: 'Bad Request', response: { message: [message] } });

  test('come as bytes, and are told apart from what is gone and what is too large', async () => {
    respond = (response) => json(response, 201, { mimetype: 'image/png', fileName: 'a.png', base64: 'aGk=' });
    expect(await load()).toEqual({
      kind: 'loaded',
      bytes: Buffer.from('hi'),
      mimetype: 'image/png',
      fileName: 'a.png',
    });
    for (const sentence of [
      'Message not found',
      'Error: Failed to fetch stream from https://mmg.whatsapp.net/v/x',
      'The message is not of the media type',
    ]) {
      respond = refusal(sentence);
      expect(await load()).toEqual({ kind: 'gone' });
    }
    respond = (response) => json(response, 201, { base64: 'A'.repeat(23 * 1024 * 1024) });
    expect(await load()).toEqual({ kind: 'too_large' });
    respond = (response) => json(response, 201, { base64: 'A'.repeat(Math.ceil((16 * 1024 * 1024 + 9) / 3) * 4) });
    expect(await load()).toEqual({ kind: 'too_large' });
  });

  test('are not called gone where the server could not ask for them', async () => {
    respond = refusal('TypeError: fetch failed');
    expect(await errorOf(load())).toMatchObject({ kind: 'refused' });
    respond = refusal('Error: Connection Closed');
    expect(await errorOf(load())).toMatchObject({ kind: 'not_connected' });
  });
});

test('changes of the profile go in bodies, a picture as base64', async () => {
  respond = (response) => json(response, 201, { update: 'success' });
  const privacy = { readreceipts: 'all', profile: 'all', status: 'all', online: 'all', last: 'none', groupadd: 'all' };
  for (const [change, method, action, body] of [
    [() => reads.updateProfileName({ ...to, name: 'n' }), 'POST', 'updateProfileName', { name: 'n' }],
    [() => reads.updateProfileStatus({ ...to, status: 's' }), 'POST', 'updateProfileStatus', { status: 's' }],
    [() => reads.updateProfilePicture({ ...to, base64: 'aGk=' }), 'POST', 'updateProfilePicture', { picture: 'aGk=' }],
    [() => reads.removeProfilePicture(to), 'DELETE', 'removeProfilePicture', null],
    [() => reads.updatePrivacy({ ...to, privacy }), 'POST', 'updatePrivacySettings', privacy],
  ] as const) {
    await change();
    expect(last()).toMatchObject({ method, url: `/chat/${action}/evo-a` });
    expect(last().body === '' ? null : JSON.parse(last().body)).toEqual(body);
  }
});
