import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCursor } from '../../../src/platform/cursor.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

async function logOf(user: TestUser, query = ''): Promise<Record<string, unknown>[]> {
  await gateway.services.requestRecorder.flush();
  const { status, body } = await user.api('GET', `/api/requests${query}`);
  expect(status).toBe(200);
  return body.requests;
}

test("a user's requests are listed newest first, by the route's pattern, with what was answered", async () => {
  const user = await gateway.signUp();
  const profile = await user.api('GET', '/api/user/profile', undefined, { 'x-request-id': 'request-of-mine' });
  expect(profile.status).toBe(200);
  await user.api('GET', '/api/phone-numbers/123456/qr?unknown=1');
  const [newest, oldest, ...others] = await logOf(user);
  expect(others).toEqual([]);
  expect(newest).toMatchObject({ endpoint: '/api/phone-numbers/:id/qr', method: 'GET', status_code: 404 });
  expect(oldest).toEqual({
    request_id: 'request-of-mine',
    endpoint: '/api/user/profile',
    method: 'GET',
    status_code: 200,
    response_time_ms: expect.any(Number),
    ip_address: '127.0.0.1',
    created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
  });
});

test('nobody sees the requests of others, or of nobody', async () => {
  const [user, other] = [await gateway.signUp(), await gateway.signUp()];
  await other.api('GET', '/api/user/profile');
  await gateway.anonymous('GET', '/api/user/profile');
  expect(await logOf(user)).toEqual([]);
});

test('pages hold every request once, also those of one millisecond and of several days', async () => {
  const user = await gateway.signUp();
  const moments = ['2024-01-01T10:00:00.123Z', '2024-01-01T10:00:00.123Z', '2024-01-01T10:00:00.124Z'];
  const today = new Date().toISOString();
  const { ids } = gateway.services;
  const rows = [...moments, ...moments, today, today, today].map((createdAt, n) => ({
    id: ids.uuidv7(),
    user_id: user.id,
    endpoint: '/x',
    method: 'GET',
    created_at: createdAt,
    request_id: `r${n}`,
  }));
  await gateway.database.db.insertInto('api_requests').values(rows).execute();
  const seen: string[] = [];
  const times: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await user.api('GET', `/api/requests?limit=2${query}`);
    const page = body.requests.filter((request: { endpoint: string }) => request.endpoint === '/x');
    seen.push(...page.map((request: { request_id: string }) => request.request_id));
    times.push(...page.map((request: { created_at: string }) => request.created_at));
    cursor = body.next_cursor;
    pages++;
  } while (cursor !== null && pages < 20);
  expect(seen.toSorted()).toEqual(rows.map((row) => row.request_id).toSorted());
  expect(times).toEqual(times.toSorted().toReversed());
});

test('the last page has no cursor', async () => {
  const user = await gateway.signUp();
  const { body } = await user.api('GET', '/api/requests');
  expect(body).toEqual({ success: true, requests: [], next_cursor: null });
});

const uuid = '01890000-0000-7000-8000-000000000000';

test.each([
  ['a limit of 0', 'limit=0'],
  ['a limit past 500', 'limit=501'],
  ['a limit that is no number', 'limit=many'],
  ['an unknown key', 'user_id=1'],
  ['a cursor that is no cursor', 'cursor=abc'],
  ['a cursor of a list with other ids', `cursor=${encodeCursor({ createdAt: new Date(0), id: 12 })}`],
  ['a cursor from before all time', `cursor=${encodeCursor({ createdAt: new Date(-8.64e15), id: uuid })}`],
  ['a cursor from the end of time', `cursor=${encodeCursor({ createdAt: new Date(8.64e15), id: uuid })}`],
  ['a cursor without a time', `cursor=${Buffer.from(`never ${uuid}`).toString('base64url')}`],
])('%s is a bad request', async (_what, query) => {
  const user = await gateway.signUp();
  const { status, body } = await user.api('GET', `/api/requests?${query}`);
  expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
});
