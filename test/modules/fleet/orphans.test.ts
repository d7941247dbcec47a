import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fastKnobs, type Sandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { callsTo, only, placeOf } from '../phone-numbers/support.ts';
import {
  backendIdOf,
  byHand,
  fleetEvents,
  look,
  lookTwice,
  makeInstance,
  namesOn,
  prefixOf,
  query,
} from './watch-support.ts';

let gateway: TestGateway;
let sandbox: Sandbox;
let operator: TestUser;
let user: TestUser;
let prefix: string;

beforeAll(async () => {
  gateway = await startGateway({ env: { HEALTH_CHECK_INTERVAL: '600000' }, overrides: { fleet: byHand } });
  sandbox = only(gateway.sandboxes);
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
  prefix = await prefixOf(gateway);
  await gateway.connectNumber(user);
});
afterEach(async () => {
  sandbox.control.setKnobs({ ...fastKnobs, failures: [] });
  const rows = await query(gateway, 'select backend_name from phone_numbers');
  const ours = new Set(rows.map(({ backend_name }) => backend_name));
  for (const name of namesOn(sandbox)) if (!ours.has(name)) sandbox.control.forget(name);
  await query(gateway, 'delete from findings');
  await query(gateway, 'delete from incidents');
  await query(gateway, 'delete from fleet_hold');
});
afterAll(() => gateway.close());

const openIncidents = () =>
  query(gateway, 'select id, kind, numbers, detail, resumed_at from incidents where ended_at is null');
const findings = () => query(gateway, "select backend_name, sightings, outcome from findings where kind = 'orphan'");
let made = 0;
const manyOrphans = (count: number) =>
  Promise.all(Array.from({ length: count }, () => makeInstance(sandbox, `${prefix}left${made++}`)));
const resume = (id: string) => operator.api('POST', `/api/admin/incidents/${id}/resume`);

describe('an instance that bears our name and is in no row', () => {
  test('is removed after two sightings and ten minutes, not before, and the operators are told', async () => {
    const name = await makeInstance(sandbox, `${prefix}leftover`);
    await look(gateway);
    await look(gateway);
    await look(gateway);
    expect(namesOn(sandbox)).toContain(name);
    expect(await findings()).toEqual([{ backend_name: name, sightings: 3, outcome: null }]);
    await query(gateway, "update findings set found_at = found_at - interval '599 seconds'");
    await look(gateway);
    expect(namesOn(sandbox)).toContain(name);
    await query(gateway, "update findings set found_at = found_at - interval '2 seconds'");
    await look(gateway);
    expect(namesOn(sandbox)).not.toContain(name);
    expect(await findings()).toMatchObject([{ outcome: 'mended' }]);
    expect(await query(gateway, 'select step, outcome from repairs')).toEqual([{ step: 'remove', outcome: 'proved' }]);
    const told = (await fleetEvents(gateway, operator.id)).filter(({ payload }) => payload.backend_name === name);
    expect(told.map(({ type, payload }) => [type, payload.state ?? payload.outcome])).toEqual([
      ['fleet.finding', 'found'],
      ['fleet.repair', 'proved'],
      ['fleet.finding', 'mended'],
    ]);
    expect(await fleetEvents(gateway, user.id)).toEqual([]);
  });

  test('is not removed by one sighting, however old', async () => {
    const name = await makeInstance(sandbox, `${prefix}once`);
    await look(gateway);
    await query(gateway, "update findings set found_at = found_at - interval '1 day', sightings = 0");
    await look(gateway);
    expect(namesOn(sandbox)).toContain(name);
  });

  test('that goes by itself is forgotten', async () => {
    const name = await makeInstance(sandbox, `${prefix}gone`);
    await look(gateway);
    sandbox.control.forget(name);
    await look(gateway);
    expect(await findings()).toMatchObject([{ outcome: 'gone' }]);
  });

  test('that the backend will not let go is asked for again, later each time, and stays found', async () => {
    const name = await makeInstance(sandbox, `${prefix}stuck`);
    sandbox.control.setKnobs({
      failures: [{ route: 'DELETE /instance/delete', probability: 1, kind: 'http500-before' }],
    });
    await lookTwice(gateway);
    const asked = callsTo(sandbox, `DELETE /instance/delete/${name}`).length;
    expect(asked).toBe(1);
    await look(gateway);
    expect(callsTo(sandbox, `DELETE /instance/delete/${name}`)).toHaveLength(asked);
    expect(await query(gateway, 'select outcome from repairs')).toEqual([{ outcome: 'failed' }]);
    sandbox.control.setKnobs({ failures: [] });
    await query(gateway, 'update findings set next_step_at = now()');
    await look(gateway);
    expect(namesOn(sandbox)).not.toContain(name);
    expect(await findings()).toMatchObject([{ outcome: 'mended' }]);
  });
});

describe('left alone, whatever the time, is', () => {
  test('what bears a name of somebody else, and its count is shown', async () => {
    const foreign = [
      await makeInstance(sandbox, 'ef-zzzzzzzz-ofanother'),
      await makeInstance(sandbox, 'somebody-elses'),
      await makeInstance(sandbox, prefix.slice(0, -1)),
    ];
    await lookTwice(gateway);
    expect(namesOn(sandbox)).toEqual(expect.arrayContaining(foreign));
    expect(await findings()).toEqual([]);
    const { body } = await operator.api('GET', '/api/admin/fleet');
    expect(body.passes).toMatchObject([{ foreign_instances: 3, instances: namesOn(sandbox).length }]);
  });

  test('a number that lives, is being created, moves, or is deleted and not yet off its backend', async () => {
    const number = await gateway.connectNumber(user);
    const { name } = await placeOf(gateway, number.id);
    await query(gateway, 'update phone_numbers set deleted_at = now(), removed_from_backend_at = null where id = $1', [
      number.id,
    ]);
    const { id } = await gateway.connectNumber(user);
    const moving = await makeInstance(sandbox, `${prefix}target`);
    const backendId = await backendIdOf(gateway, sandbox);
    await query(
      gateway,
      `insert into number_moves (phone_number_id, reservation_id, from_backend_id, from_backend_name, to_backend_id,
         to_backend_name, inbound_secret_id, lease_until)
       select id, gen_random_uuid(), backend_id, backend_name, $2, $3, 'x', now() + interval '1 hour'
       from phone_numbers where id = $1`,
      [id, backendId, moving],
    );
    await lookTwice(gateway);
    expect(await findings()).toEqual([]);
    expect(namesOn(sandbox)).toEqual(expect.arrayContaining([name, moving]));
    await query(gateway, 'delete from number_moves');
    await query(gateway, 'update phone_numbers set removed_from_backend_at = now() where deleted_at is not null');
  });

  test('one that a row explains at the last moment, after it was due', async () => {
    const first = await makeInstance(sandbox, `${prefix}first`);
    const name = await makeInstance(sandbox, `${prefix}explained`);
    const { id } = await gateway.connectNumber(user);
    const { name: before } = await placeOf(gateway, id);
    await look(gateway);
    await query(gateway, "update findings set found_at = found_at - interval '601 seconds'");
    await query(gateway, "update findings set found_at = found_at - interval '1 day' where backend_name = $1", [first]);
    sandbox.control.setKnobs({ latencyMsByRoute: { 'DELETE /instance/logout': 200 } });
    const looking = look(gateway);
    await expect
      .poll(() => callsTo(sandbox, `DELETE /instance/logout/${first}`).length, { timeout: 5_000, interval: 5 })
      .toBe(1);
    await query(gateway, 'update phone_numbers set backend_name = $2 where id = $1', [id, name]);
    await looking;
    expect(namesOn(sandbox)).toContain(name);
    expect(namesOn(sandbox)).not.toContain(first);
    await query(gateway, 'update phone_numbers set backend_name = $2 where id = $1', [id, before]);
  });
});

describe('too many at once', () => {
  test('stop all removal on the backend: one incident, one alert, nothing removed until an operator resumes it', async () => {
    const names = await manyOrphans(7);
    await lookTwice(gateway);
    await look(gateway);
    const incident = only(await openIncidents());
    expect(incident).toMatchObject({ kind: 'orphan_stop', detail: { instances: 7, limit: 5 } });
    expect(namesOn(sandbox)).toEqual(expect.arrayContaining(names));
    // Less than the limit are left, and the stop holds.
    for (const name of names.slice(0, 4)) sandbox.control.forget(name);
    await look(gateway);
    expect(namesOn(sandbox)).toEqual(expect.arrayContaining(names.slice(4)));
    const events = (await fleetEvents(gateway, operator.id)).filter(
      ({ payload }) => payload.incident_id === incident.id,
    );
    expect(events.map(({ type }) => type)).toEqual(['fleet.incident', 'fleet.alert']);
    expect(events[1]?.payload).toMatchObject({ severity: 'warning', kind: 'orphan_stop', cure: expect.any(String) });

    const late = await makeInstance(sandbox, `${prefix}late`);
    expect(await resume(incident.id)).toMatchObject({
      status: 200,
      body: { incident: { resumed_at: expect.any(String) } },
    });
    await look(gateway);
    await query(gateway, "update findings set found_at = found_at - interval '1 second'");
    await look(gateway);
    for (const name of names) expect(namesOn(sandbox)).not.toContain(name);
    expect(namesOn(sandbox)).toContain(late);
    expect(await openIncidents()).toEqual([]);
    expect(await resume(incident.id)).toMatchObject({ status: 409, body: { code: 'incident_stops_nothing' } });
    const [audited] = await query(
      gateway,
      "select target_id, outcome from audit_log where action = 'incident.resume' order by created_at limit 1",
    );
    expect(audited).toEqual({ target_id: incident.id, outcome: 'done' });
  });

  test('are ten in a hundred: then ten may go and eleven stop', async () => {
    const foreign = Array.from({ length: 95 }, (_, i) => `foreign-${i}`);
    await Promise.all(foreign.map((name) => makeInstance(sandbox, name)));
    const limit = Math.floor((namesOn(sandbox).length + 8) / 10);
    await manyOrphans(8);
    expect(limit).toBeGreaterThanOrEqual(8);
    await lookTwice(gateway);
    expect(await openIncidents()).toEqual([]);
    expect(namesOn(sandbox).filter((name) => name.startsWith(`${prefix}left`))).toEqual([]);
    await manyOrphans(14);
    await lookTwice(gateway);
    expect(only(await openIncidents())).toMatchObject({ kind: 'orphan_stop' });
    expect(namesOn(sandbox).filter((name) => name.startsWith(`${prefix}left`))).toHaveLength(14);
  });
});

describe('a list without the numbers that must be in it', () => {
  test('is an incident that stops all until the numbers are there again', async () => {
    const numbers = await query(gateway, 'select backend_name from phone_numbers where deleted_at is null');
    const lies = await startLyingList(gateway, []);
    try {
      await look(gateway);
      const incident = only(await openIncidents());
      expect(incident).toMatchObject({ kind: 'empty_list', numbers: numbers.length });
      await look(gateway);
      expect(await openIncidents()).toHaveLength(1);
    } finally {
      lies();
    }
    await look(gateway);
    expect(await openIncidents()).toEqual([]);
  });

  test('is none where the backend fails, or says what no list is', async () => {
    for (const kind of ['http500-before', 'html', 'reset-before'] as const) {
      sandbox.control.setKnobs({ failures: [{ route: 'GET /instance/fetchInstances', probability: 1, kind }] });
      await look(gateway);
    }
    expect(await openIncidents()).toEqual([]);
    expect(await findings()).toEqual([]);
  });
});

describe('removal', () => {
  test('rests while the fleet is held, and goes on when the hold ends', async () => {
    const name = await makeInstance(sandbox, `${prefix}held`);
    await operator.api('PUT', '/api/admin/fleet/hold', { reason: 'restored' });
    await lookTwice(gateway);
    expect(namesOn(sandbox)).toContain(name);
    await operator.api('DELETE', '/api/admin/fleet/hold');
    await look(gateway);
    expect(namesOn(sandbox)).not.toContain(name);
  });

  test('of each happens once, though two processes look', async () => {
    const other = await startGateway({ beside: gateway, overrides: { fleet: byHand } });
    try {
      const names = await manyOrphans(5);
      await look(gateway);
      await query(gateway, "update findings set found_at = found_at - interval '601 seconds'");
      await Promise.all([look(gateway), look(other), look(gateway), look(other)]);
      for (const name of names) expect(callsTo(sandbox, `DELETE /instance/delete/${name}`)).toHaveLength(1);
      expect(namesOn(sandbox).filter((name) => names.includes(name))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

/** Has the backend answer this as its list; ends with the function it answers. */
async function startLyingList(of: TestGateway, list: unknown): Promise<() => void> {
  const backend = await of.services.backends.backendOf(await backendIdOf(of, sandbox));
  const { listInstances } = backend.control;
  backend.control.listInstances = async () => list as Awaited<ReturnType<typeof listInstances>>;
  return () => {
    backend.control.listInstances = listInstances;
  };
}
