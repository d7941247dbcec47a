import { afterAll, beforeAll, expect, test } from 'vitest';
import { fastKnobs, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { json, startScriptedServer } from '../../evolution/scripted-server.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { createNumber, readNumber, untilCreated } from '../phone-numbers/support.ts';
import { at, becomeOperator, eventually } from './support.ts';

let gateway: TestGateway;
let beside: TestGateway;
let operator: TestUser;
let user: TestUser;
const own: Sandbox[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  beside = await startGateway({ beside: gateway });
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
  await Promise.all(own.map((sandbox) => sandbox.close()));
});

async function sandboxOfOwn(apiKey = 'its-own-key'): Promise<Sandbox> {
  const sandbox = await startSandbox({ apiKey, knobs: fastKnobs });
  own.push(sandbox);
  return sandbox;
}

const join = (body: object) => operator.api('POST', '/api/admin/backends', body);

async function joined(more: object = {}) {
  const sandbox = await sandboxOfOwn();
  const answer = await join({ url: sandbox.url, api_key: 'its-own-key', ...more });
  expect(answer).toMatchObject({ status: 201 });
  return { sandbox, backend: answer.body.backend };
}

test('a server joins with capacity and labels, serves at once, and its key is never shown', async () => {
  const { sandbox, backend } = await joined({ capacity: 7, labels: ['region=br', 'disk=ssd'] });
  expect(backend).toMatchObject({
    url: sandbox.url,
    state: 'active',
    version: '2.3.6',
    capacity: 7,
    labels: ['disk=ssd', 'region=br'],
    isolation: 'shared',
    assigned: 0,
    sandbox: true,
    container: null,
    latency_ms: expect.any(Number),
  });
  const answers = await Promise.all([
    operator.api('GET', '/api/admin/backends'),
    operator.api('GET', `/api/admin/backends/${backend.id}`),
    operator.api('GET', '/api/admin/audit'),
  ]);
  expect(answers[0].body.backends).toHaveLength(2);
  expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('its-own-key');
  expect(gateway.logs.join('\n')).not.toContain('its-own-key');
  expect((await join({ url: `${sandbox.url}/`, api_key: 'its-own-key' })).body.code).toBe('backend_exists');
});

test('a backend that was started by itself shows its container', async () => {
  const { backend } = await joined();
  await gateway.database.db
    .insertInto('provisioned_backends')
    .values({
      id: '01a1fa92-4c0d-7561-978b-1ecdb2c1a2e8',
      backend_id: backend.id,
      driver: 'docker',
      name: 'ef-abcdefgh-b1',
      url: backend.url,
      image: 'an-image:1',
      port: 4_000,
      capacity: 10,
      api_key_sealed: '-',
      state: 'running',
      replacements: 2,
      cpu: 0.25,
      memory_bytes: 5,
      memory_limit_bytes: 9,
    })
    .execute();
  const container = { state: 'running', cpu: 0.25, memory_bytes: 5, memory_limit_bytes: 9, replacements: 2 };
  const { body: one } = await operator.api('GET', `/api/admin/backends/${backend.id}`);
  expect(one.backend.container).toEqual(container);
  const { body: all } = await operator.api('GET', '/api/admin/backends');
  expect(all.backends.map((each: { container: unknown }) => each.container)).toEqual(
    expect.arrayContaining([container, null]),
  );
  await gateway.database.db.deleteFrom('provisioned_backends').execute();
});

test('only what answers as an Evolution API and knows the key joins, and nothing of a foreign answer is told', async () => {
  const sandbox = await sandboxOfOwn();
  const wrongKey = await join({ url: sandbox.url, api_key: 'another-key' });
  expect(wrongKey).toMatchObject({ status: 422, body: { code: 'backend_refused_to_join' } });
  expect(wrongKey.body.detail).toContain('refuses the key');

  let asked = 0;
  const inside = await startScriptedServer((_, response) => {
    asked++;
    json(response, 404, { response: { message: ['a secret of the inside'] } });
  });
  const redirecting = await startScriptedServer((_, response) => {
    response.writeHead(302, { location: `${inside.baseUrl}/instance/connectionState/x` }).end();
  });
  for (const [url, before] of [
    [inside.baseUrl, 1],
    [redirecting.baseUrl, 1],
    ['http://127.0.0.1:9', 1],
  ] as const) {
    const answer = await join({ url, api_key: 'key' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'backend_refused_to_join' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret of the inside');
    expect(asked).toBe(before);
  }
  await Promise.all([inside.close(), redirecting.close()]);
});

test.each([
  'ftp://127.0.0.1:8080',
  'file:///etc/passwd',
  'gopher://127.0.0.1',
  'http://user:password@127.0.0.1:8080',
  'http://127.0.0.1:8080/?instanceName=x',
  'http://127.0.0.1:8080/#x',
  '//127.0.0.1',
  'nonsense',
])('%s is no URL of a backend', async (url) => {
  expect(await join({ url, api_key: 'key' })).toMatchObject({ status: 400, body: { code: 'invalid_url' } });
});

test.each([[['region']], [['=br']], [['region=']], [['re gion=br']], [['region=br;drop']]])(
  'the labels %j are refused',
  async (labels) => {
    const sandbox = await sandboxOfOwn();
    const answer = await join({ url: sandbox.url, api_key: 'its-own-key', labels });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  },
);

test('what is changed holds in every process within 5 s', async () => {
  const { backend } = await joined();
  const change = { capacity: 3, labels: ['region=us'] };
  const changed = await operator.api('PATCH', `/api/admin/backends/${backend.id}`, change);
  expect(changed).toMatchObject({ status: 200, body: { backend: change } });
  const startedAt = performance.now();
  await operator.api('POST', `/api/admin/backends/${backend.id}/cordon`);
  const seenBeside = () => beside.services.backends.list().find(({ url }) => url === backend.url)?.state;
  await eventually(seenBeside, 5_000).toBe('cordoned');
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await operator.api('POST', `/api/admin/backends/${backend.id}/uncordon`);
  await eventually(seenBeside, 5_000).toBe('active');
  await at(beside, operator)('DELETE', `/api/admin/backends/${backend.id}`);
  await eventually(() => gateway.services.backends.list().some(({ url }) => url === backend.url), 5_000).toBe(false);
});

test('a new key must be known to the server, and a draining backend is not ended by uncordoning it', async () => {
  const { backend } = await joined();
  const path = `/api/admin/backends/${backend.id}`;
  expect((await operator.api('PATCH', path, { api_key: 'not-its-key' })).body.code).toBe('backend_refused_to_join');
  expect((await operator.api('PATCH', path, { api_key: 'its-own-key' })).status).toBe(200);
  await operator.api('POST', `${path}/drain`);
  const after = await operator.api('POST', `${path}/uncordon`);
  expect(after.body.backend).toMatchObject({ hold: 'draining' });
  expect((await operator.api('POST', `${path}/undrain`)).body.backend).toMatchObject({ hold: null });
  await operator.api('DELETE', path);
  expect((await operator.api('GET', path)).status).toBe(404);
});

test('what the settings name does not bring back what an operator removed, nor a key that an operator changed', async () => {
  const { sandbox, backend } = await joined();
  await gateway.services.backends.join([{ url: sandbox.url, apiKey: 'of-the-settings' }]);
  expect((await operator.api('GET', `/api/admin/backends/${backend.id}`)).body.backend.state).toBe('active');
  await operator.api('DELETE', `/api/admin/backends/${backend.id}`);
  await gateway.services.backends.join([{ url: sandbox.url, apiKey: 'its-own-key' }]);
  expect((await operator.api('GET', `/api/admin/backends/${backend.id}`)).status).toBe(404);
});

test('labels and isolation of plans and users decide where numbers go', async () => {
  const { backend: labelled } = await joined({ labels: ['zone=one', 'disk=ssd'], capacity: 50 });
  const { backend: lonely } = await joined({ isolation: 'dedicated', capacity: 50 });
  const [brazilian, recluse, anybody] = [await gateway.signUp(), await gateway.signUp(), await gateway.signUp()];
  await operator.api('PATCH', `/api/admin/users/${brazilian.id}`, { placement_labels: ['zone=one'] });
  await operator.api('PATCH', `/api/admin/users/${recluse.id}`, { isolation: 'dedicated' });
  const placesOf = async (who: TestUser, count: number) => {
    const made = await Promise.all(Array.from({ length: count }, () => createNumber(who)));
    return Promise.all(
      made.map(async ({ body }) => {
        await untilCreated(gateway, body.phone_number.id);
        return (await readNumber(gateway, body.phone_number.id)).backend_id;
      }),
    );
  };
  expect(new Set(await placesOf(brazilian, 3))).toEqual(new Set([labelled.id]));
  expect(new Set(await placesOf(recluse, 3))).toEqual(new Set([lonely.id]));
  expect(await placesOf(anybody, 6)).not.toContain(lonely.id);
  expect((await operator.api('GET', `/api/admin/backends/${lonely.id}`)).body.backend.dedicated_to).toBe(recluse.id);
  const another = await gateway.signUp();
  await operator.api('PATCH', `/api/admin/users/${another.id}`, { isolation: 'dedicated' });
  expect((await createNumber(another)).body.code).toBe('no_backend_available');

  // Its user may go anywhere from now on: the preview shows that the numbers are in the wrong place.
  await operator.api('PATCH', `/api/admin/users/${recluse.id}`, { isolation: null });
  const { body: plan } = await operator.api('GET', '/api/admin/fleet/plan');
  expect(
    plan.moves.filter(({ from_backend_id }: { from_backend_id: number }) => from_backend_id === lonely.id),
  ).toEqual(Array(3).fill(expect.objectContaining({ reason: 'misplaced', user_id: recluse.id, needs_scan: false })));
});

test('a backend that drains is emptied by the moves of the preview, and only then removed without force', async () => {
  const { backend } = await joined({ labels: ['only=here'] });
  const drained = await gateway.signUp();
  await operator.api('PATCH', `/api/admin/users/${drained.id}`, { placement_labels: ['only=here'] });
  const { body } = await createNumber(drained);
  await untilCreated(gateway, body.phone_number.id);
  await operator.api('PATCH', `/api/admin/users/${drained.id}`, { placement_labels: null });
  const path = `/api/admin/backends/${backend.id}`;
  expect(await operator.api('DELETE', path)).toMatchObject({
    status: 409,
    body: { code: 'backend_not_empty', assigned: 1 },
  });
  const { body: foreseen } = await operator.api('GET', `/api/admin/fleet/plan?drain=${backend.id}`);
  expect(foreseen.moves.filter(({ reason }: { reason: string }) => reason === 'draining')).toMatchObject([
    { phone_number_id: body.phone_number.id, from_backend_id: backend.id },
  ]);
  expect((await operator.api('GET', path)).body.backend).toMatchObject({ state: 'active' });
  expect((await operator.api('GET', '/api/admin/fleet/plan?drain=999999')).status).toBe(404);
  await operator.api('POST', `${path}/drain`);
  expect((await operator.api('GET', path)).body.backend).toMatchObject({
    state: 'draining',
    phone_numbers: { qr_ready: 1 },
  });
  const { body: plan } = await operator.api('GET', '/api/admin/fleet/plan');
  const [move, ...more] = plan.moves.filter(({ reason }: { reason: string }) => reason === 'draining');
  expect(more).toEqual([]);
  expect(move).toMatchObject({ phone_number_id: body.phone_number.id, from_backend_id: backend.id });
  const moved = await operator.api('POST', `/api/admin/phone-numbers/${move.phone_number_id}/move`, {
    backend_id: move.to_backend_id,
  });
  expect(moved).toMatchObject({ status: 200, body: { outcome: 'moved' } });
  expect(await operator.api('DELETE', path)).toMatchObject({ status: 200, body: { phone_numbers_left: 0 } });
});

test('a backend removed by force says what it leaves; its numbers answer 503, can be moved, or have it again', async () => {
  const { sandbox, backend } = await joined({ labels: ['only=gone'] });
  const lost = await gateway.signUp();
  await operator.api('PATCH', `/api/admin/users/${lost.id}`, { placement_labels: ['only=gone'] });
  const numbers = await Promise.all(
    Array.from({ length: 2 }, async () => (await createNumber(lost)).body.phone_number),
  );
  for (const number of numbers) {
    await untilCreated(gateway, number.id);
    await sandbox.control.scan((await readNumber(gateway, number.id)).backend_name ?? '');
    await eventually(async () => (await readNumber(gateway, number.id)).status).toBe('connected');
  }
  await operator.api('PATCH', `/api/admin/users/${lost.id}`, { placement_labels: null });
  const path = `/api/admin/backends/${backend.id}`;
  const removed = await operator.api('DELETE', `${path}?force=true`);
  expect(removed).toMatchObject({ status: 200, body: { phone_numbers_left: 2 } });
  const [first, second] = numbers;
  const sendBy = (token: string) =>
    lost.api('POST', '/api/messages/send-text', { token, number: '5511988887777', text: 'hi' });
  expect(await sendBy(first.token)).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  const { body: plan } = await operator.api('GET', '/api/admin/fleet/plan');
  expect(plan.moves.map(({ phone_number_id }: { phone_number_id: number }) => phone_number_id)).toEqual(
    expect.arrayContaining([first.id, second.id]),
  );
  const moved = await operator.api('POST', `/api/admin/phone-numbers/${first.id}/move`);
  expect(moved).toMatchObject({ status: 200, body: { outcome: 'moved', phone_number: { status: 'qr_ready' } } });

  const again = await join({ url: sandbox.url, api_key: 'its-own-key', capacity: 9 });
  expect(again).toMatchObject({ status: 201, body: { backend: { id: backend.id, assigned: 1, capacity: 9 } } });
  expect(await sendBy(second.token)).toMatchObject({ status: 200 });
  const { rows } = await gateway.database.pool.query(
    'select sum(assigned)::int as assigned, (select count(*)::int from phone_numbers where deleted_at is null) as live from backends',
  );
  expect(rows[0].assigned).toBe(rows[0].live);
});

test('every deed leaves a row: who, what, before and after, from where, and how it ended', async () => {
  const { backend } = await joined();
  const path = `/api/admin/backends/${backend.id}`;
  await operator.api('PATCH', path, { capacity: 33, api_key: 'its-own-key' }, { 'x-request-id': 'a-deed-of-mine' });
  await operator.api('POST', '/api/admin/backends/999999/cordon');
  const { body } = await operator.api('GET', `/api/admin/audit?target_type=backend&target_id=${backend.id}`);
  expect(body.entries).toMatchObject([
    {
      operator_id: operator.id,
      operator_email: operator.email,
      action: 'backend.change',
      before: { capacity: 500 },
      after: { capacity: 33, api_key: 'changed' },
      outcome: 'done',
      request_id: 'a-deed-of-mine',
      ip_address: '127.0.0.1',
    },
    { action: 'backend.join', outcome: 'done', after: { url: backend.url } },
  ]);
  const first = await operator.api('GET', '/api/admin/audit?limit=1&action=backend.cordon');
  expect(first.body.entries).toMatchObject([{ target_id: '999999', outcome: 'not_found' }]);
  const next = await operator.api(
    'GET',
    `/api/admin/audit?limit=1&action=backend.cordon&cursor=${first.body.next_cursor}`,
  );
  expect(next.body.entries[0].id).not.toBe(first.body.entries[0].id);
  expect((await user.api('GET', '/api/admin/audit')).body.code).toBe('not_found');
});
