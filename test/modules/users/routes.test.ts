import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { buildUsers, jwtSecret, password, type UsersUnderTest } from './support.ts';

let database: TestDatabase;
let here: UsersUnderTest;

beforeAll(async () => {
  database = await openTestDatabase();
  here = buildUsers(database);
});
afterAll(() => database.close());

const keyShape = /^ef_live_[0-9A-Za-z]{36}$/;

describe('POST /api/auth/register', () => {
  test('answers 201 with the key and the limits of the plan', async () => {
    const { status, body } = await here.call('POST', '/api/auth/register', {
      body: {
        email: '  John@Example.com ',
        password,
        full_name: 'John Doe',
        company_name: 'Acme Corp',
        plan_type: 'business',
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      message: 'User created successfully',
      user: {
        id: expect.any(Number),
        email: 'John@Example.com',
        api_key: expect.stringMatching(keyShape),
        full_name: 'John Doe',
        company_name: 'Acme Corp',
        plan_type: 'business',
        max_phone_numbers: 10,
        max_messages_per_day: 5_000,
        requests_per_minute: 1_500,
        role: 'user',
        status: 'active',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
    const profile = await here.call('GET', '/api/user/profile', { key: body.user.api_key });
    expect(profile.status).toBe(200);
  });

  test('takes the plan starter where none is named', async () => {
    const { body } = await here.call('POST', '/api/auth/register', { body: { email: 'plain@example.com', password } });
    expect(body.user).toMatchObject({ plan_type: 'starter', max_phone_numbers: 3, full_name: null });
  });

  test('knows a taken address in any case and with spaces around it', async () => {
    await here.signUp('taken@example.com');
    const { status, body } = await here.call('POST', '/api/auth/register', {
      body: { email: ' TAKEN@Example.COM ', password },
    });
    expect([status, body.code]).toEqual([409, 'email_taken']);
  });

  test.each([
    ['a missing password', { email: 'a@example.com' }, 'invalid_request'],
    ['an unknown property', { email: 'a@example.com', password, role: 'operator' }, 'invalid_request'],
    ['a password that is no text', { email: 'a@example.com', password: 12345678 }, 'invalid_request'],
    ['an address without a domain', { email: 'someone@localhost', password }, 'invalid_request'],
    ['an address with a space', { email: 'some one@example.com', password }, 'invalid_request'],
    ['an address with two @', { email: 'a@b@example.com', password }, 'invalid_request'],
    ['an address of 255 characters', { email: `a@${'b.'.repeat(125)}com`, password }, 'invalid_request'],
    ['a letter that only looks like an a', { email: '\u0430dmin@example.com', password }, 'invalid_request'],
    ['7 characters of password', { email: 'a@example.com', password: '1234567' }, 'weak_password'],
    ['129 characters of password', { email: 'a@example.com', password: 'x'.repeat(129) }, 'weak_password'],
    ['an unknown plan', { email: 'a@example.com', password, plan_type: 'gold' }, 'plan_not_offered'],
    [
      'a full name of 201 characters',
      { email: 'a@example.com', password, full_name: 'x'.repeat(201) },
      'invalid_request',
    ],
  ])('refuses %s', async (_what, body, code) => {
    const answer = await here.call('POST', '/api/auth/register', { body });
    expect([answer.status, answer.body.code, answer.body.success]).toEqual([400, code, false]);
  });

  test.each(['{"email":"a@example.com","password":"12345678\\u0000"}', '{"email":', '[]'])(
    'refuses the body %s',
    async (rawBody) => {
      expect((await here.call('POST', '/api/auth/register', { rawBody })).status).toBe(400);
    },
  );

  test('counts characters of a password, not code units: 128 of them are accepted', async () => {
    const emoji = '🔑'.repeat(128);
    const body = { email: 'emoji@example.com', password: emoji };
    expect((await here.call('POST', '/api/auth/register', { body })).status).toBe(201);
    expect((await here.call('POST', '/api/auth/login', { body })).status).toBe(200);
    const shorter = { email: 'emoji@example.com', password: '🔑'.repeat(127) };
    expect((await here.call('POST', '/api/auth/login', { body: shorter })).status).toBe(401);
  });

  test('refuses a plan that is not offered, and every plan where sign-up is closed', async () => {
    const onlyStarter = buildUsers(database, { signupPlans: ['starter'] });
    const business = { email: 'b@example.com', password, plan_type: 'business' };
    const refused = await onlyStarter.call('POST', '/api/auth/register', { body: business });
    expect([refused.status, refused.body.code]).toEqual([400, 'plan_not_offered']);
    const closed = buildUsers(database, { signupPlans: [] });
    const starter = { email: 'c@example.com', password };
    expect((await closed.call('POST', '/api/auth/register', { body: starter })).body.code).toBe('plan_not_offered');
  });
});

describe('POST /api/auth/login', () => {
  test('answers the user, an access token of 15 minutes and a refresh token', async () => {
    const user = await here.signUp('login@example.com');
    const { status, body } = await here.call('POST', '/api/auth/login', {
      body: { email: 'LOGIN@example.com', password },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      user: expect.objectContaining({
        id: user.id,
        email: 'login@example.com',
        api_key: `ef_live_…${user.api_key.slice(-4)}`,
      }),
      access_token: expect.stringMatching(/^eyJ/),
      refresh_token: expect.stringMatching(/^efr_[\w-]{64}$/),
      expires_in: 900,
    });
    expect((await here.call('GET', '/api/user/profile', { bearer: body.access_token })).body.user.id).toBe(user.id);
  });

  test('answers the same for a wrong password and for an unknown user', async () => {
    await here.signUp('someone@example.com');
    const wrong = await here.call('POST', '/api/auth/login', {
      body: { email: 'someone@example.com', password: 'not the password' },
    });
    const unknown = await here.call('POST', '/api/auth/login', { body: { email: 'nobody@example.com', password } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials']);
    const withoutId = ({ request_id: _, ...rest }: Record<string, unknown>) => rest;
    expect(withoutId(unknown.body)).toEqual(withoutId(wrong.body));
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(wrong.headers));
  });

  test.each([
    { email: 'a@example.com' },
    { email: 'a@example.com', password, remember: true },
    { email: '', password },
  ])('refuses the body %j', async (body) => {
    const answer = await here.call('POST', '/api/auth/login', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('GET /api/user/profile', () => {
  test("shows the key's hint, the limits and what is used today, and no one else's", async () => {
    const user = await here.signUp();
    const other = await here.signUp();
    await database.pool.query(
      'insert into usage (user_id, day, used) values ($1, app_today(), 120), ($2, app_today(), 7)',
      [user.id, other.id],
    );
    await database.pool.query("insert into phone_numbers (user_id, instance_name, token) values ($1, 'one', '-')", [
      user.id,
    ]);
    await database.pool.query(
      "insert into phone_numbers (user_id, instance_name, token, deleted_at) values ($1, 'gone', '-', now())",
      [user.id],
    );
    const { status, body } = await here.call('GET', '/api/user/profile', { key: user.api_key });
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.user).toMatchObject({
      id: user.id,
      email: user.email,
      api_key: `ef_live_…${user.api_key.slice(-4)}`,
      max_messages_per_day: 1_000,
      usage_today: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        messages_used: 120,
        messages_left: 880,
        phone_numbers: 1,
      },
    });
  });

  test('a suspended user may read the profile and change nothing', async () => {
    const user = await here.signUp();
    await database.pool.query("update users set status = 'suspended' where id = $1", [user.id]);
    here.users.forgetCaller(user.id);
    const profile = await here.call('GET', '/api/user/profile', { key: user.api_key });
    expect([profile.status, profile.body.user.status]).toEqual([200, 'suspended']);
    const rotated = await here.call('POST', '/api/user/api-key/rotate', { key: user.api_key });
    expect([rotated.status, rotated.body.code]).toEqual([403, 'user_suspended']);
  });
});

describe('PATCH /api/user/profile', () => {
  test('changes what is given, empties what is null, leaves the rest and other users', async () => {
    const user = await here.signUp();
    const other = await here.signUp();
    const patch = (body: unknown) => here.call('PATCH', '/api/user/profile', { key: user.api_key, body });
    await patch({ full_name: 'Ann', company_name: 'Acme' });
    const { status, body } = await patch({ company_name: null });
    expect([status, body.user.full_name, body.user.company_name]).toEqual([200, 'Ann', null]);
    expect((await patch({})).body.user.full_name).toBe('Ann');
    const untouched = await here.call('GET', '/api/user/profile', { key: other.api_key });
    expect(untouched.body.user.full_name).toBeNull();
  });

  test.each([{ email: 'other@example.com' }, { plan_type: 'enterprise' }, { role: 'operator' }, { full_name: 1 }])(
    'refuses %j',
    async (body) => {
      const { api_key: key } = await here.signUp();
      expect((await here.call('PATCH', '/api/user/profile', { key, body })).status).toBe(400);
    },
  );
});

describe('POST /api/auth/logout', () => {
  test('ends this session and no other', async () => {
    const user = await here.signUp();
    const session = await here.logIn(user.email);
    const kept = await here.logIn(user.email);
    const { status, body } = await here.call('POST', '/api/auth/logout', { bearer: session.access_token });
    expect([status, body.success]).toEqual([200, true]);
    expect((await here.call('GET', '/api/user/profile', { bearer: session.access_token })).status).toBe(401);
    const refreshed = await here.call('POST', '/api/auth/refresh', { body: { refresh_token: session.refresh_token } });
    expect([refreshed.status, refreshed.body.code]).toEqual([401, 'unauthenticated']);
    expect((await here.call('GET', '/api/user/profile', { bearer: kept.access_token })).status).toBe(200);
  });

  test('is refused for an API key, which has no session', async () => {
    const { api_key: key } = await here.signUp();
    const { status, body } = await here.call('POST', '/api/auth/logout', { key });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('POST /api/user/api-key/rotate', () => {
  test('answers a new key and lets the former one work for 24 hours', async () => {
    const user = await here.signUp();
    const { status, body } = await here.call('POST', '/api/user/api-key/rotate', { key: user.api_key });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      api_key: expect.stringMatching(keyShape),
      former_keys_expire_at: expect.any(String),
    });
    const hours = (Date.parse(body.former_keys_expire_at) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.1);
    for (const key of [user.api_key, body.api_key]) {
      const profile = await here.call('GET', '/api/user/profile', { key });
      expect([profile.status, profile.body.user.api_key]).toEqual([200, `ef_live_…${body.api_key.slice(-4)}`]);
    }
  });

  test("with overlap 0 ends every former key at once, those in overlap too, and no other user's", async () => {
    const user = await here.signUp();
    const other = await here.signUp();
    const second = (await here.call('POST', '/api/user/api-key/rotate', { key: user.api_key })).body.api_key;
    const { body } = await here.call('POST', '/api/user/api-key/rotate', { key: second, body: { overlap_hours: 0 } });
    expect(body.former_keys_expire_at).toBeNull();
    for (const key of [user.api_key, second]) {
      expect((await here.call('GET', '/api/user/profile', { key })).status).toBe(401);
    }
    for (const key of [body.api_key, other.api_key]) {
      expect((await here.call('GET', '/api/user/profile', { key })).status).toBe(200);
    }
  });

  test('a shorter overlap also shortens a longer one that runs', async () => {
    const user = await here.signUp();
    const second = (
      await here.call('POST', '/api/user/api-key/rotate', { key: user.api_key, body: { overlap_hours: 48 } })
    ).body.api_key;
    await here.call('POST', '/api/user/api-key/rotate', { key: second, body: { overlap_hours: 1 } });
    const { rows } = await database.pool.query(
      "select count(*) as count from user_keys where user_id = $1 and expires_at > now() + interval '61 minutes'",
      [user.id],
    );
    expect(rows[0].count).toBe(0);
  });

  test.each([
    { overlap_hours: -1 },
    { overlap_hours: 1.5 },
    { overlap_hours: '24' },
    { overlap_hours: 721 },
    { hours: 1 },
  ])('refuses %j', async (body) => {
    const { api_key: key } = await here.signUp();
    const answer = await here.call('POST', '/api/user/api-key/rotate', { key, body });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('without a valid key or token', () => {
  const routes = [
    ['POST', '/api/auth/logout'],
    ['GET', '/api/user/profile'],
    ['PATCH', '/api/user/profile'],
    ['POST', '/api/user/password'],
    ['POST', '/api/user/api-key/rotate'],
  ] as const;

  test.each(routes)('%s %s answers 401', async (method, url) => {
    const { api_key: key } = await here.signUp();
    const misspelt = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    const credentials = [
      {},
      { key: misspelt },
      { key: 'ef_live_' },
      { key: '' },
      { bearer: key },
      { bearer: 'eyJ.e.s' },
    ];
    for (const credential of credentials) {
      const answer = await here.call(method, url, credential);
      expect([credential, answer.status, answer.body.code]).toEqual([credential, 401, 'unauthenticated']);
    }
  });
});

test('every route lists the status it answered with', async () => {
  const listed = new Set<string>();
  const app = buildUsers(database);
  app.app.addHook('onResponse', async (request, reply) => {
    const schema = request.routeOptions.schema?.response as Record<string, unknown> | undefined;
    listed.add(`${request.routeOptions.url} ${reply.statusCode} ${schema?.[reply.statusCode] !== undefined}`);
  });
  const user = await app.signUp();
  const session = await app.logIn(user.email);
  await app.call('POST', '/api/auth/register', { body: { email: user.email, password } });
  await app.call('POST', '/api/auth/register', { body: {} });
  await app.call('POST', '/api/auth/login', { body: { email: user.email, password: 'wrong' } });
  await app.call('POST', '/api/auth/refresh', { body: { refresh_token: 'wrong' } });
  await app.call('POST', '/api/auth/refresh', { body: { refresh_token: session.refresh_token } });
  await app.call('GET', '/api/user/profile');
  await app.call('POST', '/api/auth/logout', { bearer: session.access_token });
  expect([...listed].filter((line) => !line.endsWith('true'))).toEqual([]);
  expect(listed.size).toBe(9);
});

test('no issued secret stands in any table or log line', async () => {
  const watched = buildUsers(database);
  const user = await watched.signUp();
  const session = await watched.logIn(user.email);
  const { body: refreshed } = await watched.call('POST', '/api/auth/refresh', {
    body: { refresh_token: session.refresh_token },
  });
  const { body: rotated } = await watched.call('POST', '/api/user/api-key/rotate', { key: user.api_key });
  await watched.call('POST', '/api/auth/login', { body: { email: user.email, password: 'guess number one' } });
  const secrets = [
    password,
    'guess number one',
    jwtSecret,
    user.api_key,
    rotated.api_key,
    session.access_token,
    session.refresh_token,
    refreshed.access_token,
    refreshed.refresh_token,
  ];
  const { rows: tables } = await database.pool.query<{ name: string }>(
    "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'",
  );
  expect(tables.length).toBeGreaterThan(20);
  const places: [string, string][] = [['log', JSON.stringify(watched.logLines)]];
  for (const { name } of tables) {
    const { rows } = await database.pool.query(`select coalesce(string_agg(t::text, '\n'), '') as text from ${name} t`);
    places.push([name, rows[0].text]);
  }
  expect(places.find(([name]) => name === 'users')?.[1]).toContain(user.email);
  const found = places.flatMap(([place, text]) =>
    secrets
      .flatMap((secret) => [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
      .filter((secret) => text.includes(secret))
      .map((secret) => [place, secret]),
  );
  expect(found).toEqual([]);
});
