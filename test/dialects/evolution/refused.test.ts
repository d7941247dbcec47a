import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf, unauthorized } from './support.ts';

type Route = { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; auth: string };

const routes: Route[] = (await readFile('test/fixtures/evolution/routes.txt', 'utf8'))
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [method, path, auth] = line.split(' ');
    return { method, path, auth } as Route;
  });

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;
let key: Client;
let token: Client;
let nobody: Client;

beforeAll(async () => {
  gateway = await startGateway({
    overrides: { users: { limits: { guesses: { points: 10_000, seconds: 60 } } } } as never,
  });
  user = await gateway.signUp();
  number = await gateway.connectNumber(user, { alias: 'shop' });
  key = clientOf(gateway, user.apiKey);
  token = clientOf(gateway, number.token);
  nobody = clientOf(gateway, null);
});
afterAll(() => gateway.close());

const urlOf = (path: string, name = 'shop') =>
  path
    .replace(':instanceName', name)
    .replace(/:\w+Id/, 'some-id')
    .replace('*', 'x/y');

/** Those that are there by a route of their own, not by the one for what nobody knows. */
const known = () =>
  new Set(
    gateway.app.declaredRoutes
      .filter(
        ({ dialect, url }) => dialect === 'evolution' && (!url.endsWith('/*') || /^\/(manager|assets|store)/.test(url)),
      )
      .map(nameOf),
  );

// What its parts are called is nobody's business.
function nameOf({ method, url }: { method: string; url: string }): string {
  return `${method} ${url.replace(/:\w+/g, ':')}`;
}

const isRefused = ({ status, body }: Awaited<ReturnType<Client>>) =>
  status === 403 && typeof body.response?.message?.[0] === 'string' && body.error === 'Forbidden';

test('every route of the contract is served, or refused with a reason; none is forgotten', async () => {
  expect(routes).toHaveLength(183);
  const there = known();
  const forgotten = routes.filter(({ method, path }) => path !== '/' && !there.has(nameOf({ method, url: path })));
  expect(forgotten.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('a route is refused to whoever may call it, and to nobody else is told more than that', async () => {
  let refused = 0;
  for (const { method, path, auth } of routes.filter(({ path }) => !isOfServedGroup(path))) {
    const url = urlOf(path);
    const body = method === 'GET' ? undefined : { instanceName: 'shop' };
    const answer = await key(method, url, body);
    if (!isRefused(answer)) continue;
    refused++;
    if (auth === 'none') {
      expect(isRefused(await nobody(method, url, body)), url).toBe(true);
      continue;
    }
    expect(isRefused(await token(method, url, body)), url).toBe(true);
    expect(await nobody(method, url, body), url).toMatchObject(unauthorized);
    expect(await clientOf(gateway, 'wrong')(method, url, body), url).toMatchObject(unauthorized);
    const elsewhere = await key(method, urlOf(path, 'nobodys'), body);
    expect(elsewhere.body, url).toEqual(answer.body);
  }
  expect(refused).toBeGreaterThan(105);
});

test('no refused route reaches a backend', async () => {
  const calls = () => gateway.sandboxes.flatMap(({ control }) => control.ledger.calls());
  const before = calls().length;
  for (const { method, path } of routes.filter(({ path }) => !isOfServedGroup(path)))
    await key(
      method,
      `${urlOf(path)}?instanceName=${number.instanceName}`,
      method === 'GET' ? undefined : { number: '5' },
    );
  // The gateway looks after its backends by itself meanwhile.
  const own = /^\/(instance\/(connectionState|fetchInstances)|webhook\/find|settings\/find|[a-z0-9A-Z]+\/find\/)/;
  const reached = calls()
    .slice(before)
    .filter(({ method, url }) => method !== 'GET' || !own.test(url));
  expect(reached.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
});

// What is served has tests of its own.
function isOfServedGroup(path: string): boolean {
  return /^\/($|verify-creds|(instance|message|chat|group|settings)\/|webhook\/(set|find)\/|label\/findLabels)/.test(
    path,
  );
}
