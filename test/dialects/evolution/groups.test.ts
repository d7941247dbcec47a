import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectExactRecords, newRecipient, usedUnits } from '../../modules/messages/support.ts';
import { clientOf, wireError } from './support.ts';
import { startTraffic, type Traffic } from './traffic-support.ts';

let traffic: Traffic;
let group: string;
const members = [newRecipient(), newRecipient()];
beforeAll(async () => {
  traffic = await startTraffic();
  const { answer, wire } = await call('POST', '/group/create', {
    subject: 'g',
    participants: members,
    instanceName: 'x',
    surprise: 1,
  });
  expect(answer.status).toBe(201);
  expect(wire).toEqual([{ method: 'POST', path: '/group/create', body: { subject: 'g', participants: members } }]);
  group = answer.body.id;
});
afterAll(async () => {
  await expectExactRecords(traffic);
  await traffic.gateway.close();
});

const call: Traffic['call'] = (...input) => traffic.call(...input);
const of = (groupJid = group) => ({ query: `?groupJid=${groupJid}&instanceName=another` });

describe('a group', () => {
  test('is read by its address in the query', async () => {
    for (const [action, told] of [
      ['findGroupInfos', { id: group, subject: 'g', participants: expect.any(Array) }],
      ['participants', { participants: expect.arrayContaining([{ id: `${members[0]}@s.whatsapp.net`, admin: null }]) }],
      ['inviteCode', { inviteUrl: expect.stringMatching(/^https:/), inviteCode: expect.any(String) }],
    ] as const) {
      const { answer, wire } = await call('GET', `/group/${action}`, undefined, of());
      expect(answer, action).toMatchObject({ status: 200, body: told });
      expect(wire).toEqual([
        { method: 'GET', path: `/group/${action}?groupJid=${encodeURIComponent(group)}`, body: {} },
      ]);
    }
    const all = await call('GET', '/group/fetchAllGroups', undefined, {
      query: '?getParticipants=true&instanceName=x',
    });
    expect(all.answer.body).toMatchObject([{ id: group, participants: [{}, {}, {}] }]);
    expect(all.wire[0]?.path).toBe('/group/fetchAllGroups?getParticipants=true');
    const { inviteCode } = (await call('GET', '/group/inviteCode', undefined, of())).answer.body;
    const query = { query: `?inviteCode=${inviteCode}` };
    expect((await call('GET', '/group/inviteInfo', undefined, query)).answer.body).toMatchObject({ id: group });
    expect((await call('GET', '/group/acceptInviteCode', undefined, query)).answer.body).toMatchObject({
      accepted: true,
    });
  });

  test.each([
    ['updateGroupSubject', { subject: 'new' }, { update: 'success' }],
    ['updateGroupDescription', { description: 'd' }, { update: 'success' }],
    ['updateSetting', { action: 'announcement' }, {}],
    ['toggleEphemeral', { expiration: 86_400 }, { success: true }],
    [
      'updateParticipant',
      { action: 'add', participants: [newRecipient()] },
      { updateParticipants: [{ status: '200' }] },
    ],
    ['revokeInviteCode', {}, { revoked: true }],
  ])('is changed by %s %j, named in the query or in the body', async (action, change, told) => {
    const units = await usedUnits(traffic);
    const { answer, wire } = await call('POST', `/group/${action}`, { ...change, instanceName: 'x' }, of());
    expect(answer, action).toMatchObject({ status: 201, body: told });
    expect(wire).toEqual([{ method: 'POST', path: `/group/${action}`, body: { groupJid: group, ...change } }]);
    const bare = { groupJid: group.replace('@g.us', ''), ...change };
    const again = await call('POST', `/group/${action}`, bare);
    expect(again.wire).toMatchObject([{ body: { groupJid: group } }]);
    expect(await usedUnits(traffic)).toBe(units);
  });

  test('has a picture that no backend loads by itself', async () => {
    const image = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const { answer, wire } = await call('POST', '/group/updateGroupPicture', { image }, of());
    expect([answer.status, wire]).toEqual([
      201,
      [{ method: 'POST', path: '/group/updateGroupPicture', body: { groupJid: group, image } }],
    ]);
    for (const [path, body] of [
      ['/group/updateGroupPicture', { groupJid: group, image: 'http://169.254.169.254/' }],
      ['/group/create', { subject: 's', participants: members, profilePicture: 'http://127.0.0.1/' }],
    ] as const) {
      const refused = await call('POST', path, body);
      expect([refused.answer.status, refused.wire], path).toEqual([400, []]);
    }
  });

  test('that is asked for badly is refused in the shape of these routes, without a call', async () => {
    const cases = [
      [
        'GET',
        'findGroupInfos',
        undefined,
        '',
        ['The group id needs to be informed in the query', 'ex: "groupJid=120362@g.us"'],
      ],
      [
        'GET',
        'findGroupInfos',
        undefined,
        '?groupJid=abc',
        [{ property: 'groupJid', message: expect.stringContaining('does not match pattern') }],
      ],
      ['GET', 'fetchAllGroups', undefined, '', ['The getParticipants needs to be informed in the query']],
      [
        'POST',
        'updateParticipant',
        { action: 'zap', participants: members },
        `?groupJid=${group}`,
        [{ property: 'action', message: 'action is not one of enum values: add,remove,promote,demote' }],
      ],
      [
        'POST',
        'create',
        {},
        '',
        [['instance requires property "subject"', 'instance requires property "participants"']],
      ],
      ['GET', 'inviteInfo', undefined, '?inviteCode=short', [{ property: 'inviteCode', message: expect.any(String) }]],
    ] as const;
    for (const [method, action, body, query, message] of cases) {
      const { answer, wire } = await call(method, `/group/${action}`, body, { query });
      expect(answer, action).toMatchObject(wireError(400, 'Bad Request', message));
      expect(wire).toEqual([]);
    }
    const twice = await call('GET', '/group/participants', undefined, { query: `?groupJid=${group}&groupJid=1@g.us` });
    expect([twice.answer.status, twice.wire]).toEqual([400, []]);
  });

  test('that is none, and one on a line without a phone, are refused in the words of the backend', async () => {
    const none = await call('GET', '/group/findGroupInfos', undefined, of('120363999999999999@g.us'));
    expect(none.answer).toMatchObject(wireError(404, 'Not Found', ['Error fetching group', 'Error: item-not-found']));
    const elsewhere = await call('GET', '/group/inviteCode', undefined, { ...of(), line: 'EVOLUTION' });
    expect(elsewhere.answer).toMatchObject(
      wireError(400, 'Bad Request', ['Method not available on Evolution Channel']),
    );
  });

  test('is not joined by whoever may only read', async () => {
    const suspended = await traffic.gateway.signUp();
    await traffic.gateway.connectNumber(suspended, { alias: 'still' });
    const { db } = traffic.gateway.database;
    await db.updateTable('users').set({ status: 'suspended' }).where('id', '=', suspended.id).execute();
    traffic.gateway.services.users.forgetCaller(suspended.id);
    const url = '/group/acceptInviteCode/still?inviteCode=F1EX5QZxO181L3TMVP31gY';
    expect((await clientOf(traffic.gateway, suspended.apiKey)('GET', url)).status).toBe(403);
  });
});

describe('invites', () => {
  const invite = (numbers: string[], headers: Record<string, string> = {}) =>
    call('POST', '/group/sendInvite', { groupJid: group, description: 'Come in', numbers }, { headers });

  test('are messages like any other: one each, counted and kept', async () => {
    const numbers = [newRecipient(), newRecipient()];
    const units = await usedUnits(traffic);
    const { answer, wire } = await invite(numbers);
    expect(answer).toMatchObject({ status: 200, body: { send: true, inviteUrl: expect.stringMatching(/^https:/) } });
    const text = `Come in\n\n${answer.body.inviteUrl}`;
    expect(wire.map(({ path, body }) => [path.split('?')[0], body])).toEqual([
      ['/group/inviteCode', {}],
      ...numbers.map((number) => ['/message/sendText', { number, text }]),
    ]);
    expect(String(answer.headers['x-message-id']).split(',')).toHaveLength(2);
    expect(await usedUnits(traffic)).toBe(units + 2);
  });

  test('that have left are named where one fails, and under a key none is sent twice', async () => {
    const good = newRecipient();
    const absent = `${newRecipient().slice(0, 6)}0000404`;
    const headers = { 'idempotency-key': 'invites-1' };
    const { answer } = await invite([good, absent], headers);
    expect(answer).toMatchObject(wireError(400, 'Bad Request', [{ exists: false, number: absent }]));
    expect(String(answer.headers['x-message-id']).split(',')).toHaveLength(2);
    const again = await invite([good, absent], headers);
    expect(again.wire.filter(({ path }) => path.startsWith('/message/'))).toEqual([]);
    const many = await invite(Array.from({ length: 21 }, () => newRecipient()));
    expect([many.answer.status, many.wire]).toEqual([400, []]);
  });
});
