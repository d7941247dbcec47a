import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
const email = 'browser@example.com';
const password = 'correct horse battery 1';

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.anonymous('POST', '/api/auth/register', { email, password, plan_type: 'starter' });
});
afterAll(() => gateway.close());

type Browser = { cookie: string; csrf: string; setCookie: string; isSecured: boolean };

async function logIn(headers: Record<string, string> = {}): Promise<Browser> {
  const {
    status,
    body,
    headers: answered,
  } = await gateway.anonymous('POST', '/api/session', { email, password }, headers);
  expect(status).toBe(200);
  const setCookie = String(answered['set-cookie']);
  return { cookie: setCookie.split(';')[0] ?? '', csrf: body.csrf_token, setCookie, isSecured: body.is_secured };
}

const own = { 'sec-fetch-site': 'same-origin' };
const call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  headers: Record<string, string>,
  body?: unknown,
) => gateway.anonymous(method, url, body, headers);

test('a browser that logs in gets a cookie that no script and no other site can use', async () => {
  const { setCookie, isSecured } = await logIn(own);
  expect(setCookie).toMatch(
    /^__Host-evofleet=[0-9a-f-]{36}\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  expect(isSecured).toBe(true);
});

test('over plain HTTP elsewhere the cookie is a plain one, and the answer says so', async () => {
  const { setCookie, isSecured, cookie, csrf } = await logIn({ host: 'evofleet.example.com' });
  expect(setCookie).toMatch(/^evofleet=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(isSecured).toBe(false);
  const host = { host: 'evofleet.example.com' };
  expect((await call('GET', '/api/session', { cookie, ...host })).body).toMatchObject({
    csrf_token: csrf,
    user: { email },
  });
  expect((await call('GET', '/api/session', { cookie })).status).toBe(401);
});

test('with the cookie alone all can be read and nothing changed', async () => {
  const { cookie, csrf } = await logIn();
  expect((await call('GET', '/api/user/profile', { cookie })).body.user).toMatchObject({ email });
  const change = (headers: Record<string, string>) =>
    call('PATCH', '/api/user/profile', { cookie, ...headers }, { full_name: 'Browser' });
  expect(await change({})).toMatchObject({ status: 403, body: { code: 'csrf_refused' } });
  expect(await change({ ...own, 'x-csrf-token': 'wrong' })).toMatchObject({
    status: 403,
    body: { code: 'csrf_refused' },
  });
  for (const site of ['cross-site', 'same-site', 'none']) {
    expect((await change({ 'sec-fetch-site': site, 'x-csrf-token': csrf })).status).toBe(403);
  }
  for (const origin of ['https://evil.example', 'null']) {
    expect((await change({ origin, 'x-csrf-token': csrf })).status).toBe(403);
  }
  expect(await change({ ...own, 'x-csrf-token': csrf })).toMatchObject({ status: 200 });
});

test("another session's token does not count", async () => {
  const [one, two] = [await logIn(), await logIn()];
  expect(one.csrf).not.toBe(two.csrf);
  const answer = await call('DELETE', '/api/session', { cookie: one.cookie, 'x-csrf-token': two.csrf });
  expect(answer).toMatchObject({ status: 403, body: { code: 'csrf_refused' } });
});

test('logging in from a page of somebody else is refused', async () => {
  const answer = await gateway.anonymous(
    'POST',
    '/api/session',
    { email, password },
    { 'sec-fetch-site': 'cross-site' },
  );
  expect(answer).toMatchObject({ status: 403, body: { code: 'csrf_refused' } });
});

test('logging out ends the session and takes the cookie away', async () => {
  const { cookie, csrf } = await logIn();
  const { status, headers } = await call('DELETE', '/api/session', { cookie, 'x-csrf-token': csrf });
  expect(status).toBe(200);
  expect(String(headers['set-cookie'])).toMatch(/^__Host-evofleet=; Max-Age=0;/);
  expect((await call('GET', '/api/session', { cookie })).status).toBe(401);
});

test.each(['', 'nonsense', `${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}.${'A'.repeat(43)}`])(
  'an invented cookie is nobody: "%s"',
  async (value) => {
    const answer = await call('GET', '/api/session', { cookie: `__Host-evofleet=${value}` });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  },
);

test('a key or an access token goes before the cookie, and an API key has no session', async () => {
  const { cookie } = await logIn();
  expect((await call('GET', '/api/session', { cookie, 'x-api-key': 'ef_live_wrong' })).status).toBe(401);
  const user = await gateway.signUp();
  expect(await user.api('GET', '/api/session')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});
