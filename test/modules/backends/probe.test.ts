import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readCapture } from '../../evolution/captures.ts';
import { json, replay, startScriptedServer } from '../../evolution/scripted-server.ts';
import { apiKey, eventually, openPool, type Pool } from './support.ts';

let pool: Pool;
beforeAll(async () => {
  pool = await openPool();
});
afterEach(() => pool.reset());
afterAll(() => pool.close());

const probeHangs = { failures: [{ route: 'GET /instance/connectionState', probability: 1, kind: 'hang' as const }] };

test('a backend that answers and knows our key becomes active, with its version', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'joining', version: null });
  expect(backends.summary()).toEqual({ total: 0, healthy: 0 });
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active', version: '2.3.6', failures: 0 });
  expect(backends.summary()).toEqual({ total: 1, healthy: 1 });
  const calls = sandbox.control.ledger.calls().map(({ method, url }) => `${method} ${url}`);
  expect(calls).toEqual([expect.stringMatching(/^GET \/instance\/connectionState\//), 'POST /verify-creds', 'GET /']);
});

test.each([['active'], ['draining']])('a backend that is %s is asked two cheap questions a round', async (state) => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  await pool.database.db.updateTable('backends').set({ state }).execute();
  sandbox.control.ledger.clear();
  for (let round = 0; round < 3; round++) await backends.probeAll();
  const calls = sandbox.control.ledger
    .calls()
    .map(({ method, url }) => `${method} ${url.split('/').slice(0, 3).join('/')}`);
  expect(calls).toEqual(Array(3).fill(['GET /instance/connectionState', 'POST /verify-creds']).flat());
});

test('a backend that refuses our key never becomes active, and is healthy in no count', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey: 'not-its-key' }]);
  for (let round = 0; round < 3; round++) await backends.probeAll();
  const row = await pool.row(sandbox.url);
  expect(row).toMatchObject({ state: 'down', version: null, state_reason: expect.stringContaining('unauthorized') });
  expect(row.state_reason).not.toContain('not-its-key');
  expect(backends.summary()).toEqual({ total: 1, healthy: 0 });
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active' });
});

test('an active backend that is given a wrong key must join anew, and cannot', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  await backends.join([{ url: sandbox.url, apiKey: 'a-mistyped-key' }]);
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'joining' });
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'down' });
});

test('a draining backend that is given a wrong key is down, and drains on when it has the right one', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  const { id } = await pool.row(sandbox.url);
  await backends.pool.hold(id, 'draining');
  await backends.join([{ url: sandbox.url, apiKey: 'a-mistyped-key' }]);
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'down', failures: 1 });
  expect(backends.summary()).toEqual({ total: 1, healthy: 0 });
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'draining', failures: 0 });
});

test('joining again with the same key changes nothing', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  const before = await pool.database.db.selectFrom('backends').selectAll().execute();
  await pool.process().join([{ url: sandbox.url, apiKey, capacity: 7 }]);
  expect(await pool.database.db.selectFrom('backends').selectAll().execute()).toEqual(before);
});

test('a dead backend goes down at the next round and comes back at the second one after its return, and takes new numbers slowly', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  const { port } = new URL(sandbox.url);
  await sandbox.close();
  await backends.probeAll();
  const row = await pool.row(sandbox.url);
  expect(row).toMatchObject({ state: 'down', failures: 1, state_reason: expect.stringContaining('unreachable') });
  expect(backends.summary()).toEqual({ total: 1, healthy: 0 });
  await expect(backends.requireUsable(row.id)).rejects.toMatchObject({ code: 'backend_unavailable' });

  await pool.startSandbox({ port: Number(port) });
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'down', failures: 0 });
  await backends.probeAbsent();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active', failures: 0, state_reason: null });
  expect((await backends.requireUsable(row.id)).state).toBe('active');
  expect(pool.logs.map(({ event }) => event).filter((event) => /^backend_(up|down)$/.test(String(event)))).toEqual([
    'backend_down',
    'backend_up',
  ]);
});

test('a hung backend goes down when its deadline passes, and the others are probed meanwhile', async () => {
  const [hung, other] = [await pool.startSandbox(), await pool.startSandbox()];
  const backends = pool.process({ readTimeoutMs: 2_500 });
  await backends.join([
    { url: hung.url, apiKey },
    { url: other.url, apiKey },
  ]);
  await backends.probeAll();
  hung.control.setKnobs(probeHangs);
  other.control.ledger.clear();
  const startedAt = performance.now();
  await backends.probeAll();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await pool.row(hung.url)).toMatchObject({ state: 'active' });
  await other.close();
  await backends.probeAll();
  expect(await pool.row(other.url)).toMatchObject({ state: 'down' });
  await eventually(async () => {
    await backends.probeAbsent();
    return (await pool.row(hung.url)).state;
  }, 14_000).toBe('down');
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  hung.control.setKnobs({ failures: [] });
  // A probe that hangs since before is still on its way.
  await eventually(async () => {
    await backends.probeAll();
    return (await pool.row(hung.url)).state;
  }, 10_000).toBe('active');
});

test.each([['http500-before'], ['reset-before'], ['hang']] as const)(
  'a backend that answers its probe by %s is degraded, which its numbers do not feel, and the second time down',
  async (kind) => {
    const sandbox = await pool.startSandbox();
    const backends = pool.process({ readTimeoutMs: 400 });
    await backends.join([{ url: sandbox.url, apiKey }]);
    await backends.probeAll();
    sandbox.control.setKnobs({ failures: [{ route: 'GET /instance/connectionState', probability: 1, kind }] });
    await backends.probeAll();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: 'degraded', failures: 1 });
    const { id } = await pool.row(sandbox.url);
    expect((await backends.requireUsable(id)).state).toBe('degraded');
    await backends.probeAbsent();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: 'down', failures: 2 });
    await expect(backends.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });
  },
);

test('a bad probe now and then leaves a backend active', async () => {
  const sandbox = await pool.startSandbox();
  const backends = pool.process();
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  for (let round = 0; round < 2; round++) {
    sandbox.control.setKnobs({
      failures: [{ route: 'GET /instance/connectionState', probability: 1, kind: 'http500-before' }],
    });
    await backends.probeAll();
    sandbox.control.setKnobs({ failures: [] });
    await backends.probeAbsent();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active', failures: 0, state_reason: null });
  }
});

test.each([['draining'], ['cordoned']] as const)(
  'a backend that an operator made %s stays so through an outage, in which it shows as down',
  async (hold) => {
    const sandbox = await pool.startSandbox();
    const backends = pool.process();
    await backends.join([{ url: sandbox.url, apiKey }]);
    await backends.probeAll();
    const { id } = await pool.row(sandbox.url);
    await backends.pool.hold(id, hold);
    await backends.probeAll();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: hold });
    expect(backends.summary()).toEqual({ total: 1, healthy: 1 });
    expect((await backends.requireUsable(id)).state).toBe(hold);
    await sandbox.close();
    await backends.probeAll();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: 'down', failures: 1 });
    expect(backends.summary()).toEqual({ total: 1, healthy: 0 });
    await pool.startSandbox({ port: Number(new URL(sandbox.url).port) });
    await backends.probeAll();
    await backends.probeAll();
    expect(await pool.row(sandbox.url)).toMatchObject({ state: hold, failures: 0 });
    await backends.pool.hold(id, null);
    expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active' });
  },
);

test('a server without a license is known as such, refuses its numbers, and serves when it has one', async () => {
  let isLicensed = false;
  const server = await startScriptedServer((request, response) => {
    if (!isLicensed && request.url !== '/') json(response, 503, { error: 'not activated', code: 'LICENSE_REQUIRED' });
    else if (request.url.startsWith('/instance/')) replay(response, '041-connectionState-unknown');
    else if (request.url === '/verify-creds') replay(response, '006-verify-creds');
    else replay(response, '001-get-root');
  });
  const backends = pool.process();
  await backends.join([{ url: server.baseUrl, apiKey }]);
  await backends.probeAll();
  const { id, ...row } = await pool.row(server.baseUrl);
  expect(row).toMatchObject({ state: 'license_required', state_reason: expect.stringContaining('no license') });
  await expect(backends.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });
  isLicensed = true;
  await backends.probeAll();
  expect(await pool.row(server.baseUrl)).toMatchObject({ state: 'active', state_reason: null });
  await server.close();
});

test('a sandbox is recognised by the name it gives itself, whoever said what it is', async () => {
  const [sandbox, server] = [await pool.startSandbox(), await pool.startSandbox({ name: 'a real server' })];
  const backends = pool.process();
  await backends.join([
    { url: sandbox.url, apiKey },
    { url: server.url, apiKey, isSandbox: true },
  ]);
  await backends.probeAll();
  expect((await pool.row(sandbox.url)).is_sandbox).toBe(true);
  expect((await pool.row(server.url)).is_sandbox).toBe(false);
});

test('a server that is no Evolution server never becomes active', async () => {
  const server = await startScriptedServer((_, response) => void response.end('<p>It works!</p>'));
  const backends = pool.process();
  await backends.join([{ url: server.baseUrl, apiKey }]);
  await backends.probeAll();
  expect(await pool.row(server.baseUrl)).toMatchObject({
    state: 'down',
    state_reason: expect.stringContaining('unreadable'),
  });
  await server.close();
});

test('a backend whose version cannot be read is active all the same', async () => {
  const server = await startScriptedServer((request, response) => {
    if (request.url.startsWith('/instance/')) replay(response, '041-connectionState-unknown');
    else if (request.url === '/verify-creds') replay(response, '006-verify-creds');
    else json(response, 500, {});
  });
  const backends = pool.process();
  await backends.join([{ url: server.baseUrl, apiKey, isSandbox: true }]);
  await backends.probeAll();
  expect(await pool.row(server.baseUrl)).toMatchObject({ state: 'active', version: 'unknown', is_sandbox: true });
  await server.close();
});

test.each([['2.3.2'], ['2.2.0'], ['1.8.4']])(
  'a backend of version %s takes no phone number and says why, until it is upgraded',
  async (old) => {
    let version = old;
    const server = await startVersion(() => version);
    const backends = pool.process();
    await backends.join([{ url: server.baseUrl, apiKey }]);
    for (let round = 0; round < 2; round++) await backends.probeAll();
    const reason = `Evolution API ${old} is older than 2.3.3`;
    expect(await pool.row(server.baseUrl)).toMatchObject({ state: 'unsupported', version: old, state_reason: reason });
    expect(backends.summary()).toEqual({ total: 1, healthy: 0 });
    expect(pool.logs.filter(({ event }) => event === 'backend_unsupported')).toMatchObject([{ reason }]);
    version = '2.3.3';
    await backends.probeAll();
    expect(await pool.row(server.baseUrl)).toMatchObject({ state: 'active', version: '2.3.3', state_reason: null });
    expect(backends.summary()).toEqual({ total: 1, healthy: 1 });
    await server.close();
  },
);

test.each([['2.3.3'], ['2.4.0-rc.1'], ['3.0.0'], ['unknown'], ['latest']])(
  'a backend of version %s is active',
  async (version) => {
    const server = await startVersion(() => version);
    const backends = pool.process();
    await backends.join([{ url: server.baseUrl, apiKey }]);
    await backends.probeAll();
    expect(await pool.row(server.baseUrl)).toMatchObject({ state: 'active', version });
    await server.close();
  },
);

test('a backend known as too old from before is unsupported at the next round, and one held back by an operator stays so', async () => {
  const server = await startVersion(() => '2.3.1');
  const backends = pool.process();
  await backends.join([{ url: server.baseUrl, apiKey }]);
  await backends.probeAll();
  for (const [before, after] of [
    ['active', 'unsupported'],
    ['cordoned', 'cordoned'],
  ] as const) {
    await pool.database.db.updateTable('backends').set({ state: before, state_reason: null }).execute();
    await backends.probeAll();
    expect(await pool.row(server.baseUrl)).toMatchObject({ state: after });
  }
  await server.close();
});

test('128 sends that hang do not make their backend look dead', async () => {
  const sandbox = await pool.startSandbox({
    knobs: { failures: [{ route: 'POST /message/', probability: 1, kind: 'hang' }] },
  });
  const backends = pool.process({ readTimeoutMs: 2_000 });
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  const { id } = await pool.row(sandbox.url);
  const { sends, control } = await backends.requireUsable(id);
  await control.createInstance({ instanceName: 'line', integration: 'EVOLUTION', token: 'token', qrcode: false });
  const hanging = Array.from({ length: 128 }, (_, n) =>
    sends.send({
      instance: 'line',
      number: `55119${n}`,
      content: { kind: 'text', text: 'hi' },
      deadlineMs: 6_000,
    }),
  );
  await eventually(() => sandbox.control.ledger.calls().filter(({ url }) => url.startsWith('/message/')).length).toBe(
    128,
  );
  const startedAt = performance.now();
  await backends.probeAll();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'active', failures: 0 });
  await sandbox.close();
  await Promise.all(hanging);
});

/** A server that knows our key and calls itself by a version. */
function startVersion(version: () => string) {
  return startScriptedServer((request, response) => {
    if (request.url.startsWith('/instance/')) replay(response, '041-connectionState-unknown');
    else if (request.url === '/verify-creds') replay(response, '006-verify-creds');
    else json(response, 200, { ...(readCapture('contract/001-get-root').response.body as object), version: version() });
  });
}
