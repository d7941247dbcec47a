import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/platform/clock.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, jwtSecret, password, type UsersUnderTest } from './support.ts';

let database: TestDatabase;
let here: UsersUnderTest;

beforeAll(async () => {
  database = await openTestDatabase();
  here = buildUsers(database);
});
afterAll(() => database.close());

const refresh = (refreshToken: string) =>
  here.call('POST', '/api/auth/refresh', { body: { refresh_token: refreshToken } });
const profileStatus = async (bearer: string) => (await here.call('GET', '/api/user/profile', { bearer })).status;
const letGraceEnd = (userId: number) =>
  database.pool.query("update login_sessions set refreshed_at = refreshed_at - interval '11 s' where user_id = $1", [
    userId,
  ]);
const sessionsOf = async (userId: number): Promise<number> =>
  (await database.pool.query('select count(*) as count from login_sessions where user_id = $1', [userId])).rows[0]
    .count;

describe('a refresh', () => {
  test('answers new tokens for the same session', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    const { status, body } = await refresh(session.refresh_token);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      access_token: expect.stringMatching(/^eyJ/),
      refresh_token: expect.stringMatching(/^efr_[\w-]{64}$/),
      expires_in: 900,
    });
    expect(body.refresh_token).not.toBe(session.refresh_token);
    expect(await profileStatus(body.access_token)).toBe(200);
    expect(await sessionsOf(user.id)).toBe(1);
  });

  test('in parallel with others of the same token ends in one token that works', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(session.refresh_token)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    const tokens = new Set(answers.map((answer) => answer.body.refresh_token));
    expect(tokens.size).toBe(1);
    const [token] = tokens;
    expect((await refresh(token)).status).toBe(200);
  });

  test.each([1, 2, 3])('with a token replaced %i refreshes ago ends the session', async (generations) => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    let latest = session;
    for (let n = 0; n < generations; n++) {
      latest = (await refresh(latest.refresh_token)).body;
      await letGraceEnd(user.id);
    }
    const reused = await refresh(session.refresh_token);
    expect([reused.status, reused.body.code]).toEqual([401, 'unauthenticated']);
    expect((await refresh(latest.refresh_token)).status).toBe(401);
    expect(await profileStatus(latest.access_token)).toBe(401);
    expect(here.logLines.some((line) => line.event === 'refresh_token_reused' && line.user_id === user.id)).toBe(true);
  });

  test('with an invented token that names a session leaves the session alone', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    const bytes = Buffer.from(session.refresh_token.slice(4), 'base64url');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect((await refresh(`efr_${bytes.toString('base64url')}`)).status).toBe(401);
    for (const text of ['efr_', 'x', session.access_token.slice(0, 68), `${session.refresh_token}a`]) {
      expect((await refresh(text)).status).toBe(401);
    }
    expect((await refresh(session.refresh_token)).status).toBe(200);
  });

  test('is refused once the session is over', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    await database.pool.query("update login_sessions set expires_at = now() - interval '1 s' where user_id = $1", [
      user.id,
    ]);
    expect((await refresh(session.refresh_token)).status).toBe(401);
    expect(await here.users.deleteExpired()).toBeGreaterThan(0);
    expect(await sessionsOf(user.id)).toBe(0);
  });

  test.each([{}, { refresh_token: 1 }, { refresh_token: 'x', more: true }, { refresh_token: 'x'.repeat(201) }])(
    'refuses the body %j',
    async (body) => {
      expect((await here.call('POST', '/api/auth/refresh', { body })).status).toBe(400);
    },
  );
});

describe('an access token', () => {
  test('is refused after 15 minutes', async () => {
    let offsetMs = 0;
    const clock: Clock = {
      now: () => new Date(Date.now() + offsetMs),
      monotonicMs: () => performance.now() + offsetMs,
    };
    const later = buildUsers(database, { clock });
    const user = await later.signUp();
    const { access_token: token } = await later.logIn(user.email);
    offsetMs = 14 * 60_000;
    expect((await later.users.resolveAccessToken(token))?.userId).toBe(user.id);
    offsetMs = 15 * 60_000 + 1_000;
    expect(await later.users.resolveAccessToken(token)).toBeNull();
  });

  test('is refused with another algorithm, key, issuer, audience, subject or without an end', async () => {
    const user = await here.signUp();
    const other = await here.signUp();
    const { access_token: good } = await here.logIn(user.email);
    const [, payload = ''] = good.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const key = new TextEncoder().encode(jwtSecret);
    const sign = (changed: Record<string, unknown>, alg = 'HS256', signingKey = key) =>
      new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg }).sign(signingKey);
    expect(await here.users.resolveAccessToken(await sign({}))).toMatchObject({
      userId: user.id,
      sessionId: claims.sid,
    });
    const forged = [
      await sign({}, 'HS512'),
      await sign({}, 'HS256', new TextEncoder().encode('another secret that is long enough to use')),
      await sign({ iss: 'someone' }),
      await sign({ aud: 'something' }),
      await sign({ exp: undefined }),
      await sign({ sub: String(other.id) }),
      new UnsecuredJWT(claims).encode(),
      `${good}x`,
      'a.b.c',
      'x'.repeat(10_000),
    ];
    for (const token of forged) expect(await here.users.resolveAccessToken(token)).toBeNull();
  });
});

describe('a change of password', () => {
  const change = (body: unknown, credentials: { key?: string; bearer?: string }) =>
    here.call('POST', '/api/user/password', { body, ...credentials });

  test('ends the other sessions, keeps this one and the API key', async () => {
    const user = await here.signUp();
    const bystander = await here.signUp();
    const [mine, other] = [await here.logIn(user.email), await here.logIn(user.email)];
    const theirs = await here.logIn(bystander.email);
    const answer = await change(
      { current_password: password, new_password: 'a better password' },
      { bearer: mine.access_token },
    );
    expect([answer.status, answer.body.success]).toEqual([200, true]);
    expect(await profileStatus(mine.access_token)).toBe(200);
    expect(await profileStatus(other.access_token)).toBe(401);
    expect((await refresh(other.refresh_token)).status).toBe(401);
    expect((await refresh(mine.refresh_token)).status).toBe(200);
    expect(await profileStatus(theirs.access_token)).toBe(200);
    expect((await here.call('GET', '/api/user/profile', { key: user.api_key })).status).toBe(200);
    const old = await here.call('POST', '/api/auth/login', { body: { email: user.email, password } });
    expect(old.status).toBe(401);
    await here.logIn(user.email, 'a better password');
  });

  test('by API key ends every session', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    await change({ current_password: password, new_password: 'a better password' }, { key: user.api_key });
    expect(await profileStatus(session.access_token)).toBe(401);
    expect(await sessionsOf(user.id)).toBe(0);
  });

  test.each([
    [
      'a wrong current password',
      { current_password: 'wrong', new_password: 'a better password' },
      401,
      'invalid_credentials',
    ],
    ['a short new password', { current_password: password, new_password: 'short' }, 400, 'weak_password'],
    ['a missing current password', { new_password: 'a better password' }, 400, 'invalid_request'],
    [
      'an unknown property',
      { current_password: password, new_password: 'x'.repeat(9), email: 'x' },
      400,
      'invalid_request',
    ],
  ])('refuses %s', async (_what, body, status, code) => {
    const user = await here.signUp();
    const answer = await change(body, { key: user.api_key });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    await here.logIn(user.email);
  });

  test('leaves no session of the old password, even for a log-in that had checked it just before', async () => {
    const user = await here.signUp();
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query("update users set password_hash = 'another' where id = $1", [user.id]);
    const login = here.call('POST', '/api/auth/login', { body: { email: user.email, password } });
    await database.untilSomeoneWaits();
    await client.query('commit');
    client.release();
    const { status, body } = await login;
    expect([status, body.code]).toEqual([401, 'invalid_credentials']);
    expect(await sessionsOf(user.id)).toBe(0);
  });

  test('in parallel with another one: one of the two new passwords counts', async () => {
    const user = await here.signUp();
    const answers = await Promise.all(
      ['first password', 'second password'].map((next) =>
        change({ current_password: password, new_password: next }, { key: user.api_key }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401]);
  });
});
