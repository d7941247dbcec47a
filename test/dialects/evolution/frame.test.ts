import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { type Client, clientOf, unauthorized, wireError } from './support.ts';

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
  number = await gateway.connectNumber(user, { alias: 'shop 1/2 é' });
  key = clientOf(gateway, user.apiKey);
  token = clientOf(gateway, number.token);
  nobody = clientOf(gateway, null);
});
afterAll(() => gateway.close());

describe('callers', () => {
  test('are known by the header apikey alone, in any case of its letters', async () => {
    const good = { status: 200, body: { status: 200, message: 'Credentials are valid' } };
    expect(await key('POST', '/verify-creds', {})).toMatchObject(good);
    expect(await nobody('POST', '/verify-creds', {}, { ApiKey: user.apiKey })).toMatchObject(good);
    for (const headers of [
      {},
      { apikey: '' },
      { apikey: 'wrong' },
      { 'x-api-key': user.apiKey },
      { authorization: `Bearer ${user.apiKey}` },
    ])
      expect(await nobody('POST', '/verify-creds', {}, headers as Record<string, string>)).toMatchObject(unauthorized);
    expect(await nobody('POST', `/verify-creds?apikey=${user.apiKey}`, {})).toMatchObject(unauthorized);
  });

  test('with the token of a number do not have what only the API key opens', async () => {
    expect(await token('POST', '/verify-creds', {})).toMatchObject(unauthorized);
  });

  test('are logged and limited as the user that they are', async () => {
    const { headers } = await key('POST', '/verify-creds', {});
    expect(Number(headers['ratelimit-limit'])).toBeGreaterThan(300);
    await expect
      .poll(() =>
        gateway.database.db
          .selectFrom('api_requests')
          .select(['user_id', 'status_code'])
          .where('endpoint', '=', '/verify-creds')
          .where('user_id', '=', user.id)
          .execute(),
      )
      .not.toEqual([]);
  });

  test('of a suspended user may only read', async () => {
    const suspended = await gateway.signUp();
    const { db } = gateway.database;
    await db.updateTable('users').set({ status: 'suspended' }).where('id', '=', suspended.id).execute();
    gateway.services.users.forgetCaller(suspended.id);
    const answer = await clientOf(gateway, suspended.apiKey)('POST', '/verify-creds', {});
    expect(answer).toMatchObject(wireError(403, 'Forbidden', ['This user is suspended. Ask the operator.']));
  });
});

describe('paths', () => {
  test('that nobody knows are answered 404 in the shape of the contract below its first parts, elsewhere in ours', async () => {
    for (const client of [key, nobody]) {
      expect(await client('GET', '/instance/nope?x=1')).toMatchObject(
        wireError(404, 'Not Found', ['Cannot GET /instance/nope']),
      );
      expect(await client('PUT', '/instance/restart/a', {})).toMatchObject(
        wireError(404, 'Not Found', ['Cannot PUT /instance/restart/a']),
      );
      expect(await client('GET', '/chat')).toMatchObject(wireError(404, 'Not Found', ['Cannot GET /chat']));
      expect((await client('GET', '/nope')).body.code).toBe('not_found');
      expect((await client('GET', '/instances/nope')).body.code).toBe('not_found');
    }
  });

  test('may end in a slash and a bare question mark', async () => {
    for (const url of ['/verify-creds/', '/verify-creds?', '/verify-creds/?'])
      expect(await key('POST', url, {}), url).toMatchObject({ status: 200 });
  });

  test('that are malformed are answered in the shape of the contract', async () => {
    expect(await key('GET', '/instance/connectionState/%zz')).toMatchObject({
      status: 400,
      body: { status: 400, error: 'Bad Request' },
    });
    expect(await key('GET', '/instance/connectionState/%00')).toMatchObject({
      status: 400,
      body: { status: 400, response: { message: ['The URL holds U+0000.'] } },
    });
    expect((await key('GET', '/api/phone-numbers/%zz')).body.code).toBe('invalid_request');
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json' };

  test('may be empty whatever their type says, and may come with a DELETE', async () => {
    expect(await key('POST', '/verify-creds', '', json)).toMatchObject({ status: 200 });
    expect(await key('POST', '/verify-creds', undefined, json)).toMatchObject({ status: 200 });
    expect(await key('DELETE', '/instance/nope', { a: 1 })).toMatchObject({ status: 404 });
  });

  test('may be forms, or of a type that counts as none', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/xml'])
      expect(await key('POST', '/verify-creds', 'a[b][]=1', { 'content-type': type }), type).toMatchObject({
        status: 200,
      });
  });

  test('that cannot be read are refused in the shape of the contract', async () => {
    const broken = await key('POST', '/verify-creds', '{"a":', json);
    expect(broken).toMatchObject(wireError(400, 'Internal Server Error', 'The body is not well-formed JSON.'));
    const large = await key('POST', '/verify-creds', `{"a":"${'a'.repeat(1_100_000)}"}`, json);
    expect(large).toMatchObject({ status: 413, body: { status: 413, response: {} } });
  });
});

describe('browsers', () => {
  const preflight = {
    origin: 'https://a.example',
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'apikey,content-type',
  };

  test('of any page may call where the settings name no origin', async () => {
    const { status, headers } = await nobody('OPTIONS', '/instance/create', undefined, preflight);
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-headers']).toBe('apikey,content-type');
    expect(headers['access-control-allow-methods']).toContain('DELETE');
    const answer = await key('POST', '/verify-creds', {}, { origin: 'https://a.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    const ours = await user.api('GET', '/api/user/profile', undefined, { origin: 'https://a.example' });
    expect(ours.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('GET /', () => {
  test('tells a program of the contract, and leads a person to the document', async () => {
    const { body } = await nobody('GET', '/');
    expect(body).toMatchObject({ status: 200, version: '2.3.6', clientName: 'evofleet', name: 'Evofleet' });
    expect(body.documentation).toMatch(/^http.*\/api-docs$/);
    expect(await gateway.app.inject({ method: 'HEAD', url: '/' })).toMatchObject({ statusCode: 200 });
    const page = await gateway.app.inject({ url: '/', headers: { accept: 'text/html,*/*' } });
    expect(page.statusCode).toBe(302);
  });
});
