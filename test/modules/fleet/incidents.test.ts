import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenIncident } from '../../../src/modules/fleet/incidents/incident.ts';
import { fastKnobs, type Sandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { only } from '../phone-numbers/support.ts';
import { backendIdOf, byHand, fleetEvents, query } from './watch-support.ts';

let gateway: TestGateway;
let other: TestGateway;
let sandbox: Sandbox;
let operator: TestUser;
let user: TestUser;
let backendId: number;

beforeAll(async () => {
  const options = {
    env: { HEALTH_CHECK_INTERVAL: '600000', REQUEST_TIMEOUT: '500' },
    overrides: { fleet: byHand },
  };
  gateway = await startGateway(options);
  other = await startGateway({ ...options, beside: gateway });
  sandbox = only(gateway.sandboxes);
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
  backendId = await backendIdOf(gateway, sandbox);
});
afterEach(async () => {
  sandbox.control.setKnobs({ ...fastKnobs, failures: [] });
  await query(gateway, 'update backends set state = $1, failures = 0, removed_at = null', ['active']);
  await gateway.services.backends.refresh();
  await query(gateway, 'delete from incidents');
  await query(gateway, 'delete from connection_spans');
  await query(gateway, "delete from events where type like 'fleet.%'");
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

/** Every process looks, at the same time. */
const watch = () => Promise.all([gateway.services.fleet.watch(), other.services.fleet.watch()]);
const incidents = () =>
  query(
    gateway,
    'select kind, backend_id, numbers, detail, ended_at is not null as over, outcome from incidents order by began_at',
  );
const told = async () =>
  (await fleetEvents(gateway, operator.id)).map(({ type, payload }) => [type, payload.state ?? payload.severity]);

describe('a backend that does not serve', () => {
  const shut = (isShut: boolean) =>
    sandbox.control.setKnobs({
      failures: isShut ? [{ route: 'GET /instance/connectionState', probability: 1, kind: 'reset-before' }] : [],
    });
  const probe = () => gateway.services.backends.probeAll();

  test('is one incident from its second bad probe until it serves again, in any number of processes', async () => {
    const { id } = await gateway.connectNumber(user);
    await query(gateway, "update backends set state = 'active', failures = 0");
    shut(true);
    await probe();
    await watch();
    expect(await incidents()).toEqual([]);
    await probe();
    await probe();
    await watch();
    await watch();
    const { assigned } = only(await query(gateway, 'select assigned from backends'));
    expect(await incidents()).toMatchObject([
      { kind: 'backend_down', backend_id: backendId, numbers: assigned, detail: { state: 'down' }, over: false },
    ]);
    expect(await told()).toEqual([
      ['fleet.incident', 'opened'],
      ['fleet.alert', 'critical'],
    ]);
    const [, alert] = await fleetEvents(gateway, operator.id);
    expect(alert?.payload).toMatchObject({ backend_id: backendId, numbers: assigned, cure: expect.any(String) });
    shut(false);
    await probe();
    await watch();
    expect(await incidents()).toMatchObject([{ over: false }]);
    await probe();
    await watch();
    await watch();
    expect(await incidents()).toMatchObject([{ over: true, outcome: 'active' }]);
    expect((await told()).slice(2)).toEqual([
      ['fleet.incident', 'closed'],
      ['fleet.alert', 'info'],
    ]);
    await user.api('DELETE', `/api/phone-numbers/${id}`);
  });

  test('for want of a license, or for its version while it has numbers, is one as well', async () => {
    await query(gateway, "update backends set state = 'license_required', failures = 3");
    await watch();
    await query(gateway, "update backends set state = 'unsupported', failures = 0, assigned = 0");
    await watch();
    expect(await incidents()).toMatchObject([{ detail: { state: 'license_required' }, over: false }]);
    await query(gateway, 'delete from incidents');
    await watch();
    expect(await incidents()).toEqual([]);
    await query(gateway, 'update backends set assigned = 3');
    await watch();
    expect(await incidents()).toMatchObject([{ detail: { state: 'unsupported' }, numbers: 3 }]);
    await query(gateway, 'update backends set assigned = 0');
  });

  test('is none any more when an operator takes it out of the pool', async () => {
    await query(gateway, "update backends set state = 'down', failures = 3");
    await watch();
    await query(gateway, 'update backends set removed_at = now()');
    await watch();
    expect(await incidents()).toMatchObject([{ over: true, outcome: 'removed' }]);
  });
});

describe('many connections lost at once', () => {
  let numbers: number[];
  beforeAll(async () => {
    numbers = [];
    const { rows } = await gateway.database.pool.query(
      `insert into phone_numbers (user_id, instance_name, token, backend_id, backend_name, server_instance, status)
       select $1, 'mass_' || i, '', $2, 'ef-mass-' || i, $3, 'connected' from generate_series(1, 80) i returning id`,
      [user.id, backendId, sandbox.url],
    );
    numbers = rows.map(({ id }) => id);
  });
  afterAll(() => query(gateway, "delete from phone_numbers where instance_name like 'mass_%'"));

  const connect = (some: readonly number[]) =>
    query(gateway, "update phone_numbers set status = 'connected', status_reason = null where id = any($1)", [some]);
  async function reconnectAll(): Promise<void> {
    await query(gateway, "update phone_numbers set status = 'disconnected' where id = any($1)", [numbers]);
    await query(gateway, 'delete from connection_spans');
    await connect(numbers);
    await query(gateway, "update connection_spans set began_at = now() - interval '1 hour'");
  }
  const lose = (some: readonly number[], reason = 'connection_closed') =>
    query(gateway, "update phone_numbers set status = 'disconnected', status_reason = $2 where id = any($1)", [
      some,
      reason,
    ]);
  const age = (seconds: number) =>
    query(
      gateway,
      'update connection_spans set ended_at = ended_at - make_interval(secs => $1) where ended_at is not null',
      [seconds],
    );

  test('are one incident that grows while it goes on, and ends when no more are lost', async () => {
    await reconnectAll();
    await lose(numbers.slice(0, 20));
    await watch();
    await lose(numbers.slice(20, 49));
    await watch();
    await watch();
    expect(await incidents()).toMatchObject([
      { kind: 'mass_disconnect', backend_id: backendId, numbers: 49, over: false },
    ]);
    expect(await told()).toEqual([
      ['fleet.incident', 'opened'],
      ['fleet.alert', 'critical'],
    ]);
    expect((await fleetEvents(gateway, operator.id))[1]?.payload.text).toMatch(
      /^20 numbers of backend \d+ were disconnected within 1 s\.$/,
    );
    await query(gateway, "update incidents set detail = json_build_object('since', now() - interval '1 hour')");
    await age(21);
    await watch();
    expect(await incidents()).toMatchObject([{ over: true, numbers: 49, outcome: 'no more are lost' }]);
    await watch();
    expect(await incidents()).toHaveLength(1);
  });

  test('are over when most of them are back', async () => {
    await reconnectAll();
    await lose(numbers.slice(0, 20));
    await watch();
    await connect(numbers.slice(0, 15));
    await watch();
    expect(await incidents()).toMatchObject([{ over: false }]);
    await connect(numbers.slice(15, 16));
    await watch();
    expect(await incidents()).toMatchObject([{ over: true, outcome: '16 of 20 are back' }]);
  });

  test('count as such from five on and from a tenth of the backend on, within two minutes', async () => {
    await reconnectAll();
    await lose(numbers.slice(0, 7));
    await watch();
    expect(await incidents()).toEqual([]);
    await age(121);
    await lose(numbers.slice(7, 14));
    await watch();
    expect(await incidents()).toEqual([]);
    await lose(numbers.slice(14, 15));
    await watch();
    expect(await incidents()).toMatchObject([{ numbers: 8 }]);
  });

  test('do not count where it was by order: deleted, moved, or made anew', async () => {
    await reconnectAll();
    await lose(numbers.slice(0, 10), 'moving');
    await lose(numbers.slice(10, 20), 'moved');
    await query(gateway, 'update phone_numbers set deleted_at = now() where id = any($1)', [numbers.slice(20, 30)]);
    await lose(numbers.slice(30, 40), 'whatever');
    await query(
      gateway,
      `insert into inbound_secrets (id, phone_number_id, backend_name, secret_hash, secret_sealed)
       select 'mass' || id, id, backend_name, '', '' from phone_numbers where id = any($1)`,
      [numbers.slice(30, 40)],
    );
    await watch();
    expect(await incidents()).toEqual([]);
    await query(gateway, 'update phone_numbers set deleted_at = null where id = any($1)', [numbers.slice(20, 30)]);
    await query(gateway, "delete from inbound_secrets where id like 'mass%'");
  });
});

test.each([
  ['backend_down', 1, null, true],
  ['mass_disconnect', 5, null, true],
  ['instances_lost', 6, null, true],
  ['instances_lost', 6, new Date(), false],
  ['empty_list', 6, null, true],
  ['empty_list', 6, new Date(), false],
  ['empty_list', 5, null, false],
  ['orphan_stop', 0, null, false],
] as const)(
  'while %s of %i numbers is open, resumed %s, their single repairs rest: %s',
  async (kind, numbers, resumed, rest) => {
    await query(
      gateway,
      'insert into incidents (id, kind, backend_id, numbers, resumed_at) values (gen_random_uuid(), $1, $2, $3, $4)',
      [kind, backendId, numbers, resumed],
    );
    const { db } = gateway.database;
    expect(await hasOpenIncident(db, backendId)).toBe(rest);
    expect(await hasOpenIncident(db, backendId + 1)).toBe(false);
    await query(gateway, 'update incidents set ended_at = now()');
    expect(await hasOpenIncident(db, backendId)).toBe(false);
  },
);

test('what ended longer ago than logs are kept goes, with its repairs; what is open stays', async () => {
  await query(
    gateway,
    `insert into findings (id, backend_id, kind, backend_name, found_at, ended_at)
     select gen_random_uuid(), $1, 'silent', 'old' || i, now() - interval '90 days',
       case when i <= 2 then now() - interval '31 days' when i = 3 then now() - interval '29 days' end
     from generate_series(1, 4) i`,
    [backendId],
  );
  await query(
    gateway,
    `insert into repairs (id, finding_id, backend_id, step, outcome, began_at)
     select gen_random_uuid(), id, backend_id, 'restart', 'proved', now() from findings where backend_name like 'old%'`,
  );
  await query(
    gateway,
    `insert into incidents (id, kind, backend_id, began_at, ended_at)
     values (gen_random_uuid(), 'backend_down', $1, now() - interval '40 days', now() - interval '31 days'),
       (gen_random_uuid(), 'backend_down', $1, now() - interval '40 days', now() - interval '29 days'),
       (gen_random_uuid(), 'instances_lost', $1, now() - interval '40 days', null)`,
    [backendId],
  );
  await gateway.services.fleet.removeOld();
  expect(await query(gateway, "select backend_name from findings where backend_name like 'old%' order by 1")).toEqual([
    { backend_name: 'old3' },
    { backend_name: 'old4' },
  ]);
  expect(await query(gateway, "select 1 from repairs where step = 'restart'")).toHaveLength(2);
  expect(await query(gateway, 'select 1 from incidents')).toHaveLength(2);
  await query(gateway, 'delete from findings');
});
