import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemCodes } from '../../src/http/problem-codes.ts';
import { becomeOperator } from '../modules/admin/support.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';

/** Parsed JSON whose shape is what the tests are about. */
type Loose = ReturnType<typeof JSON.parse>;

type Operation = {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  security: unknown[];
  statuses: string[];
  tags: string[];
  summary: string;
  operationId: string;
  answers: string[];
  example: Record<string, unknown> | undefined;
  hasBody: boolean;
};

let gateway: TestGateway;
let user: TestUser;
let operator: TestUser;
let number: TestNumber;
let operations: Operation[];
let document: Loose;

beforeAll(async () => {
  gateway = await startGateway({
    env: { TRUST_PROXY: '127.0.0.1' },
    overrides: {
      egress: { dial: () => Promise.reject(new Error('no network here')) },
      // Every route is asked with wrong keys.
      users: { limits: { guesses: { points: 10_000, seconds: 60 } } },
    } as never,
  });
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
  operator = await becomeOperator(gateway);
  document = (await gateway.anonymous('GET', '/api-docs/json')).body;
  operations = Object.entries(document.paths as Record<string, Record<string, Loose>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase() as Operation['method'],
      path,
      security: operation.security,
      statuses: Object.keys(operation.responses),
      tags: operation.tags ?? [],
      summary: operation.summary ?? '',
      operationId: operation.operationId ?? '',
      answers: Object.values(operation.responses as Record<string, Loose>).map(({ description }) => description),
      example: exampleOf(operation.requestBody?.content['application/json']),
      hasBody: operation.requestBody !== undefined,
    })),
  );
});
afterAll(() => gateway.close());

describe('the API document', () => {
  test('is OpenAPI 3.1 and holds every route of the API', () => {
    expect(document.openapi).toBe('3.1.0');
    const documented = operations.map(({ method, path }) => `${method} ${path}`);
    const ours = gateway.app.declaredRoutes
      .filter(
        ({ method, url, dialect }) =>
          dialect === undefined &&
          !/^(HEAD|OPTIONS)$/.test(method) &&
          !/^\/(api-docs\b|hooks\b|media\/(outbound|messages)\b|socket\.io\b|share\b|reset-password$|$)/.test(url),
      )
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(ours.length).toBeGreaterThan(20);
    expect(documented.sort()).toEqual(ours.sort());
  });

  test('gives every route a tag, a summary, and the statuses any route may answer with', () => {
    for (const { path, tags, summary, statuses, security } of operations) {
      expect(tags, path).toHaveLength(1);
      expect(summary, path).not.toBe('');
      if (tags[0] === 'Health') continue;
      expect(statuses, path).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
      if (security.length > 0) expect(statuses, path).toContain('401');
    }
  });

  test('gives a generator of clients a name for every route, and words for every tag and answer', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    for (const name of names) expect(name).toMatch(/^(get|post|patch|put|delete)[A-Z][A-Za-z0-9]*$/);
    expect(names).toContain('postPhoneNumbersByIdTokenRotate');
    const described = document.tags.map(({ name }: { name: string }) => name);
    for (const { path, tags, answers } of operations) {
      expect(described, path).toEqual(expect.arrayContaining(tags));
      for (const description of answers) expect(description, path).toMatch(/^(?!Default Response)./);
    }
  });

  test('lists every code', () => {
    for (const code of Object.keys(problemCodes)) expect(document.info.description).toContain(`| \`${code}\` |`);
  });

  test('has an example for every body, and each runs as far as its ids allow', async () => {
    for (const { method, path, example, statuses } of operations.filter(({ hasBody }) => hasBody)) {
      expect(example, path).toBeDefined();
      const body = { ...example };
      if ('token' in body) body.token = number.token;
      if ('email' in body && path.endsWith('register')) body.email = `example-${Date.now()}@example.com`;
      const answer = await whoMay(path).api(method, urlOf(path, number.id), body);
      expect(statuses, `${method} ${path} ${answer.status}`).toContain(String(answer.status));
      // A refused log-in is a correct answer to an example; a refused form is not.
      expect(answer.body.code, `${method} ${path} ${JSON.stringify(answer.body)}`).not.toBe('invalid_request');
    }
  });
});

describe('every route', () => {
  test('that needs a caller answers 401 without one, the same for every kind of wrong key', async () => {
    for (const [index, { method, path, security }] of operations.entries()) {
      if (security.length === 0) continue;
      const url = urlOf(path, number.id);
      // One address may not ask as often as there are routes.
      const from = { 'x-forwarded-for': `192.0.2.${index + 1}` };
      const answers = await Promise.all([
        gateway.anonymous(method, url, {}, from),
        gateway.anonymous(method, url, {}, { ...from, 'x-api-key': 'nonsense' }),
        gateway.anonymous(method, url, {}, { ...from, 'x-api-key': user.apiKey.toUpperCase() }),
        gateway.anonymous(method, url, {}, { ...from, authorization: 'Bearer e30.e30.e30' }),
      ]);
      for (const { status, body } of answers) {
        expect(status, url).toBe(401);
        expect({ ...body, request_id: '' }).toEqual({ ...answers[0]?.body, request_id: '' });
      }
    }
  });

  test('that takes a body refuses what it does not know, other types, and text that Postgres cannot hold', async () => {
    for (const { method, path, example } of operations.filter(({ hasBody }) => hasBody)) {
      const url = urlOf(path, number.id);
      const field = Object.keys(example ?? {})[0] ?? '';
      for (const body of [{ ...example, surprise: 1 }, { ...example, [field]: { $ne: null } }, [], 'text', 5]) {
        const answer = await whoMay(path).api(method, url, JSON.stringify(body), {
          'content-type': 'application/json',
        });
        expect(answer.status, `${method} ${path} ${JSON.stringify(body)}`).toBe(400);
      }
      for (const text of [
        `{"${field}": "a\\u0000b"}`,
        `{"${field}": "\\ud800"}`,
        '{"a":',
        Buffer.from([0x22, 0xff, 0x22]),
      ]) {
        const answer = await whoMay(path).api(method, url, text, { 'content-type': 'application/json' });
        expect(answer.status, `${method} ${path} ${text}`).toBe(400);
        expect(answer.body.code).toBe('invalid_json');
      }
    }
  });

  test('refuses text in its URL that Postgres cannot hold', async () => {
    for (const { method, path, example, security } of operations) {
      if (security.length === 0) continue;
      for (const url of [path.replace(/\{\w+\}/g, '%00'), `${urlOf(path, number.id)}?to=a%00b`]) {
        if (!url.includes('%00')) continue;
        const answer = await whoMay(path).api(method, url, example);
        expect(answer.status, `${method} ${url} ${JSON.stringify(answer.body)}`).toBe(400);
      }
    }
  });

  test("answers another user's number exactly like a missing one", async () => {
    const stranger = await gateway.signUp();
    for (const { method, path, example } of operations.filter(({ path }) => path.includes('{id}'))) {
      const ask = (id: number) => stranger.api(method, urlOf(path, id), example);
      const [foreign, missing] = [await ask(number.id), await ask(999_999_999)];
      expect(foreign.status, `${method} ${path} ${JSON.stringify(foreign.body)}`).toBe(404);
      expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' });
    }
    expect((await user.api('GET', `/api/phone-numbers/${number.id}`)).status).toBe(200);
  });
});

describe('problems', () => {
  test('are problem+json with the envelope of the first texts, a code and the request id', async () => {
    const { status, body, headers } = await gateway.anonymous('GET', '/nowhere', undefined, {
      'x-request-id': 'a-request-of-mine',
    });
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(headers['x-request-id']).toBe('a-request-of-mine');
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Route not found.',
      success: false,
      error: 'Route not found.',
      code: 'not_found',
      request_id: 'a-request-of-mine',
    });
  });

  test("a caller's request id that could harm a log is replaced", async () => {
    const { headers } = await gateway.anonymous('GET', '/nowhere', undefined, { 'x-request-id': 'x"\u001b[31m' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a route for operators is for others like a missing one, whatever they send', async () => {
    const ofOperators = operations.filter(({ path }) => isForOperators(path));
    expect(ofOperators.length).toBeGreaterThan(15);
    for (const { method, path, example } of ofOperators) {
      const [missing, ...answers] = await Promise.all([
        user.api(method, '/api/admin/no-such-route', example),
        user.api(method, urlOf(path, number.id), example),
        user.api(method, urlOf(path, number.id), { surprise: 1 }),
        user.api(method, path.replace(/\{\w+\}/, 'no-id'), 'no json', { 'content-type': 'application/json' }),
      ]);
      for (const { status, body } of answers) {
        expect(status, `${method} ${path}`).toBe(404);
        expect({ ...body, request_id: '' }).toEqual({ ...missing?.body, request_id: '' });
      }
    }
  });

  test('say what a choice is between, and how a time is written', async () => {
    const choice = await user.api('GET', '/api/messages?direction=sideways');
    expect(choice.body.detail).toMatch(/direction must be one of (inbound|outbound), (inbound|outbound)/);
    const time = await user.api('GET', '/api/messages?since=yesterday');
    expect(time.body.detail).toContain('2026-01-31T12:00:00Z');
  });

  test('a body that is too large or of another type is refused', async () => {
    const large = await user.api('POST', '/api/messages/send-text', `{"text":"${'a'.repeat(2_000_000)}"}`, {
      'content-type': 'application/json',
    });
    expect([large.status, large.body.code]).toEqual([413, 'payload_too_large']);
    const xml = await user.api('POST', '/api/messages/send-text', '<a/>', { 'content-type': 'application/xml' });
    expect([xml.status, xml.body.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('headers', () => {
  test('every answer forbids to render, frame, sniff and cache it', async () => {
    for (const url of ['/health', '/nowhere', '/api/user/profile']) {
      const { headers } = await gateway.anonymous('GET', url);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  test('no origin may call from a browser unless it is named', async () => {
    const { headers } = await gateway.anonymous('GET', '/health', undefined, { origin: 'https://evil.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

function urlOf(path: string, id: number): string {
  return path
    .replace('{id}', String(id))
    .replace('{linkId}', '01900000-0000-7000-8000-000000000000')
    .replace('{jid}', '120363000000000000@g.us')
    .replace('{plan_type}', 'business');
}

function isForOperators(path: string): boolean {
  return path.startsWith('/api/admin/');
}

function whoMay(path: string): TestUser {
  return isForOperators(path) ? operator : user;
}

function exampleOf(content: Loose): Record<string, unknown> | undefined {
  const inSchema = (schema: Loose): Loose =>
    schema?.examples?.[0] ?? schema?.anyOf?.map(inSchema).find((found: unknown) => found !== undefined);
  return content?.example ?? inSchema(content?.schema);
}
