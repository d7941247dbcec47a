import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LeaseLost } from '../../../src/modules/fleet/findings.ts';
import type { Finding } from '../../../src/modules/fleet/findings-system.ts';
import { areOthersThere } from '../../../src/modules/fleet/repair/are-others-there.ts';
import { type Step, takeStep } from '../../../src/modules/fleet/repair/steps.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLeases } from '../../../src/platform/lease/leases.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { untilCreated } from '../phone-numbers/support.ts';
import {
  addOperator,
  callsTo,
  connectedLine,
  eventually,
  findingOf,
  findingsOf,
  type Line,
  only,
  passesOf,
  placeOf,
  readNumber,
  startFleet,
  toldTo,
  untilPassed,
} from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let operatorId: number;

beforeAll(async () => {
  const silence = { quietMs: 500, marginMs: 1_000, youngMs: 100, peerHeardMs: 60_000 };
  gateway = await startFleet({ recreatesPerMinute: 100, silence }, { sandboxes: 2 });
  user = await gateway.signUp();
  operatorId = await addOperator(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => {
  for (const { control } of gateway.sandboxes) control.setKnobs({ webhooks: true, failures: [] });
});

const line = () => connectedLine(gateway, user);
const outcomes = (id: number) => eventually(async () => (await findingsOf(gateway, id)).map(({ outcome }) => outcome));
const backendIdOf = async ({ url }: Sandbox) =>
  (await gateway.database.db.selectFrom('backends').select('id').where('url', '=', url).executeTakeFirstOrThrow()).id;

/** Two lines on different backends. */
async function twoLines() {
  const first = await line();
  for (;;) {
    const second = await line();
    if (second.sandbox !== first.sandbox) return [first, second] as const;
  }
}

describe('what keeps repairs from being made', () => {
  test('under a hold nothing is made anew, and webhooks are set all the same', async () => {
    const { id, name, sandbox } = await line();
    const wiped = await line();
    await gateway.services.fleet.hold.set('a restore', operatorId);
    sandbox.control.forget(name);
    wiped.sandbox.control.wipeWebhook(wiped.name);
    await outcomes(wiped.id).toEqual(['mended']);
    await untilPassed(gateway, 3);
    expect(await findingOf(gateway, id)).toMatchObject({ kind: 'instance_missing', outcome: null, repairs: [] });
    expect((await readNumber(gateway, id)).status).toBe('error');
    await gateway.services.fleet.hold.clear(operatorId);
    await outcomes(id).toEqual(['mended']);
    expect((await placeOf(gateway, id)).name).not.toBe(name);
  });

  test('while the whole backend has an incident no number of it is repaired, and those of others are', async () => {
    const [first, second] = await twoLines();
    const key = { kind: 'empty_list' as const, backendId: await backendIdOf(first.sandbox) };
    await gateway.services.fleet.incidents.open({ ...key, numbers: 6 });
    for (const { sandbox, name } of [first, second]) sandbox.control.wipeWebhook(name);
    await outcomes(second.id).toEqual(['mended']);
    await untilPassed(gateway, 3);
    expect(await findingOf(gateway, first.id)).toMatchObject({ outcome: null, repairs: [] });
    await gateway.services.fleet.incidents.close(key, 'a test');
    await outcomes(first.id).toEqual(['mended']);
  });

  test('a number that rests is left disconnected until it has rested', async () => {
    const { id, name, sandbox } = await line();
    const rest = (until: Date) =>
      gateway.database.db.updateTable('phone_numbers').set({ rests_until: until }).where('id', '=', id).execute();
    await rest(new Date(Date.now() + 3_600_000));
    sandbox.control.setState(name, 'close');
    await outcomes(id).toEqual(['mended']);
    await untilPassed(gateway, 3);
    expect((await readNumber(gateway, id)).status).toBe('disconnected');
    await rest(new Date());
    await eventually(async () => (await readNumber(gateway, id)).status).toBe('connected');
  });

  test('what a process of the version before noted of a phone is understood', async () => {
    const connected = await line();
    const note = (id: number, what: object) =>
      gateway.database.db.updateTable('phone_numbers').set(what).where('id', '=', id).execute();
    await note(connected.id, { is_paired: false });
    connected.sandbox.control.setState(connected.name, 'close');
    await outcomes(connected.id).toContain('mended');
    await eventually(async () => (await readNumber(gateway, connected.id)).status).toBe('connected');

    const waiting = (await user.api('POST', '/api/phone-numbers/create', {})).body.phone_number;
    await untilCreated(gateway, waiting.id);
    await note(waiting.id, { is_paired: true });
    await untilPassed(gateway, 3);
    expect(await findingsOf(gateway, waiting.id)).toEqual([]);
    expect((await readNumber(gateway, waiting.id)).status).toBe('qr_ready');
  });

  test('a number that its user logged out is not connected', async () => {
    const { id, name, sandbox } = await line();
    sandbox.control.removeDevice(name);
    await eventually(async () => (await readNumber(gateway, id)).status).toBe('disconnected');
    await untilPassed(gateway, 3);
    expect(await readNumber(gateway, id)).toMatchObject({ status: 'disconnected', status_reason: 'logged_out' });
    expect((await findingsOf(gateway, id)).flatMap(({ repairs }) => repairs)).not.toContainEqual(['connect', 'proved']);
  });
});

test('a backend that lost many instances at once: one incident, nothing made anew until an operator resumes it', async () => {
  const disconnects = { quietSeconds: 1 };
  const own = await startFleet({ recreatesPerMinute: 100 }, { overrides: { fleet: { disconnects } } });
  try {
    const owner = await own.signUp();
    const operator = await addOperator(own);
    const lines = [];
    for (let count = 0; count < 7; count++) lines.push(await connectedLine(own, owner));
    for (const { sandbox, name } of lines.slice(0, 6)) sandbox.control.forget(name);
    const incident = () => own.database.db.selectFrom('incidents').selectAll().where('kind', '=', 'instances_lost');
    await eventually(() => incident().execute()).toHaveLength(1);
    const status = async (id: number) => (await readNumber(own, id)).status;
    for (const { id } of lines.slice(0, 6)) await eventually(() => status(id)).toBe('error');
    await untilPassed(own, 3);
    for (const { id, name } of lines) expect((await placeOf(own, id)).name).toBe(name);
    const told = (await toldTo(own, operator)).filter(({ payload }) => payload.kind === 'instances_lost');
    expect(told.map(({ type }) => type)).toEqual(['fleet.incident', 'fleet.alert']);

    await own.services.fleet.incidents.resume(only(await incident().execute()).id);
    for (const { id } of lines.slice(0, 6)) await eventually(() => status(id), 15_000).toBe('disconnected');
    await eventually(async () => only(await incident().execute()).ended_at).not.toBeNull();
  } finally {
    await own.close();
  }
});

describe('what was seen is over by the time it is mended', () => {
  async function step(of: Awaited<ReturnType<typeof line>>, step: Step, kind: Finding['kind']) {
    const { backends, phoneNumbers } = gateway.services;
    const number = await phoneNumbers.desired.find(of.id);
    if (number === undefined) throw new Error('A line of this test is gone.');
    const backend = await backends.backendOf(number.backendId);
    return {
      number,
      backend,
      take: () =>
        takeStep({ clock: systemClock, phoneNumbers, proofWithinMs: 100 }, backend, findingOfKind(kind), number, step),
    };
  }
  const findingOfKind = (kind: Finding['kind']) => ({ kind, step: 0, detail: null }) as Finding;

  test('an instance that is there again is not made anew, for it has the credentials of its phone', async () => {
    const there = await line();
    const { take } = await step(there, 'recreate', 'instance_missing');
    expect(await take()).toMatchObject({ ends: 'gone' });
    expect(await placeOf(gateway, there.id)).toMatchObject({ name: there.name });
    expect((await readNumber(gateway, there.id)).status).toBe('connected');
  });

  test('a number that was scanned meanwhile has not lost its session', async () => {
    const { id, name, sandbox } = await line();
    sandbox.control.loseSession(name);
    const { number } = await step({ id, name, sandbox, token: '' }, 'connect', 'not_connected');
    await gateway.services.phoneNumbers.desired.noteLostSession({ ...number, status: 'qr_ready' });
    expect(await readNumber(gateway, id)).toMatchObject({ status: 'connected', is_paired: true });
  });
});

describe('a backend that lies costs nobody else anything', () => {
  test.each(['html', 'huge', 'http500-before'] as const)('its answers are %s', async (kind) => {
    const [first, second] = await twoLines();
    const isUnreadable = kind !== 'http500-before';
    first.sandbox.control.setKnobs({ failures: [{ route: 'GET /webhook/find', probability: 1, kind }] });
    for (const { sandbox, name } of [first, second]) sandbox.control.wipeWebhook(name);
    await outcomes(second.id).toEqual(['mended']);
    await untilPassed(gateway, 3);
    expect(await findingsOf(gateway, first.id)).toEqual([]);
    const backendId = await backendIdOf(first.sandbox);
    const ofBackend = () =>
      gateway.database.db
        .selectFrom('findings')
        .select(['outcome'])
        .where('kind', '=', 'unreadable_answer')
        .where('backend_id', '=', backendId)
        .where('ended_at', 'is', null)
        .execute();
    expect(await ofBackend()).toHaveLength(isUnreadable ? 1 : 0);
    first.sandbox.control.setKnobs({ failures: [] });
    await outcomes(first.id).toEqual(['mended']);
    await eventually(ofBackend).toEqual([]);
  });

  test('it answers drop by drop: the passes over the others go on', async () => {
    const [first, second] = await twoLines();
    const failures = [{ route: 'GET /settings/find', probability: 1, kind: 'drip' as const }];
    first.sandbox.control.setKnobs({ failures });
    second.sandbox.control.wipeWebhook(second.name);
    await outcomes(second.id).toEqual(['mended']);
  });
});

test('nothing is made anew on a backend that does not have the others either, as when the look began before it lost them all', async () => {
  const calm = await startGateway();
  try {
    const owner = await calm.signUp();
    const [first, second] = [await connectedLine(calm, owner), await connectedLine(calm, owner)];
    const { backends, phoneNumbers } = calm.services;
    const { backendId } = (await phoneNumbers.desired.find(first.id)) ?? { backendId: 0 };
    const backend = await backends.backendOf(backendId);
    const ask = () => areOthersThere({ phoneNumbers, random: Math.random }, backend, new Set([first.id]));
    first.sandbox.control.forget(first.name);
    expect(await ask()).toBe(true);
    second.sandbox.control.forget(second.name);
    expect(await ask()).toBe(false);
  } finally {
    await calm.close();
  }
});

describe('many numbers of a backend that are not connected', () => {
  test('wait until the backend that came back has had time to open them by itself', async () => {
    const own = await startFleet({ settleMs: 2_000 });
    try {
      const { id, name, sandbox } = await connectedLine(own, await own.signUp());
      sandbox.control.ledger.clear();
      await own.database.db.updateTable('backends').set({ back_at: new Date() }).execute();
      sandbox.control.setState(name, 'connecting');
      await eventually(async () => (await findingsOf(own, id)).length).toBe(1);
      await untilPassed(own, 2);
      expect(callsTo(sandbox, `POST /instance/restart/${name}`)).toEqual([]);
      await eventually(async () => (await findingOf(own, id)).outcome).toBe('mended');
    } finally {
      await own.close();
    }
  });

  test('are not all restarted when that does not help the first of them', async () => {
    const quiet = { withinSeconds: 1 };
    const own = await startFleet(
      { everyMs: 1_500, proofWithinMs: 300, pausesMs: [60_000] },
      { overrides: { fleet: { disconnects: quiet } } },
    );
    try {
      const owner = await own.signUp();
      const lines: Line[] = [];
      for (let count = 0; count < 8; count++) lines.push(await connectedLine(own, owner));
      const [sandbox] = own.sandboxes;
      // Its server cannot reach WhatsApp.
      sandbox?.control.setKnobs({
        failures: [{ route: 'POST /instance/restart', probability: 1, kind: 'http500-before' }],
      });
      for (const { name } of lines) sandbox?.control.setState(name, 'connecting');
      const restarts = async () =>
        own.database.db.selectFrom('repairs').selectAll().where('step', '=', 'restart').execute();
      await eventually(async () => (await restarts()).length).toBeGreaterThan(0);
      await untilPassed(own, 1);
      const byPass = Map.groupBy(await restarts(), ({ began_at }) => Math.floor(began_at.getTime() / 1_500));
      expect(Math.max(...[...byPass.values()].map((each) => each.length))).toBeLessThanOrEqual(6);
      expect((await restarts()).every(({ outcome }) => outcome !== 'proved')).toBe(true);
      sandbox?.control.setKnobs({ failures: [] });
      await own.database.db.updateTable('findings').set({ next_step_at: new Date() }).execute();
      for (const { id } of lines) await eventually(async () => (await readNumber(own, id)).status).toBe('connected');
      await eventually(async () => (await findingsOf(own, lines[0]?.id ?? 0)).at(-1)?.outcome).toBe('mended');
    } finally {
      await own.close();
    }
  });
});

test('a number whose calls stop while others are heard is restarted, until it is heard', async () => {
  const [silent, peer] = [await line(), await line()];
  const quiet = await line();
  const heard = (ids: number[], secondsAgo: number) => {
    const at = new Date(Date.now() - secondsAgo * 1_000);
    const { db } = gateway.database;
    return db.updateTable('phone_numbers').set({ heard_at: at, connected_at: at }).where('id', 'in', ids).execute();
  };
  for (const { control } of gateway.sandboxes) control.setKnobs({ webhooks: false });
  await heard([silent.id, quiet.id], 60);
  await silent.sandbox.control.receive(silent.name, { from: '5511977776666', text: 'does anybody hear?' });
  for (const { control } of gateway.sandboxes) control.setKnobs({ webhooks: true });
  await gateway.database.db
    .updateTable('phone_numbers')
    .set({ heard_at: new Date() })
    .where('id', '=', peer.id)
    .execute();
  await eventually(async () => (await findingsOf(gateway, silent.id))[0]?.kind, 10_000).toBe('silent');
  await outcomes(silent.id).toEqual(['mended']);
  expect((await findingOf(gateway, silent.id)).repairs).toEqual([
    ['set_webhook', 'unproved'],
    ['restart', 'proved'],
  ]);
  expect(await findingsOf(gateway, quiet.id)).toEqual([]);
});

test('a process whose clock is slow takes nobody for silent', async () => {
  const slow = { now: () => new Date(Date.now() - 3_000), monotonicMs: () => performance.now() };
  const silence = { quietMs: 200, marginMs: 1_000, youngMs: 100, peerHeardMs: 60_000 };
  const own = await startFleet({ silence }, { overrides: { clock: slow } });
  try {
    const owner = await own.signUp();
    const [heard] = [await connectedLine(own, owner), await connectedLine(own, owner)];
    // A call is noted once in 10 s.
    await own.database.db.updateTable('phone_numbers').set({ heard_at: null }).where('id', '=', heard.id).execute();
    await heard.sandbox.control.receive(heard.name, { from: '5511977776666', text: 'does anybody hear?' });
    await untilPassed(own, 18);
    expect(await findingsOf(own, heard.id)).toEqual([]);
  } finally {
    await own.close();
  }
});

describe('several processes', () => {
  test('share the backends: one pass over each at a time', async () => {
    const beside = await startFleet({}, { beside: gateway });
    try {
      const { sandbox, name } = await line();
      const backendId = await backendIdOf(sandbox);
      const epoch = async () =>
        Number((await passesOf(gateway)).find(({ backend_id }) => backend_id === backendId)?.epoch);
      sandbox.control.ledger.clear();
      const before = await epoch();
      await untilPassed(gateway, 5);
      const looks = callsTo(sandbox, `GET /webhook/find/${name}`).length;
      const passes = (await epoch()) - before;
      expect(Math.abs(passes - looks)).toBeLessThanOrEqual(1);
    } finally {
      await beside.close();
    }
  });

  test('whoever lost the lease of a backend writes nothing more', async () => {
    const { id, sandbox, name } = await line();
    const backendId = await backendIdOf(sandbox);
    const { db } = gateway.database;
    const leases = createLeases({ db, holder: 'a process that hangs' });
    const lease = { name: 'reconcile:of a test', epoch: (await leases.acquire('reconcile:of a test', 50))?.epoch ?? 0 };
    const next = createLeases({ db, holder: 'the next one' });
    await eventually(() => next.acquire(lease.name, 60_000)).not.toBeNull();
    const { findings } = gateway.services.fleet;
    const sighting = { backendId, phoneNumberId: id, backendName: name, kind: 'silent' as const, detail: null };
    await expect(findings.note(lease, [sighting])).rejects.toThrow(LeaseLost);
    expect(await findingsOf(gateway, id)).toEqual([]);
  });

  test('a process that died with the lease is replaced when it has run out', async () => {
    const { sandbox } = await line();
    const backendId = await backendIdOf(sandbox);
    const leases = createLeases({ db: gateway.database.db, holder: 'a dead process' });
    await eventually(() => leases.acquire(`reconcile:${backendId}`, 500)).not.toBeNull();
    const pass = async () => (await passesOf(gateway)).find(({ backend_id }) => backend_id === backendId);
    const before = Number((await pass())?.epoch);
    await eventually(async () => Number((await pass())?.epoch)).toBeGreaterThan(before);
  });
});

test('a process makes so many passes at a time, and none of its backends is left out', async () => {
  const own = await startFleet({ passesAtOnce: 1, everyMs: 50 }, { sandboxes: 3 });
  try {
    const underWay = async () => {
      const { rows } = await own.database.pool.query<{ n: number }>(
        "select count(*)::int as n from leases where name like 'reconcile:%' and until > now()",
      );
      return rows[0]?.n ?? 0;
    };
    let most = 0;
    const begun = async () => {
      most = Math.max(most, await underWay());
      return (await passesOf(own)).filter(({ epoch }) => Number(epoch) >= 6).length;
    };
    await eventually(begun).toBe(3);
    expect(most).toBe(1);
  } finally {
    await own.close();
  }
});

test('a backend that comes back is looked over at once', async () => {
  const slow = await startFleet({ everyMs: 600_000 });
  try {
    await eventually(async () => (await passesOf(slow))[0]?.ended_at).toBeInstanceOf(Date);
    const first = only(await passesOf(slow));
    await slow.database.db.updateTable('backends').set({ back_at: new Date() }).execute();
    await eventually(async () => Number((await passesOf(slow))[0]?.epoch)).toBeGreaterThan(Number(first.epoch));
  } finally {
    await slow.close();
  }
});
