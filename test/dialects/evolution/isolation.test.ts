import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRecipient } from '../../modules/messages/support.ts';
import { type Answer, startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf } from './support.ts';

/**
 * Two users, and every route about a number: with the names of the other's number in its path it is answered as with a
 * name that nobody has; with them anywhere else, as without them. No call of the other's number ever reaches a backend.
 */
let gateway: TestGateway;
let mine: { user: TestUser; number: TestNumber; backendName: string };
let theirs: typeof mine;
let routes: { method: 'GET' | 'POST' | 'DELETE'; url: string }[];

beforeAll(async () => {
  const many = { requests_per_minute: 1_000_000 };
  gateway = await startGateway({ env: { PLAN_OVERRIDES: JSON.stringify({ enterprise: many }) } });
  mine = await somebody('mine');
  theirs = await somebody('corner/shop');
  routes = gateway.app.declaredRoutes
    .filter(
      ({ dialect, url, method }) => dialect === 'evolution' && url.endsWith('/:instanceName') && method !== 'HEAD',
    )
    .map(({ method, url }) => ({ method: method as 'GET', url }));
});
afterAll(() => gateway.close());

async function somebody(alias: string): Promise<typeof mine> {
  const user = await gateway.signUp();
  const number = await gateway.connectNumber(user, { alias });
  const { backend_name: backendName } = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  return { user, number, backendName: backendName ?? '' };
}

const calls = () => gateway.sandboxes.flatMap(({ control }) => control.ledger.calls());
// The gateway looks after its backends by itself meanwhile.
const doings = () =>
  calls().filter(({ url }) =>
    /^\/(message|chat|group|label|(settings|webhook)\/set|instance\/(create|connect|restart|logout|delete|setPresence))\//.test(
      url,
    ),
  );

/** Names by which another's number might be meant; the first two are those by which its owner means it. */
const namesOfTheirs = () => [
  'corner/shop',
  theirs.number.instanceName,
  theirs.backendName,
  theirs.number.token,
  String(theirs.number.id),
];

const body = () => ({
  number: newRecipient(),
  text: 'x',
  mediatype: 'image',
  media: 'aGk=',
  numbers: [newRecipient()],
});

/** What is told of a missing name, apart from the name. */
const without = (answer: Answer, name: string) =>
  JSON.stringify([answer.status, answer.body]).replaceAll(JSON.stringify(name).slice(1, -1), 'NAME');

async function ask(client: Client, { method, url }: (typeof routes)[number], name: string, query = '', more = {}) {
  return client(
    method,
    `${url.replace(':instanceName', name)}${query}`,
    method === 'GET' ? undefined : { ...body(), ...more },
  );
}

test('there are routes about numbers, sends and reads among them', () => {
  const urls = routes.map(({ method, url }) => `${method} ${url}`);
  for (const some of [
    'POST /message/sendText',
    'DELETE /chat/deleteMessageForEveryone',
    'GET /group/inviteCode',
    'GET /label/findLabels',
  ])
    expect(urls).toContain(`${some}/:instanceName`);
  expect(urls.length).toBeGreaterThan(60);
});

describe.each(['API key', 'token'] as const)("with one's own %s", (secret) => {
  const client = () => clientOf(gateway, secret === 'token' ? mine.number.token : mine.user.apiKey);

  test("another's name in the path is a name that nobody has, plain or encoded", async () => {
    const before = doings().length;
    for (const route of routes) {
      const nobodys = without(await ask(client(), route, 'nobody-there'), 'nobody-there');
      for (const name of namesOfTheirs()) {
        const everyLetter = Array.from(Buffer.from(name), (byte) => `%${byte.toString(16)}`).join('');
        for (const written of [encodeURIComponent(name), everyLetter]) {
          const answer = await ask(client(), route, written);
          expect(without(answer, name), `${route.method} ${route.url} ${written}`).toBe(nobodys);
        }
      }
    }
    expect(doings()).toHaveLength(before);
  });
});

test("another's name in query or body means nothing: the call is about one's own number, and nothing of it gets to a backend", async () => {
  // These would end or change the number that all the others need.
  const ended = /^\/instance\/(delete|logout|restart|connect)\//;
  const client = clientOf(gateway, mine.user.apiKey);
  const names = [theirs.backendName, theirs.number.instanceName, 'corner/shop'];
  const seen = doings().length;
  for (const route of routes.filter(({ url }) => !ended.test(url))) {
    for (const name of names) {
      const poison = {
        instanceName: name,
        instanceId: name,
        instance: name,
        token: theirs.number.token,
        apikey: theirs.number.token,
      };
      const one = `?instanceName=${encodeURIComponent(name)}`;
      await ask(client, route, 'mine', one, poison);
      await ask(
        client,
        route,
        'mine',
        `${one}&instanceName=${encodeURIComponent(name)}&instanceId=x&token=${theirs.number.token}`,
      );
      await ask(client, route, 'mine', `?instanceName[]=${encodeURIComponent(name)}`, poison);
    }
  }
  const fresh = doings().slice(seen);
  expect(fresh.length).toBeGreaterThan(50);
  for (const { url, body } of fresh) {
    const told = `${url} ${JSON.stringify(body)}`;
    expect(url.split('?')[0]).toMatch(new RegExp(`/${mine.backendName}$`));
    for (const name of [...names, theirs.number.token, 'instanceName', 'instanceId']) expect(told).not.toContain(name);
  }
});

test("another's secret opens nothing of mine, and mine nothing of theirs", async () => {
  for (const [secret, name] of [
    [theirs.number.token, 'mine'],
    [theirs.user.apiKey, 'mine'],
    [mine.number.token, encodeURIComponent('corner/shop')],
    [theirs.number.token, mine.number.instanceName],
  ] as const) {
    const client = clientOf(gateway, secret);
    for (const route of routes) {
      const { status, body } = await ask(client, route, name);
      const said = `The "${decodeURIComponent(name)}" instance does not exist`;
      // What is refused to all is refused before the name is looked at.
      if (status === 403) continue;
      expect([status, body], `${route.method} ${route.url}`).toEqual([
        404,
        { status: 404, error: 'Not Found', response: { message: [said] } },
      ]);
    }
  }
});
