import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Answer, startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { createdNumber, placeOf, readNumber, untilCreated } from './support.ts';

let gateway: TestGateway;
let owner: TestUser;
let stranger: TestUser;
let id: number;

beforeAll(async () => {
  gateway = await startGateway();
  owner = await gateway.signUp();
  stranger = await gateway.signUp();
  ({ id } = await createdNumber(owner, { alias: 'owned', webhook_url: 'https://example.com/hook' }));
  await untilCreated(gateway, id);
  // The last of the backend's calls may still be on its way, and leaves its time on the number.
  await vi.waitFor(async () => expect((await readNumber(gateway, id)).heard_at).not.toBeNull(), { timeout: 5_000 });
  await gateway.services.inbound.lane.drained();
});
afterAll(() => gateway.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const ofOne: [Method, string, unknown?][] = [
  ['GET', ''],
  ['GET', '/qr'],
  ['GET', '/status'],
  ['PATCH', '', { display_name: 'Mine' }],
  ['POST', '/token/rotate', { overlap_hours: 0 }],
  ['DELETE', ''],
];
const ofAll: [Method, string, unknown?][] = [
  ['GET', '/api/phone-numbers'],
  ['POST', '/api/phone-numbers/create', {}],
];
const missing = 987_654_321;
const path = (of: number | string, rest: string) => `/api/phone-numbers/${of}${rest}`;
const comparable = ({ status, body }: Answer) => ({ status, body: { ...body, request_id: '-' } });

test.each(ofOne)("%s …%s answers another user's number exactly like a missing one", async (method, rest, body) => {
  const before = await readNumber(gateway, id);
  const others = await stranger.api(method, path(id, rest), body);
  expect(comparable(others)).toEqual(comparable(await stranger.api(method, path(missing, rest), body)));
  expect(others).toMatchObject({ status: 404, body: { success: false, code: 'not_found' } });
  expect(await readNumber(gateway, id)).toEqual(before);
});

test.each(ofOne)(
  '%s …%s needs a key, for a number that exists and for one that does not',
  async (method, rest, body) => {
    for (const key of [{}, { 'x-api-key': `${owner.apiKey.slice(0, -1)}_` }]) {
      const answer = await gateway.anonymous(method, path(id, rest), body, key as Record<string, string>);
      expect(answer).toMatchObject({ status: 401, body: { success: false, code: 'unauthenticated' } });
      expect(comparable(answer)).toEqual(
        comparable(await gateway.anonymous(method, path(missing, rest), body, key as Record<string, string>)),
      );
    }
  },
);

test.each(ofAll)('%s %s needs a key', async (method, url, body) => {
  expect(await gateway.anonymous(method, url, body)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});

test.each(ofOne)('%s …%s refuses an id that is none', async (method, rest, body) => {
  for (const of of ['abc', '0', '-1', '1.5', '99999999999999999999', '1%00', '%27'])
    expect(await owner.api(method, path(of, rest), body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
});

test('the list goes on page by page over numbers of one millisecond, each once and oldest first', async () => {
  const user = await gateway.signUp();
  const { rows } = await sql<{ id: number }>`
    insert into phone_numbers (user_id, instance_name, token, created_at)
    select ${user.id}, 'user_paged_' || n, 'eft_…', timestamptz '2026-01-01 00:00:00.001Z' + make_interval(secs => (n / 40) * 0.001)
    from generate_series(1, 100) as n
    returning id`.execute(gateway.database.db);
  const seen: number[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const answer: Answer = await user.api(
      'GET',
      `/api/phone-numbers?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    expect(answer.status).toBe(200);
    expect(answer.body.phone_numbers.length).toBeLessThanOrEqual(7);
    seen.push(...answer.body.phone_numbers.map((number: { id: number }) => number.id));
    cursor = answer.body.next_cursor;
    pages++;
  } while (cursor !== null);
  expect(seen).toEqual(rows.map((row) => row.id));
  expect(pages).toBe(15);
  expect((await user.api('GET', '/api/phone-numbers')).body.phone_numbers).toHaveLength(100);
});

test('a list is searched by any of the names and by the number, and by state, page by page', async () => {
  const user = await gateway.signUp();
  await sql`
    insert into phone_numbers (user_id, instance_name, token, display_name, alias, phone_number, status)
    select ${user.id}, 'user_searched_' || n, 'eft_…', name, alias, number, status
    from (values (1, 'Café 100%', null, '628111', 'connected'), (2, 'Shop_1', 'front-desk', '628222', 'disconnected'),
      (3, null, 'Back-Desk', null, 'connected'), (4, 'Shop 1', null, null, 'error')) as v (n, name, alias, number, status)`.execute(
    gateway.database.db,
  );
  const found = async (query: Record<string, string>) => {
    const answer = await user.api('GET', `/api/phone-numbers?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    return answer.body.phone_numbers
      .map(({ instance_name }: { instance_name: string }) => instance_name.slice(-1))
      .join('');
  };
  expect(await found({ search: 'CAF' })).toBe('1');
  expect(await found({ search: '100%' })).toBe('1');
  expect(await found({ search: 'shop' })).toBe('24');
  expect(await found({ search: 'shop_' })).toBe('2');
  expect(await found({ search: '\\' })).toBe('');
  expect(await found({ search: 'desk' })).toBe('23');
  expect(await found({ search: '8222' })).toBe('2');
  expect(await found({ search: 'searched_4' })).toBe('4');
  expect(await found({ status: 'connected' })).toBe('13');
  expect(await found({ status: 'connected', search: 'desk' })).toBe('3');
  const first = await user.api('GET', '/api/phone-numbers?status=connected&limit=1');
  expect(await found({ status: 'connected', cursor: first.body.next_cursor })).toBe('3');
});

test.each([
  ['search='],
  ['search=%00'],
  ['status=gone'],
  ['limit=0'],
  ['limit=501'],
  ['limit=x'],
  ['cursor='],
  ['cursor=abc'],
  ['other=1'],
  ['limit=1&limit=2'],
])('a list with ?%s is refused', async (query) => {
  expect(await owner.api('GET', `/api/phone-numbers?${query}`)).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
});

test("another user's cursor opens nobody's list but one's own", async () => {
  const user = await gateway.signUp();
  await createdNumber(user);
  await createdNumber(user);
  const { next_cursor: cursor } = (await user.api('GET', '/api/phone-numbers?limit=1')).body;
  expect((await stranger.api('GET', `/api/phone-numbers?cursor=${cursor}`)).body.phone_numbers).toEqual([]);
});

test('status tells the state and nothing else', async () => {
  const { status, body } = await owner.api('GET', path(id, '/status'));
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    id,
    instance_name: expect.stringMatching(/^user_\d+_\d+_[0-9a-f]{8}$/),
    status: 'qr_ready',
    status_reason: null,
    phone_number: null,
    connected_at: null,
    sandbox: true,
  });
});

test('no answer holds a URL, a key, a name or a secret of a backend', async () => {
  const { name, sandbox } = await placeOf(gateway, id);
  const row = await readNumber(gateway, id);
  const answers: Answer[] = [
    await owner.api('POST', '/api/phone-numbers/create', {}),
    await owner.api('GET', '/api/phone-numbers'),
    ...(await Promise.all(ofOne.slice(0, 5).map(([method, rest, body]) => owner.api(method, path(id, rest), body)))),
  ];
  sandbox.control.setKnobs({ createFailureRatio: 1, createFailureKind: 'http500-before' });
  answers.push(await owner.api('POST', '/api/phone-numbers/create', {}));
  sandbox.control.setKnobs({
    createFailureRatio: 1,
    createFailureKind: 'reset-before',
    failures: [{ route: 'GET /instance/connectionState/ef-', probability: 1, kind: 'reset-before' }],
  });
  answers.push(await owner.api('POST', '/api/phone-numbers/create', {}));
  sandbox.control.setKnobs({ createFailureRatio: 0, failures: [] });
  answers.push(await owner.api('DELETE', path(id, '')));
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200, 200, 502, 503, 200]);
  const text = JSON.stringify(answers.map(({ body, headers }) => ({ body, headers })));
  for (const hidden of [
    sandbox.url,
    new URL(sandbox.url).host,
    'global-key',
    name,
    row.backend_name,
    '/hooks/evolution',
  ])
    expect(text).not.toContain(hidden);
});
