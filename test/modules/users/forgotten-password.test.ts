import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { type MailServerUnderTest, startMailServer } from './mail-support.ts';
import { openResetPage } from './reset-page-support.ts';

let mailServer: MailServerUnderTest;
let gateway: TestGateway;

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({
    env: {
      SMTP_URL: mailServer.url,
      MAIL_FROM: 'Evofleet <no-reply@example.com>',
      SERVER_URL: 'https://gateway.example',
    },
    overrides: {
      mails: { lookEveryMs: 50 },
      users: {
        limits: {
          registrations: { points: 1_000, seconds: 60 },
          forgotPassword: { perAddress: { points: 1_000, seconds: 60 } },
        },
      },
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await mailServer.close();
});

const oldPassword = 'correct horse battery 1';
const newPassword = 'correct horse battery 2';

const forget = (email: string, on = gateway) => on.anonymous('POST', '/api/auth/forgot-password', { email });
const reset = (token: string, password = newPassword) =>
  gateway.anonymous('POST', '/api/auth/reset-password', { token, password });
const logIn = (user: TestUser, password: string) =>
  gateway.anonymous('POST', '/api/auth/login', { email: user.email, password });
const mailsTo = (user: TestUser) => mailServer.mails.filter(({ to }) => to.includes(user.email));

async function tokenFor(user: TestUser): Promise<string> {
  const before = mailsTo(user).length;
  expect((await forget(user.email)).status).toBe(202);
  await vi.waitFor(() => expect(mailsTo(user).length).toBeGreaterThan(before), { timeout: 8_000, interval: 10 });
  const token = /https:\/\/gateway\.example\/reset-password\?token=(efp_[0-9A-Za-z]+)/.exec(
    mailsTo(user).at(-1)?.body ?? '',
  )?.[1];
  if (token === undefined) throw new Error('no link in the mail');
  return token;
}

describe('a forgotten password', () => {
  test('is replaced by the link of a mail: once, ending every session, while the API key stays', async () => {
    const user = await gateway.signUp();
    const session = (await logIn(user, oldPassword)).body;
    const token = await tokenFor(user);
    const [mail] = mailsTo(user);
    expect(mail?.from).toBe('no-reply@example.com');
    expect(mail?.headers).toContain('From: Evofleet <no-reply@example.com>');
    expect(mail?.headers).toContain('Subject: Choose a new password');
    expect(mail?.headers).toContain('Auto-Submitted: auto-generated');
    expect(mail?.raw).toContain('Content-Type: text/plain');
    expect(mail?.raw).toContain('Content-Type: text/html');

    expect((await reset(token)).body).toEqual({ success: true, message: 'Password changed' });
    const bearer = { authorization: `Bearer ${session.access_token}` };
    expect((await gateway.anonymous('GET', '/api/user/profile', undefined, bearer)).status).toBe(401);
    const refreshed = await gateway.anonymous('POST', '/api/auth/refresh', { refresh_token: session.refresh_token });
    expect(refreshed.status).toBe(401);
    expect((await logIn(user, oldPassword)).status).toBe(401);
    expect((await logIn(user, newPassword)).status).toBe(200);
    expect((await user.api('GET', '/api/user/profile')).status).toBe(200);
    expect((await reset(token, 'correct horse battery 3')).body.code).toBe('reset_token_refused');
    expect((await logIn(user, newPassword)).status).toBe(200);
  });

  test('of parallel uses of one link, one counts; the other links of the user end with it', async () => {
    const user = await gateway.signUp();
    const [first, second] = [await tokenFor(user), await tokenFor(user)];
    const answers = await Promise.all([1, 2, 3, 4].map((nth) => reset(second, `correct horse battery ${nth}x`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    expect((await reset(first)).body.code).toBe('reset_token_refused');
  });

  test('a link is refused after an hour, a wrong one always, a weak password before that', async () => {
    const user = await gateway.signUp();
    const token = await tokenFor(user);
    expect((await reset(token, 'short')).body.code).toBe('weak_password');
    const { rows } = await gateway.database.pool.query(
      'select extract(epoch from expires_at - now()) as left from password_resets where user_id = $1',
      [user.id],
    );
    expect(Number(rows[0].left)).toBeGreaterThan(3_500);
    expect(Number(rows[0].left)).toBeLessThanOrEqual(3_600);
    await gateway.database.pool.query("update password_resets set expires_at = now() - interval '1 ms'");
    for (const wrong of [token, `${token.slice(0, -1)}x`, 'efp_nonsense', 'x'.repeat(200)]) {
      const { status, body } = await reset(wrong);
      expect([status, body.code]).toEqual([400, 'reset_token_refused']);
    }
    expect(await gateway.services.users.deleteExpired()).toBeGreaterThan(0);
    expect(
      (await gateway.database.pool.query('select 1 from password_resets where user_id = $1', [user.id])).rows,
    ).toEqual([]);
  });

  test('is answered alike for an address that nobody has, with the same writes', async () => {
    const user = await gateway.signUp();
    await gateway.database.pool.query('delete from mails');
    const [known, unknown] = [await forget(user.email.toUpperCase()), await forget('nobody@example.com')];
    expect({ ...unknown.body, status: unknown.status }).toEqual({ ...known.body, status: known.status });
    expect(known.status).toBe(202);
    const outcomes = async () => {
      const { rows } = await gateway.database.pool.query(
        'select outcome, content_sealed from mails order by created_at',
      );
      return rows;
    };
    await vi.waitFor(async () =>
      expect(await outcomes()).toEqual([
        { outcome: 'sent', content_sealed: null },
        { outcome: 'not_needed', content_sealed: null },
      ]),
    );
    expect(mailServer.mails.filter(({ to }) => to.includes('nobody@example.com'))).toEqual([]);
  });

  test('leaves neither token nor address in the database or in a log', async () => {
    const user = await gateway.signUp();
    mailServer.refuse(1, 451);
    await forget(user.email);
    const waiting = async () => (await gateway.database.pool.query('select * from mails where outcome is null')).rows;
    await vi.waitFor(async () => expect((await waiting())[0]).toMatchObject({ attempt: 1, lease_until: null }));
    expect(JSON.stringify(await waiting())).not.toContain(user.email);
    await gateway.database.pool.query('update mails set due_at = now() where outcome is null');
    await vi.waitFor(() => expect(mailsTo(user)).toHaveLength(1), { timeout: 5_000 });
    const token = /token=(efp_[0-9A-Za-z]+)/.exec(mailsTo(user)[0]?.body ?? '')?.[1] ?? '-';
    const { rows } = await gateway.database.pool.query('select * from password_resets');
    expect(JSON.stringify(rows)).not.toContain(token);
    await reset(token);
    const logged = gateway.logs.join('');
    expect(logged).toContain('"event":"mail_failed"');
    for (const secret of [token, user.email, 'secret@example.com']) expect(logged).not.toContain(secret);
  });

  test('brings at most three mails in 15 minutes, whoever asks, and every answer is the same', async () => {
    const user = await gateway.signUp();
    const statuses: number[] = [];
    for (let nth = 0; nth < 6; nth++) statuses.push((await forget(user.email)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 202]);
    await vi.waitFor(() => expect(mailsTo(user)).toHaveLength(3), { timeout: 5_000 });
    await gateway.services.mails?.lane.drained();
    expect(mailsTo(user)).toHaveLength(3);
  });

  test('what is no e-mail address is told so', async () => {
    for (const email of ['nobody', 'a@b', 'a@b.example\r\nBcc: x@example.com']) {
      expect((await forget(email)).body.code).toBe('invalid_request');
    }
  });
});

describe('the page that the link leads to', () => {
  test('changes the password once, and says what stands against it otherwise', async () => {
    const user = await gateway.signUp();
    const page = await openResetPage(gateway, `?token=${await tokenFor(user)}`);
    expect(page.isFormShown()).toBe(true);
    expect(await page.submit(newPassword, 'another')).toEqual({
      said: 'The two passwords are not the same.',
      isProblem: true,
      invalid: ['repeated'],
      focused: 'repeated',
    });
    expect(await page.submit('short')).toMatchObject({ isProblem: true, invalid: ['password'], focused: 'password' });
    expect((await logIn(user, oldPassword)).status).toBe(200);
    expect(await page.submit(newPassword)).toMatchObject({
      said: expect.stringContaining('changed'),
      isProblem: false,
      invalid: [],
    });
    expect([page.isFormShown(), page.search()]).toEqual([false, '']);
    expect((await logIn(user, newPassword)).status).toBe(200);
  });

  test('says that a link is used or not complete, and that the server is away', async () => {
    const page = await openResetPage(gateway, '?token=efp_nonsense');
    const { body } = await reset('efp_nonsense');
    expect(await page.submit(newPassword)).toMatchObject({ said: body.detail, isProblem: true });
    expect(page.isFormShown()).toBe(true);
    const incomplete = await openResetPage(gateway, '');
    expect([incomplete.isFormShown(), incomplete.said()]).toEqual([false, expect.stringContaining('not complete')]);
    const away = await openResetPage(gateway, '?token=efp_nonsense', () => Promise.reject(new TypeError('away')));
    expect(await away.submit(newPassword)).toMatchObject({ said: expect.stringContaining('cannot be reached') });
  });

  test('runs nothing but its own script, loads nothing, is neither framed nor kept, and is no part of the API', async () => {
    const { statusCode, headers, body } = await gateway.app.inject('/reset-password?token=efp_secret');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const tag of ['script', 'style']) {
      const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(body) ?? [];
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(body).not.toMatch(/\son\w+=|\sstyle=|\ssrc=|\shref=|efp_secret/);
    for (const [, id] of body.matchAll(/<input id="(\w+)"/g)) expect(body).toContain(`<label for="${id}">`);
    expect((await gateway.anonymous('GET', '/api-docs/json')).body.paths).not.toHaveProperty('/reset-password');
  });
});

describe('a gateway without a mail server', () => {
  test('answers the same, and tells the operator in the log', async () => {
    const other = await startGateway({ beside: gateway });
    try {
      const [without, with_] = [await forget('nobody@example.com', other), await forget('nobody@example.com')];
      expect({ ...without.body, status: without.status }).toEqual({ ...with_.body, status: with_.status });
      const lines = other.logs.filter((line) => line.includes('"event":"password_reset_without_mail"'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain('nobody@example.com');
    } finally {
      await other.close();
    }
  });

  test('throttles an address that asks too often', async () => {
    const other = await startGateway({ beside: gateway });
    try {
      const statuses: number[] = [];
      for (let nth = 0; nth < 21; nth++) statuses.push((await forget(`nobody${nth}@example.com`, other)).status);
      expect(statuses.slice(0, 20)).toEqual(Array(20).fill(202));
      expect(statuses[20]).toBe(429);
    } finally {
      await other.close();
    }
  });
});
