import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestNumber } from '../../support/gateway.ts';
import { type Kinds, startKinds } from '../messages/kinds-support.ts';
import { newRecipient } from '../messages/support.ts';
import { backendNameOf, during, expectNothingOfTheBackend, type StandIn, setStatus, standIn } from './relay-support.ts';

let kinds: Kinds;
let base: string;
beforeAll(async () => {
  kinds = await startKinds();
  base = `/api/phone-numbers/${kinds.number.id}`;
});
afterAll(() => kinds.gateway.close());

const api: Kinds['user']['api'] = (...call) => kinds.user.api(...call);

test('the own profile is shown, and the picture of any number', async () => {
  const status = (await api('GET', `${base}/status`)).body;
  const profile = await api('GET', `${base}/profile`);
  expect(profile.body).toEqual({
    success: true,
    profile: {
      jid: `${status.phone_number}@s.whatsapp.net`,
      phone_number: status.phone_number,
      name: expect.any(String),
      picture_url: null,
      is_business: false,
      email: null,
      description: null,
      website: null,
    },
  });
  const number = newRecipient();
  const { answer, calls } = await during(kinds, () => api('GET', `${base}/profile-picture?number=%2B${number}`));
  expect(answer.body).toEqual({
    success: true,
    jid: `${number}@s.whatsapp.net`,
    phone_number: number,
    picture_url: expect.stringMatching(/^https:\/\/pps\.whatsapp\.net\//),
  });
  expect(calls).toMatchObject([{ method: 'POST', body: { number: `+${number}` } }]);
  expect((await api('GET', `${base}/profile-picture`)).body).toMatchObject({ phone_number: status.phone_number });
  expect((await api('GET', `${base}/profile-picture?number=abc`)).status).toBe(400);
  await expectNothingOfTheBackend(kinds, kinds.number, [profile, answer]);
});

test('only numbers with a phone show and change a profile, and only while they are connected', async () => {
  const offline = await kinds.gateway.connectNumber(kinds.user);
  await setStatus(kinds, offline, 'disconnected');
  for (const [number, code] of [
    [kinds.lines.EVOLUTION, 'action_not_supported'],
    [kinds.lines['WHATSAPP-BUSINESS'], 'action_not_supported'],
    [offline, 'number_not_connected'],
  ] as const) {
    for (const [method, path, body] of [
      ['GET', '/profile'],
      ['PATCH', '/profile', { name: 'n' }],
      ['GET', '/privacy'],
      ['PATCH', '/privacy', { last_seen: 'none' }],
    ] as const) {
      const { answer, calls } = await during(kinds, () => api(method, `/api/phone-numbers/${number.id}${path}`, body));
      expect([answer.body.code, calls], `${method} ${path}`).toEqual([code, []]);
    }
  }
  const without = `/api/phone-numbers/${kinds.lines.EVOLUTION.id}/profile-picture?number=628123456789`;
  expect((await api('GET', without)).body.picture_url).toBeNull();
});

describe('on a server of its own', () => {
  let number: TestNumber;
  let server: StandIn;
  let own: string;
  const done = { status: 200, body: { update: 'success' } };
  const calls = () =>
    server.received.map(({ method, url, body }) => [`${method} ${url.split('/')[2]}`, body && JSON.parse(body)]);
  beforeAll(async () => {
    number = await kinds.gateway.connectNumber(kinds.user);
    own = `/api/phone-numbers/${number.id}`;
    server = await standIn(kinds, number);
    for (const action of ['updateProfileName', 'updateProfileStatus', 'updateProfilePicture'])
      server.answers.set(`POST /chat/${action}`, done);
    server.answers.set('DELETE /chat/removeProfilePicture', done);
  });
  afterAll(() => server.close());

  test('name, about and picture change; null takes the picture away', async () => {
    server.received.length = 0;
    const { status, body } = await api('PATCH', `${own}/profile`, { name: 'N', about: 'A', picture_base64: 'aGk=' });
    expect([status, body]).toEqual([200, { success: true, changed: ['name', 'about', 'picture_base64'] }]);
    expect((await api('PATCH', `${own}/profile`, { picture_base64: null })).status).toBe(200);
    expect(calls()).toEqual([
      ['POST updateProfileName', { name: 'N' }],
      ['POST updateProfileStatus', { status: 'A' }],
      ['POST updateProfilePicture', { picture: 'aGk=' }],
      ['DELETE removeProfilePicture', ''],
    ]);
  });

  test('what a server has no route for is told as what it is', async () => {
    const message = [`Cannot POST /chat/updateProfileName/${await backendNameOf(kinds, number)}`];
    const missing = { status: 404, body: { status: 404, error: 'Not Found', response: { message } } };
    server.answers.set('POST /chat/updateProfileName', missing);
    const answer = await api('PATCH', `${own}/profile`, { name: 'n' });
    server.answers.set('POST /chat/updateProfileName', done);
    expect([answer.status, answer.body.code]).toEqual([422, 'action_not_supported']);
    await expectNothingOfTheBackend(kinds, number, [answer]);
  });

  test('a picture is bytes, never a URL that the server would load', async () => {
    server.received.length = 0;
    for (const picture of ['http://169.254.169.254/', 'https://example.com/a.png', 'a', '']) {
      const { body } = await api('PATCH', `${own}/profile`, { picture_base64: picture });
      expect(body.code, picture).toBe('invalid_request');
    }
    expect(server.received).toEqual([]);
  });

  test('privacy settings are read, and what is not given stays', async () => {
    server.received.length = 0;
    const before = {
      readreceipts: 'all',
      profile: 'contacts',
      status: 'all',
      online: 'match_last_seen',
      last: 'none',
      groupadd: 'contacts',
    };
    server.answers.set('GET /chat/fetchPrivacySettings', { status: 200, body: { ...before, instanceId: 'x' } });
    server.answers.set('POST /chat/updatePrivacySettings', { status: 201, body: { update: 'success', data: {} } });
    const shown = {
      read_receipts: 'all',
      profile_picture: 'contacts',
      about: 'all',
      online: 'match_last_seen',
      last_seen: 'none',
      groups: 'contacts',
    };
    expect((await api('GET', `${own}/privacy`)).body).toEqual({ success: true, privacy: shown });
    const changed = await api('PATCH', `${own}/privacy`, { groups: 'none', about: 'contacts' });
    expect(changed.body).toEqual({ success: true, privacy: { ...shown, groups: 'none', about: 'contacts' } });
    expect(calls().at(-1)).toEqual(['POST updatePrivacySettings', { ...before, groupadd: 'none', status: 'contacts' }]);
    for (const bad of [{}, { groups: 'everybody' }, { online: 'none' }])
      expect((await api('PATCH', `${own}/privacy`, bad)).status).toBe(400);
  });
});
