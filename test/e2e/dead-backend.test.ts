import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fastKnobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { eventually, placeOf } from '../modules/phone-numbers/support.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';

const phaseMs = process.env.LONG === '1' ? 15_000 : 2_000;
const fleet = 5;
const numbersOfEach = 2;
const sendEveryMs = 60;

type Sent = { at: number; ms: number; status: number; code: string | undefined; isOfVictim: boolean };

let gateway: TestGateway;
let beside: TestGateway;
let user: TestUser;
let lines: { number: TestNumber; sandbox: Sandbox }[];

beforeAll(async () => {
  // Calls of a backend that hangs would otherwise hold up the end.
  const overrides = { closeWithinMs: 1_000 };
  gateway = await startGateway({ sandboxes: fleet, knobs: { acks: false }, overrides });
  beside = await startGateway({ beside: gateway, overrides });
  user = await gateway.signUp();
  lines = [];
  for (let n = 0; n < fleet * numbersOfEach; n++) {
    const number = await gateway.connectNumber(user);
    lines.push({ number, sandbox: (await placeOf(gateway, number.id)).sandbox });
  }
}, 60_000);
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

/** Sends by every line, by turns over both gateways, until it is stopped. */
function startLoad(victim: Sandbox) {
  const sent: Sent[] = [];
  const ending = new AbortController();
  const workers = lines.map(async ({ number, sandbox }, n) => {
    for (let turn = 0; !ending.signal.aborted; turn++) {
      const at = performance.now();
      const by = (turn + n) % 2 === 0 ? gateway : beside;
      const { status, body } = await by.anonymous(
        'POST',
        '/api/messages/send-text',
        { token: number.token, number: '5511988887777', text: `${turn}` },
        { 'x-api-key': user.apiKey },
      );
      sent.push({ at, ms: performance.now() - at, status, code: body.code, isOfVictim: sandbox.url === victim.url });
      await setTimeout(sendEveryMs);
    }
  });
  return {
    sent,
    async stop() {
      ending.abort();
      await Promise.all(workers);
    },
  };
}

function figuresOf(sent: readonly Sent[]) {
  const of = (isOfVictim: boolean) => {
    const some = sent.filter((each) => each.isOfVictim === isOfVictim);
    const times = some.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0);
    const codes = Object.fromEntries(
      [...Map.groupBy(some, ({ status, code }) => code ?? String(status))].map(([code, each]) => [code, each.length]),
    );
    return { calls: some.length, ...codes, p50: at(0.5), p99: at(0.99), max: at(1) };
  };
  return { victim: of(true), others: of(false) };
}

async function unitsUsed(): Promise<number> {
  const { rows } = await gateway.database.pool.query('select coalesce(sum(used), 0)::int as used from usage');
  return rows[0].used;
}

test('a dead backend of five is found in 10 s, its numbers answer 503 at once and for nothing, the others feel nothing', {
  timeout: 120_000,
}, async () => {
  const victim = gateway.sandboxes[0] as Sandbox;
  const load = startLoad(victim);
  await setTimeout(phaseMs);
  const killedAt = performance.now();
  await victim.close();
  await eventually(() => gateway.services.backends.summary().healthy, 10_000).toBe(fleet - 1);
  await eventually(() => beside.services.backends.summary().healthy, 10_000).toBe(fleet - 1);
  const foundMs = performance.now() - killedAt;
  await setTimeout(phaseMs);
  const returnedAt = performance.now();
  const again = await startSandbox({ apiKey: 'global-key', port: Number(new URL(victim.url).port), knobs: fastKnobs });
  await eventually(() => gateway.services.backends.summary().healthy, 10_000).toBe(fleet);
  await eventually(() => beside.services.backends.summary().healthy, 10_000).toBe(fleet);
  const backMs = performance.now() - returnedAt;
  await setTimeout(phaseMs);
  await load.stop();

  const before = load.sent.filter(({ at, ms }) => at + ms < killedAt);
  const found = load.sent.filter(({ at }) => at > killedAt + foundMs && at < returnedAt);
  const after = load.sent.filter(({ at }) => at > returnedAt + backMs);
  console.info(
    `one of five dead: ${JSON.stringify({
      foundMs: Math.round(foundMs),
      backMs: Math.round(backMs),
      before: figuresOf(before),
      during: figuresOf(load.sent.filter(({ at }) => at > killedAt && at < returnedAt)),
      after: figuresOf(after),
    })}`,
  );
  expect(foundMs).toBeLessThan(10_000);
  const ofOthers = load.sent.filter(({ isOfVictim }) => !isOfVictim);
  expect(ofOthers.filter(({ status }) => status !== 200)).toEqual([]);
  const refused = found.filter(({ isOfVictim }) => isOfVictim);
  expect(refused.length).toBeGreaterThan(10);
  expect(refused.filter(({ code }) => code !== 'backend_unavailable')).toEqual([]);
  expect(refused.filter(({ ms }) => ms > 1_000)).toEqual([]);
  // It came back without its numbers, which its numbers are told.
  expect(after.filter(({ isOfVictim, code }) => isOfVictim && code === 'backend_unavailable')).toEqual([]);
  const spent = load.sent.filter(({ status, code }) => status === 200 || code === 'outcome_unknown');
  await eventually(unitsUsed).toBe(spent.length);
  await again.close();
});

test.skipIf(process.env.LONG !== '1')(
  'a hung backend of five is found in 15 s (with LONG=1)',
  { timeout: 120_000 },
  async () => {
    const victim = gateway.sandboxes[1] as Sandbox;
    const load = startLoad(victim);
    await setTimeout(1_000);
    const hungAt = performance.now();
    victim.control.setKnobs({ failures: [{ route: '', probability: 1, kind: 'hang' }] });
    const isRefused = (each: TestGateway) => async () => {
      const { rows } = await each.database.pool.query('select id from backends where url = $1', [victim.url]);
      return each.services.backends.requireUsable(rows[0].id).then(
        () => 'usable',
        ({ code }) => code,
      );
    };
    await eventually(isRefused(gateway), 15_000).toBe('backend_unavailable');
    await eventually(isRefused(beside), 15_000).toBe('backend_unavailable');
    const foundMs = performance.now() - hungAt;
    victim.control.setKnobs({ failures: [] });
    const returnedAt = performance.now();
    await eventually(isRefused(gateway), 15_000).toBe('usable');
    await eventually(isRefused(beside), 15_000).toBe('usable');
    console.info(
      `one of five hung: ${JSON.stringify({
        foundMs: Math.round(foundMs),
        backMs: Math.round(performance.now() - returnedAt),
        others: figuresOf(load.sent).others,
      })}`,
    );
    expect(foundMs).toBeLessThan(15_000);
    const ofOthers = load.sent.filter(({ isOfVictim, at }) => !isOfVictim && at > hungAt);
    expect(ofOthers.filter(({ code }) => code !== undefined && code !== 'number_not_connected')).toEqual([]);
    await load.stop();
  },
);

test.skipIf(process.env.LONG !== '1')(
  'one that nobody sends through is found by its probes in 10 s (with LONG=1)',
  { timeout: 60_000 },
  async () => {
    const victim = gateway.sandboxes[2] as Sandbox;
    const healthy = () => Math.max(...[gateway, beside].map(({ services }) => services.backends.summary().healthy));
    const before = healthy();
    const killedAt = performance.now();
    await victim.close();
    await eventually(healthy, 10_000).toBe(before - 1);
    const foundMs = performance.now() - killedAt;
    console.info(`one of five dead, nothing sent: ${JSON.stringify({ foundMs: Math.round(foundMs) })}`);
    expect(foundMs).toBeLessThan(10_000);
  },
);
