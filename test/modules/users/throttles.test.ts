import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLoginThrottle, loginLimits } from '../../../src/modules/users/login-throttle.ts';
import { makeCheckedToken } from '../../../src/platform/crypto/checked-token.ts';
import type { DomainError } from '../../../src/platform/errors.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, password, plenty, type UsersUnderTest } from './support.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const usual = (limits = {}) => buildUsers(database, { limits: { registrations: plenty, ...limits } });

const logInFrom = (here: UsersUnderTest, from: string, email: string, withPassword: string) =>
  here.call('POST', '/api/auth/login', { body: { email, password: withPassword }, from });

async function failTimes(here: UsersUnderTest, times: number, from: string, email: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await logInFrom(here, from, email, `guess ${n}`)).status);
  return statuses;
}

describe('log-in', () => {
  test('after 5 failures of an address on an account answers 429 there, and lets the owner in elsewhere', async () => {
    const here = usual();
    const { email } = await here.signUp();
    expect(await failTimes(here, 6, '192.0.2.1', email)).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await logInFrom(here, '192.0.2.1', email.toUpperCase(), password);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts']);
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(300);
    expect((await logInFrom(here, '192.0.2.2', email, password)).status).toBe(200);
  });

  test('throttles an unknown account like a known one', async () => {
    const here = usual();
    expect(await failTimes(here, 6, '192.0.2.1', 'nobody@example.com')).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test('leaves other accounts at the same address alone', async () => {
    const here = usual();
    const { email } = await here.signUp();
    await failTimes(here, 6, '192.0.2.1', 'nobody@example.com');
    expect((await logInFrom(here, '192.0.2.1', email, password)).status).toBe(200);
  });

  test('forgives the failures of the pair when the right password comes', async () => {
    const here = usual();
    const { email } = await here.signUp();
    await failTimes(here, 4, '192.0.2.1', email);
    expect((await logInFrom(here, '192.0.2.1', email, password)).status).toBe(200);
    expect(await failTimes(here, 5, '192.0.2.1', email)).toEqual([401, 401, 401, 401, 401]);
  });

  test('lets no more guesses through in parallel than one by one, but for the one being computed beside', async () => {
    const here = usual();
    const { email } = await here.signUp();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => logInFrom(here, '192.0.2.1', email, `guess ${n}`)),
    );
    const guessed = answers.filter((answer) => answer.status === 401).length;
    expect(guessed).toBeGreaterThanOrEqual(5);
    expect(guessed).toBeLessThanOrEqual(6);
    expect(answers.every((answer) => answer.status === 401 || answer.status === 429)).toBe(true);
  });

  test('with the right password is never throttled, 20 at once', async () => {
    const here = usual();
    const { email } = await here.signUp();
    const answers = await Promise.all(Array.from({ length: 20 }, () => logInFrom(here, '192.0.2.1', email, password)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
  });

  test('closes an address that fails on many accounts, and no other address', async () => {
    const here = usual({ login: { perAddress: { points: 8, seconds: 60 } } });
    const { email } = await here.signUp();
    for (let n = 0; n < 8; n++) await failTimes(here, 1, '192.0.2.1', `user${n}@example.net`);
    expect((await logInFrom(here, '192.0.2.1', email, password)).status).toBe(429);
    expect((await logInFrom(here, '192.0.2.2', email, password)).status).toBe(200);
  });

  test('lets the owner in from a fresh address within a bounded time, however many addresses attack', async () => {
    const here = usual({ login: { waitMinSeconds: 1, waitMaxSeconds: 1 } });
    const { email } = await here.signUp();
    for (let n = 0; n < 10; n++) await failTimes(here, 2, `198.51.100.${n}`, email);
    const first = await logInFrom(here, '192.0.2.7', email, password);
    expect([first.status, first.headers['retry-after']]).toEqual([429, '1']);
    // The attack goes on, from old and new addresses.
    let attackers = 0;
    const statuses: number[] = [];
    const attack = setInterval(() => {
      void logInFrom(here, `203.0.113.${attackers++ % 250}`, email, 'guess').then(({ status }) =>
        statuses.push(status),
      );
    }, 20);
    const startedAt = performance.now();
    await vi.waitFor(async () => expect((await logInFrom(here, '192.0.2.7', email, password)).status).toBe(200), {
      timeout: 10_000,
      interval: 100,
    });
    clearInterval(attack);
    // Announced was 1 s; under an attack that made the owner wait more each time it would become 60 s.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.every((status) => status === 429)).toBe(true);
  });

  test('makes an address wait longer the more an account was attacked, and never above 60 s', async () => {
    const throttle = createLoginThrottle({ limits: loginLimits, shared: {} });
    const waits: (number | undefined)[] = [];
    for (let n = 1; n <= 100; n++) {
      await throttle.failed({ account: 'attacked', ipAddress: `198.51.100.${n}` });
      if (![19, 20, 25, 45, 100].includes(n)) continue;
      const begun = throttle.begin({ account: 'attacked', ipAddress: `192.0.2.${n}` });
      waits.push(
        await begun.then(
          () => 0,
          (error: DomainError) => error.retryAfterSeconds,
        ),
      );
    }
    expect(waits).toEqual([0, 2, 4, 60, 60]);
  });

  test('is logged when throttled, without the address in clear', async () => {
    const here = usual();
    const { email } = await here.signUp();
    await failTimes(here, 6, '192.0.2.1', email);
    const line = here.logLines.find(({ event }) => event === 'login_throttled');
    expect(line).toMatchObject({ level: 'warn', ip: '192.0.2.1', account: expect.stringMatching(/^[\w-]{22}$/) });
    expect(JSON.stringify(here.logLines)).not.toContain(email.split('@')[0]);
  });

  test('takes as long for an unknown user as for a wrong password', async () => {
    const here = buildUsers(database);
    const { email } = await here.signUp();
    const timesMs: Record<'unknown' | 'wrong', number[]> = { unknown: [], wrong: [] };
    // The quickest of each: what else the machine does only ever adds, so more of them only bring the two together.
    const ratio = () => Math.min(...timesMs.unknown) / Math.min(...timesMs.wrong);
    for (let n = 0; n < 15 || (n < 100 && (ratio() < 0.6 || ratio() > 1.67)); n++) {
      for (const kind of n % 2 === 0 ? (['unknown', 'wrong'] as const) : (['wrong', 'unknown'] as const)) {
        const startedAt = performance.now();
        await logInFrom(here, '192.0.2.1', kind === 'wrong' ? email : `nobody${n}@example.com`, 'not the password');
        timesMs[kind].push(performance.now() - startedAt);
      }
    }
    // Wide enough for a busy machine: an answer without any hash would be many times quicker.
    expect(ratio()).toBeGreaterThan(0.6);
    expect(ratio()).toBeLessThan(1.67);
  });
});

test('the change of a password is throttled like a log-in', async () => {
  const here = usual();
  const user = await here.signUp();
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) {
    const body = { current_password: `guess ${n}`, new_password: 'a better password' };
    statuses.push((await here.call('POST', '/api/user/password', { key: user.api_key, body })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

describe('sign-up', () => {
  test('is limited per address', async () => {
    const here = usual({ registrations: { points: 2, seconds: 60 } });
    const register = (n: number, from: string) =>
      here.call('POST', '/api/auth/register', { body: { email: `limited${n}@example.com`, password }, from });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await register(n, '192.0.2.1')).status);
    expect(statuses).toEqual([201, 201, 429]);
    expect((await register(4, '192.0.2.2')).status).toBe(201);
  });
});

describe('keys', () => {
  test('guessed too often close the address to further guesses for a while, with one log event', async () => {
    const here = usual({ guesses: { points: 5, seconds: 2 } });
    const profile = (from: string, withKey: string) => here.call('GET', '/api/user/profile', { key: withKey, from });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await profile('192.0.2.1', `guess ${n}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await profile('192.0.2.2', 'guess')).status).toBe(401);
    expect(here.logLines.filter(({ event }) => event === 'key_guess_throttled')).toEqual([
      expect.objectContaining({ ip: '192.0.2.1', level: 'warn' }),
    ]);
    await vi.waitFor(async () => expect((await profile('192.0.2.1', 'guess')).status).toBe(401), { timeout: 10_000 });
  });

  test('that are good are let in where others guess, keys and access tokens alike', async () => {
    const here = usual({ guesses: { points: 3, seconds: 60 } });
    const user = await here.signUp();
    const { access_token: bearer } = await here.logIn(user.email);
    const profile = (credential: { key: string } | { bearer: string }) =>
      here.call('GET', '/api/user/profile', { ...credential, from: '192.0.2.1' });
    for (let n = 0; n < 62; n++) await profile({ key: makeCheckedToken(createIds(), 'ef_live_') });
    expect((await profile({ key: 'guess' })).status).toBe(429);
    expect((await profile({ bearer: 'guess' })).status).toBe(429);
    expect((await profile({ key: user.api_key })).status).toBe(200);
    expect((await profile({ bearer })).status).toBe(200);
  });

  test('of an address without failures are checked by no one', () => {
    const { users } = usual();
    expect(users.checkGuesses('192.0.2.1')).toBe(users.checkGuesses('192.0.2.2'));
  });
});
