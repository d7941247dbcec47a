import { expect, test } from 'vitest';
import { FAULTS } from '../../src/sandbox/index.ts';
import { useSandbox } from './support/harness.ts';
import { sendRaw } from './support/raw-send.ts';

const t = useSandbox();

const effects: Record<string, number> = {
  'http500-before': 0,
  'http500-after': 1,
  'reset-before': 0,
  'reset-after': 1,
  hang: 0,
  'hang-after': 1,
  drip: 1,
  html: 1,
  huge: 1,
};

test.each(FAULTS)('failure %s has its effect or has it not', async (kind) => {
  await t.api.create('plain');
  t.sandbox.control.setKnobs({ failures: [{ route: 'POST /message/', probability: 1, kind }] });
  const isSilent = kind.startsWith('hang') || kind === 'drip';
  const reply = await sendRaw(t.sandbox.url, 'plain', '5511999999999', isSilent ? 500 : 10_000);
  expect(t.sandbox.control.ledger.sends()).toHaveLength(effects[kind] ?? -1);
  expect(t.sandbox.control.ledger.calls().at(-1)?.outcome).toBe(kind);
  if (kind.startsWith('reset')) expect(reply.outcome).toBe('reset');
  if (isSilent) expect(reply.outcome).toBe('silence');
  if (kind.startsWith('http500')) expect(reply.status).toBe(500);
  expect((await t.api.call('GET', '/')).status).toBe(200);
});

test('one seed fails the same creates, and about as many as asked for', async () => {
  const failed = async (prefix: string, seed: number) => {
    t.sandbox.control.setKnobs({ createFailureRatio: 0.2, seed });
    const statuses: number[] = [];
    for (let index = 0; index < 60; index++) statuses.push((await t.api.create(`${prefix}-${index}`)).status);
    return statuses.map((status) => status === 500);
  };
  const first = await failed('a', 7);
  expect(await failed('b', 7)).toEqual(first);
  expect(await failed('c', 8)).not.toEqual(first);
  const count = first.filter(Boolean).length;
  expect(count).toBeGreaterThan(4);
  expect(count).toBeLessThan(24);
});

test('a create that fails after its effect leaves the instance behind', async () => {
  t.sandbox.control.setKnobs({ createFailureRatio: 1, createFailureKind: 'http500-after' });
  expect((await t.api.create('left')).status).toBe(500);
  expect(await t.api.state('left')).toBe('open');
});

test('latency is added to every call, or to a route', async () => {
  t.sandbox.control.setKnobs({ latencyMs: 300, latencyMsByRoute: { 'GET /instance/': 0, 'POST /message/': 500 } });
  const timed = async (work: Promise<unknown>) => {
    const started = performance.now();
    await work;
    return performance.now() - started;
  };
  expect(await timed(t.api.create('plain'))).toBeGreaterThanOrEqual(298);
  expect(await timed(t.api.send('plain', '1'))).toBeGreaterThanOrEqual(498);
  expect(await timed(t.api.call('GET', '/instance/connectionState/plain'))).toBeLessThan(298);
});

test('unknown knobs and wrong types are refused, and nothing changes', () => {
  const { control } = t.sandbox;
  const before = control.knobs();
  for (const patch of [
    { latency: 5 },
    { latencyMs: '5' },
    { scanAfterMs: 'soon' },
    { failures: [{ route: '', probability: 1, kind: 'explode' }] },
    { createFailureKind: 'explode' },
    { latencyMsByRoute: { '/': 'long' } },
    { webhookDropEvents: 'send.message' },
  ]) {
    expect(() => control.setKnobs(patch as object)).toThrow();
  }
  expect(control.knobs()).toEqual(before);
});
