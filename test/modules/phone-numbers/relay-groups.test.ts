import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kinds, startKinds } from '../messages/kinds-support.ts';
import { newRecipient } from '../messages/support.ts';
import { during, expectNothingOfTheBackend, setStatus, standIn } from './relay-support.ts';

let kinds: Kinds;
let groups: string;
beforeAll(async () => {
  kinds = await startKinds();
  groups = `/api/phone-numbers/${kinds.number.id}/groups`;
});
afterAll(() => kinds.gateway.close());

const api: Kinds['user']['api'] = (...call) => kinds.user.api(...call);
const unknownGroup = '120363000000000001@g.us';

async function newGroup(numbers = [newRecipient()], subject = 'Our team'): Promise<string> {
  const { status, body } = await api('POST', groups, { subject, numbers });
  expect(status).toBe(201);
  return body.group.jid;
}

test('a group is made with the numbers that have WhatsApp, and shown with its participants', async () => {
  const [one, other, nobody] = [newRecipient(), newRecipient(), newRecipient('404')];
  const { answer, calls } = await during(kinds, () =>
    api('POST', groups, { subject: 'Team', numbers: [one, `+${other}`, nobody, one], description: 'About us' }),
  );
  expect(answer.status).toBe(201);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.body).toEqual({
    subject: 'Team',
    description: 'About us',
    participants: [one, other, nobody].map((number) => `${number}@s.whatsapp.net`),
  });
  const { group } = answer.body;
  expect(group).toMatchObject({
    jid: expect.stringMatching(/^\d+@g\.us$/),
    subject: 'Team',
    description: 'About us',
    size: 3,
    only_admins_write: false,
    only_admins_edit: false,
    participants: [{ role: 'owner' }, { phone_number: one, role: 'member' }, { phone_number: other, role: 'member' }],
  });
  const shown = await api('GET', `${groups}/${group.jid}`);
  expect(shown.body.group).toMatchObject({ jid: group.jid, subject: 'Team', participants: group.participants });
  await expectNothingOfTheBackend(kinds, kinds.number, [answer, shown]);
});

test('groups are listed in pages, each once', async () => {
  const made = [await newGroup(), await newGroup(), await newGroup()];
  const whole = await api('GET', groups);
  expect(whole.body.next_cursor).toBeNull();
  const seen: string[] = [];
  let query = 'limit=2';
  for (;;) {
    const { status, body } = await api('GET', `${groups}?${query}`);
    expect(status).toBe(200);
    expect(body.groups[0]).not.toHaveProperty('participants');
    seen.push(...body.groups.map(({ jid }: { jid: string }) => jid));
    if (body.next_cursor === null) break;
    query = `cursor=${body.next_cursor}`;
  }
  expect(seen).toEqual(whole.body.groups.map(({ jid }: { jid: string }) => jid));
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(made));
});

test('subject, description and settings change, and the group is answered as it is then', async () => {
  const jid = await newGroup();
  const { answer, calls } = await during(kinds, () =>
    api('PATCH', `${groups}/${jid}`, {
      subject: 'New name',
      description: '',
      only_admins_write: true,
      only_admins_edit: true,
      disappear_after_seconds: 86_400,
    }),
  );
  expect(answer).toMatchObject({
    status: 200,
    body: { group: { jid, subject: 'New name', only_admins_write: true, only_admins_edit: true } },
  });
  expect(calls.map(({ url, body }) => [url.split('/')[2], body])).toEqual([
    ['updateGroupSubject', { groupJid: jid, subject: 'New name' }],
    ['updateGroupDescription', { groupJid: jid, description: '' }],
    ['updateSetting', { groupJid: jid, action: 'announcement' }],
    ['updateSetting', { groupJid: jid, action: 'locked' }],
    ['toggleEphemeral', { groupJid: jid, expiration: 86_400 }],
    ['findGroupInfos', expect.anything()],
  ]);
  const back = await api('PATCH', `${groups}/${jid}`, { only_admins_write: false, only_admins_edit: false });
  expect(back.body.group).toMatchObject({ only_admins_write: false, only_admins_edit: false });
  for (const body of [{}, { subject: ' ' }, { disappear_after_seconds: 5 }, { announce: true }])
    expect((await api('PATCH', `${groups}/${jid}`, body)).body.code).toBe('invalid_request');
});

test('participants are added, promoted, demoted and removed; WhatsApp says of each what became of it', async () => {
  const [one, other] = [newRecipient(), newRecipient()];
  const jid = await newGroup([one]);
  const act = (action: string, numbers: string[]) => api('POST', `${groups}/${jid}/participants`, { action, numbers });
  expect((await act('add', [one, other])).body.participants).toEqual([
    { jid: `${one}@s.whatsapp.net`, phone_number: one, done: false, code: '409' },
    { jid: `${other}@s.whatsapp.net`, phone_number: other, done: true, code: '200' },
  ]);
  const roleOf = async (number: string) => {
    const { body } = await api('GET', `${groups}/${jid}`);
    return body.group.participants.find(({ phone_number }: { phone_number: string }) => phone_number === number)?.role;
  };
  await act('promote', [`${other}@s.whatsapp.net`]);
  expect(await roleOf(other)).toBe('admin');
  await act('demote', [other]);
  expect(await roleOf(other)).toBe('member');
  await act('remove', [other]);
  expect(await roleOf(other)).toBeUndefined();
  for (const [action, numbers] of [
    ['ban', [one]],
    ['add', []],
    ['add', ['abc']],
    ['add', [`${one}@evil.example`]],
  ] as const)
    expect((await act(action, [...numbers])).body.code).toBe('invalid_request');
});

test('an invite code is given, and revoked for another one', async () => {
  const jid = await newGroup();
  const first = await api('GET', `${groups}/${jid}/invite-code`);
  expect(first.body).toEqual({
    success: true,
    invite_code: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
    invite_url: `https://chat.whatsapp.com/${first.body.invite_code}`,
  });
  const second = await api('POST', `${groups}/${jid}/invite-code`);
  expect(second.status).toBe(200);
  expect(second.body.invite_code).not.toBe(first.body.invite_code);
  expect((await api('GET', `${groups}/${jid}/invite-code`)).body).toEqual(second.body);
});

test('a group that was left is not found any more, like one that never was', async () => {
  const jid = await newGroup();
  expect((await api('DELETE', `${groups}/${jid}`)).status).toBe(200);
  for (const [method, path, body] of [
    ['GET', `/${jid}`],
    ['GET', `/${unknownGroup}`],
    ['GET', `/${jid}/invite-code`],
    ['POST', `/${jid}/invite-code`],
    ['PATCH', `/${jid}`, { subject: 'x' }],
    ['POST', `/${jid}/participants`, { action: 'add', numbers: [newRecipient()] }],
    ['DELETE', `/${jid}`],
  ] as const) {
    const answer = await api(method, `${groups}${path}`, body);
    expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([404, 'not_found']);
  }
  for (const bad of ['x@g.us', '5511999999999@s.whatsapp.net', 'x'])
    expect((await api('GET', `${groups}/${bad}`)).body.code).toBe('invalid_request');
});

test('only numbers with a phone have groups, and only while they are connected; no backend is asked', async () => {
  const paths = ['', `/${unknownGroup}`, `/${unknownGroup}/invite-code`];
  for (const line of ['EVOLUTION', 'WHATSAPP-BUSINESS'] as const) {
    for (const path of paths) {
      const url = `/api/phone-numbers/${kinds.lines[line].id}/groups${path}`;
      const { answer, calls } = await during(kinds, () => api('GET', url));
      expect([answer.status, answer.body.code, calls], line).toEqual([422, 'action_not_supported', []]);
    }
  }
  const offline = await kinds.gateway.connectNumber(kinds.user);
  await setStatus(kinds, offline, 'disconnected');
  for (const path of paths) {
    const { answer, calls } = await during(kinds, () => api('GET', `/api/phone-numbers/${offline.id}/groups${path}`));
    expect([answer.status, answer.body.code, calls]).toEqual([409, 'number_not_connected', []]);
    expect(answer.body.phone_number_status).toBe('disconnected');
  }
});

test('a change that fails tells which were made before it; one without an answer may have been made', async () => {
  const number = await kinds.gateway.connectNumber(kinds.user);
  const server = await standIn(kinds, number);
  const url = `/api/phone-numbers/${number.id}/groups/${unknownGroup}`;
  const refusal = {
    status: 500,
    error: 'x',
    response: { message: ['Error updating group description', 'Error: forbidden'] },
  };
  server.answers.set('POST /group/updateGroupSubject', { status: 201, body: { update: 'success' } });
  server.answers.set('POST /group/updateGroupDescription', { status: 500, body: refusal });
  const refused = await api('PATCH', url, { subject: 'a', description: 'b', only_admins_write: true });
  expect(refused).toMatchObject({ status: 422, body: { code: 'backend_refused', changed: ['subject'] } });
  expect(server.received.map(({ url: asked }) => asked.split('/')[2])).toEqual([
    'updateGroupSubject',
    'updateGroupDescription',
  ]);
  const cut = api('DELETE', url);
  await expect.poll(() => server.received.length).toBe(3);
  await server.close();
  expect(await cut).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  expect(await api('DELETE', url)).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
});
