import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Backends } from '../../../src/modules/backends/index.ts';
import { apiKey, eventually, openPool, type Pool } from './support.ts';

let pool: Pool;
beforeAll(async () => {
  pool = await openPool();
});
afterEach(() => pool.reset());
afterAll(() => pool.close());

const sendsHang = { failures: [{ route: 'POST /message/', probability: 1, kind: 'hang' as const }] };

async function startLine() {
  const sandbox = await pool.startSandbox();
  const backends = pool.process({ trialEveryMs: 300 });
  await backends.join([{ url: sandbox.url, apiKey }]);
  await backends.probeAll();
  const { id } = await pool.row(sandbox.url);
  const { control } = await backends.backendOf(id);
  await control.createInstance({ instanceName: 'line', integration: 'EVOLUTION', token: 'token', qrcode: false });
  return { sandbox, backends, id };
}

async function sendOn(backends: Backends, id: number, deadlineMs = 200) {
  const { sends } = await backends.requireUsable(id);
  return sends.send({ instance: 'line', number: '5511988887777', content: { kind: 'text', text: 'hi' }, deadlineMs });
}

const sendMany = async (backends: Backends, id: number, count: number) => {
  for (let n = 0; n < count; n++) await sendOn(backends, id);
};

test('five sends in a row without an answer shut the backend off at once, for every process, and one after another is tried', async () => {
  const { sandbox, backends, id } = await startLine();
  const other = pool.process();
  other.follow(3_600_000);
  await eventually(() => other.summary()).toEqual({ total: 1, healthy: 1 });
  sandbox.control.setKnobs(sendsHang);
  await sendMany(backends, id, 4);
  expect((await backends.requireUsable(id)).id).toBe(id);
  await sendMany(backends, id, 1);
  const startedAt = performance.now();
  await expect(backends.requireUsable(id)).rejects.toMatchObject({
    code: 'backend_unavailable',
    retryAfterSeconds: expect.any(Number),
  });
  expect(performance.now() - startedAt).toBeLessThan(100);
  await eventually(async () => (await pool.row(sandbox.url)).state).toBe('degraded');
  await eventually(() => other.requireUsable(id).catch(({ code }) => code)).toBe('backend_unavailable');

  // Its probes are answered all the while: they do not undo what the sends found.
  await backends.probeAll();
  await backends.probeAll();
  expect(await pool.row(sandbox.url)).toMatchObject({ state: 'degraded', failures: 0 });

  sandbox.control.ledger.clear();
  const sends = () => sandbox.control.ledger.calls().filter(({ url }) => url.startsWith('/message/')).length;
  await eventually(() =>
    sendOn(backends, id).then(
      ({ kind }) => kind,
      ({ code }) => code,
    ),
  ).toBe('unknown');
  expect(sends()).toBe(1);
  await expect(backends.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });

  sandbox.control.setKnobs({ failures: [] });
  await eventually(() =>
    sendOn(backends, id).then(
      ({ kind }) => kind,
      ({ code }) => code,
    ),
  ).toBe('sent');
  expect((await backends.requireUsable(id)).id).toBe(id);
  await eventually(async () => (await pool.row(sandbox.url)).state).toBe('active');
  await eventually(() =>
    other.requireUsable(id).then(
      ({ state }) => state,
      ({ code }) => code,
    ),
  ).toBe('active');
});

test('sends that are refused say that the backend is there', async () => {
  const { sandbox, backends, id } = await startLine();
  sandbox.control.setKnobs({ failures: [{ route: 'POST /message/', probability: 1, kind: 'http500-before' }] });
  await sendMany(backends, id, 12);
  sandbox.control.setKnobs({ failures: [{ route: 'POST /message/', probability: 1, kind: 'reset-after' }] });
  await sendMany(backends, id, 12);
  expect((await backends.requireUsable(id)).state).toBe('active');
});

test('a backend that died is found by its sends before any round of probes', async () => {
  const { sandbox, backends, id } = await startLine();
  await sandbox.close();
  await sendMany(backends, id, 5);
  await expect(backends.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });
  await eventually(async () => (await pool.row(sandbox.url)).state).toBe('down');

  await pool.startSandbox({ port: Number(new URL(sandbox.url).port) });
  await backends.probeAbsent();
  await backends.probeAbsent();
  expect((await backends.requireUsable(id)).state).toBe('active');
});

test('one backend that is shut off leaves the others alone', async () => {
  const { sandbox, backends, id } = await startLine();
  const healthy = await pool.startSandbox();
  await backends.join([{ url: healthy.url, apiKey }]);
  await backends.probeAll();
  sandbox.control.setKnobs(sendsHang);
  await sendMany(backends, id, 5);
  await expect(backends.requireUsable(id)).rejects.toMatchObject({ code: 'backend_unavailable' });
  const { id: other } = await pool.row(healthy.url);
  expect((await backends.requireUsable(other)).state).toBe('active');
});
