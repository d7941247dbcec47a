import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';

/** Parsed JSON whose shape is what the tests are about. */
type Loose = ReturnType<typeof JSON.parse>;
type Asked = { method: 'GET'; path: string; body?: Loose };

let gateway: TestGateway;
let owner: TestUser;
let stranger: TestUser;
let number: TestNumber;
let operations: { method: 'GET'; path: string; example: Loose; query: string[] }[];
let ids: Record<'message' | 'webhook' | 'delivery' | 'bulk' | 'link', string>;

beforeAll(async () => {
  gateway = await startGateway({
    overrides: { egress: { dial: () => Promise.reject(new Error('no network here')) } } as never,
  });
  owner = await gateway.signUp();
  stranger = await gateway.signUp();
  number = await gateway.connectNumber(owner, { alias: 'secret-line' });
  const own = { session_id: String(number.id) };
  const webhook = await owner.api('POST', '/api/v1/webhooks', { url: 'https://example.com/x', ...own });
  const sent = await owner.api('POST', '/api/v1/messages/send', { ...own, to: '628123456789', message: 'hi' });
  const bulk = await owner.api('POST', '/api/v1/messages/bulk', { ...own, message: 'x', recipients: ['628123456780'] });
  const waiting = await owner.api('POST', '/api/v1/sessions', { session_name: 'unscanned' });
  const link = await owner.api('POST', `/api/v1/sessions/${waiting.body.data.session.id}/share-links`);
  const delivery = await vi.waitFor(async () => {
    const { body } = await owner.api('GET', '/api/v1/webhooks/deliveries');
    expect(body.data.deliveries).not.toHaveLength(0);
    return body.data.deliveries[0].id;
  });
  ids = {
    message: sent.body.data.message.id,
    webhook: String(webhook.body.data.webhook.id),
    delivery,
    bulk: bulk.body.data.bulk.id,
    link: link.body.data.id,
  };
  operations = await readOperations();
});
afterAll(() => gateway.close());

const noUuid = '01900000-0000-7000-8000-000000000000';

test("no operation tells another's session, message or webhook from a missing one, nor asks a server for it", async () => {
  const own = await stranger.api('POST', '/api/v1/sessions', { session_name: 'my own' });
  const pairs = operations.flatMap((operation) => pairsOf(operation, own.body.data.session.id));
  expect(pairs.length).toBeGreaterThan(100);
  await quiet();
  const callsBefore = callsAboutNumbers();
  for (const { foreign, missing } of pairs) {
    const [one, other] = [await ask(foreign), await ask(missing)];
    const what = `${foreign.method} ${foreign.path} ${JSON.stringify(foreign.body)} ${JSON.stringify(one.body)}`;
    expect(one.status, what).toBe(404);
    expect({ ...one.body, request_id: '' }, what).toEqual({ ...other.body, request_id: '' });
    expect(JSON.stringify(one.body), what).not.toContain('secret-line');
  }
  expect(callsAboutNumbers()).toBe(callsBefore);
  const { body } = await owner.api('GET', `/api/v1/sessions/${number.id}`);
  expect(body.data.session).toMatchObject({ session_name: 'secret-line', status: 'connected', paused_at: null });
});

test("no list, figure or export holds what is another's", async () => {
  const lists = operations.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
  expect(lists.length).toBeGreaterThan(10);
  for (const { path } of lists) {
    const { payload } = await gateway.app.inject({ url: path, headers: { 'x-api-key': stranger.apiKey } });
    for (const secret of ['secret-line', 'unscanned', owner.email, ids.message, ids.delivery, '628123456789'])
      expect(payload, path).not.toContain(secret);
  }
});

test('every operation but those of sign-up and the plans asks for a caller', async () => {
  for (const { method, path } of operations) {
    const isOpen = /\/auth\/(register|login|refresh|forgot-password|reset-password)$|\/plans(\/|$)/.test(path);
    const { status } = await gateway.anonymous(method, path.replaceAll(/\{\w+\}/g, '1'), undefined, {
      'x-forwarded-for': '192.0.2.1',
    });
    if (isOpen) expect(status, path).not.toBe(401);
    else expect(status, path).toBe(401);
  }
});

function ask({ method, path, body }: Asked) {
  return stranger.api(method, path, body);
}

/** The same question about what is another's and about what is not there, for every place that names something. */
function pairsOf({ method, path, example, query }: (typeof operations)[number], ownId: string) {
  const pairs: { foreign: Asked; missing: Asked }[] = [];
  const add = (foreign: string, missing: string, bodies: [Loose, Loose] = [example, example]) =>
    pairs.push({
      foreign: { method, path: foreign, ...(bodies[0] === undefined ? {} : { body: bodies[0] }) },
      missing: { method, path: missing, ...(bodies[1] === undefined ? {} : { body: bodies[1] }) },
    });
  for (const [name, foreign, missing] of namesFor(path)) {
    const rest = (text: string) => text.replace('{linkId}', noUuid).replace('{jid}', '628123456789');
    add(rest(path.replace(name, foreign)), rest(path.replace(name, missing)));
  }
  if (path.endsWith('{linkId}'))
    add(
      path.replace('{id}', ownId).replace('{linkId}', ids.link),
      path.replace('{id}', ownId).replace('{linkId}', noUuid),
    );
  if (path.includes('{')) return pairs;
  for (const [, foreign, missing] of sessionNames) {
    if (query.includes('session_id'))
      add(`${path}?session_id=${foreign}`, `${path}?session_id=${missing}`, [undefined, undefined]);
    if (example !== undefined && bodiesWithSession.test(path)) {
      const inBody = (session_id: string | number): Loose => ({ ...example, session_id });
      add(path, path, [inBody(decodeURIComponent(foreign)), inBody(missing)]);
      if (/^\d+$/.test(foreign)) add(path, path, [inBody(Number(foreign)), inBody(999_999_999)]);
    }
  }
  return pairs;
}

const bodiesWithSession = /\/(instances|messages\/send|messages\/bulk|webhooks)$/;

const sessionNames: [string, string, string][] = [];
function namesFor(path: string): [string, string, string][] {
  if (/\/(sessions|instances)\/\{id\}/.test(path)) return sessionNames;
  if (path.includes('/messages/{id}')) return [['{id}', ids.message, noUuid]];
  if (path.includes('/webhooks/{id}')) return [['{id}', ids.webhook, '999999999']];
  if (path.includes('{delivery_id}')) return [['{delivery_id}', ids.delivery, noUuid]];
  if (path.includes('{bulk_id}')) return [['{bulk_id}', ids.bulk, noUuid]];
  return [];
}

async function readOperations(): Promise<typeof operations> {
  sessionNames.push(
    ['{id}', String(number.id), '999999999'],
    ['{id}', 'secret-line', 'no-such-line'],
    ['{id}', '%73ecret%2Dline', 'no-such-line'],
    ['{id}', number.instanceName, 'user_1_1704067200000_a1b2c3d4'],
    ['{id}', number.token, 'no-such-token'],
  );
  const { body } = await gateway.anonymous('GET', '/api-docs/json');
  return Object.entries(body.paths as Record<string, Record<string, Loose>>)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase() as 'GET',
        path,
        example: exampleOf(operation.requestBody?.content['application/json']),
        query: (operation.parameters ?? []).map(({ name }: Loose) => name),
      })),
    );
}

function exampleOf(content: Loose): Loose {
  const inSchema = (schema: Loose): Loose =>
    schema?.examples?.[0] ?? schema?.anyOf?.map(inSchema).find((found: Loose) => found !== undefined);
  return content?.example ?? inSchema(content?.schema);
}

/** Not the looks that are taken at the server itself. */
function callsAboutNumbers(): number {
  return gateway.sandboxes.flatMap(({ control }) => control.ledger.calls()).filter(({ url }) => url.includes('ef-'))
    .length;
}

/** Nothing is on its way to the server any more. */
async function quiet(): Promise<void> {
  let seen = -1;
  await expect
    .poll(
      () => {
        const calls = callsAboutNumbers();
        const isQuiet = calls === seen;
        seen = calls;
        return isQuiet;
      },
      { interval: 300, timeout: 10_000 },
    )
    .toBe(true);
}
