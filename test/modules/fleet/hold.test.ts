import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { byHand, fleetEvents, look, lookTwice, makeInstance, namesOn, prefixOf, query } from './watch-support.ts';

let gateway: TestGateway;
let operator: TestUser;
let user: TestUser;
let prefix: string;
let made = 0;

beforeAll(async () => {
  gateway = await startGateway({
    sandboxes: 2,
    env: { HEALTH_CHECK_INTERVAL: '600000' },
    overrides: { fleet: byHand },
  });
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
  prefix = await prefixOf(gateway);
  await gateway.connectNumber(user);
  await query(gateway, "update phone_numbers set created_at = now() - interval '1 hour'");
});
afterEach(async () => {
  for (const sandbox of gateway.sandboxes)
    for (const name of namesOn(sandbox)) if (name.includes('future')) sandbox.control.forget(name);
  await query(gateway, 'delete from findings');
  await query(gateway, 'delete from incidents');
  await query(gateway, 'delete from fleet_hold');
});
afterAll(() => gateway.close());

const hold = () => operator.api('GET', '/api/admin/fleet/hold').then(({ body }) => body.hold);
const fromTheFuture = (sandbox: Sandbox | undefined, count: number) =>
  Promise.all(Array.from({ length: count }, () => makeInstance(sandbox as Sandbox, `${prefix}future${made++}`)));

test('an operator holds the fleet and ends the hold; both are audited', async () => {
  expect(await hold()).toBeNull();
  const set = await operator.api('PUT', '/api/admin/fleet/hold', { reason: 'restored' });
  expect(set).toMatchObject({ status: 200, body: { hold: { reason: 'restored', set_by: operator.id } } });
  await operator.api('PUT', '/api/admin/fleet/hold', { reason: 'still looking' });
  expect(await hold()).toMatchObject({ reason: 'still looking', since: set.body.hold.since });
  expect(await operator.api('DELETE', '/api/admin/fleet/hold')).toMatchObject({ status: 200, body: { hold: null } });
  expect(await operator.api('DELETE', '/api/admin/fleet/hold')).toMatchObject({ status: 200 });
  expect(await hold()).toBeNull();
  const deeds = await query(gateway, "select action, outcome from audit_log where target_type = 'fleet' order by id");
  expect(deeds.map(({ action }) => action)).toEqual(['fleet.hold', 'fleet.hold', 'fleet.release', 'fleet.release']);
});

test('the fleet holds itself when backends have instances that are younger than anything this database knows', async () => {
  const names = [...(await fromTheFuture(gateway.sandboxes[0], 3)), ...(await fromTheFuture(gateway.sandboxes[1], 3))];
  await lookTwice(gateway);
  await look(gateway);
  expect(await hold()).toMatchObject({ set_by: null });
  expect(gateway.sandboxes.flatMap(namesOn)).toEqual(expect.arrayContaining(names));
  const incidents = await query(gateway, 'select kind, numbers from incidents where ended_at is null');
  expect(incidents).toEqual([{ kind: 'restore_hold', numbers: 6 }]);
  const alerts = (await fleetEvents(gateway, operator.id)).filter(({ payload }) => payload.kind === 'restore_hold');
  expect(alerts.map(({ type }) => type)).toEqual(['fleet.incident', 'fleet.alert']);

  await operator.api('DELETE', '/api/admin/fleet/hold');
  expect(await query(gateway, 'select 1 from incidents where ended_at is null')).toEqual([]);
});

test('one backend alone cannot make it hold itself, nor can instances older than the newest number', async () => {
  await fromTheFuture(gateway.sandboxes[0], 7);
  await look(gateway);
  expect(await hold()).toBeNull();
  await fromTheFuture(gateway.sandboxes[1], 7);
  await query(gateway, "update phone_numbers set created_at = now() - interval '16 minutes'");
  await query(gateway, 'delete from findings');
  for (const { control } of gateway.sandboxes) expect(control.instances().length).toBeGreaterThan(6);
  const backend = gateway.services.backends;
  const rows = await query(gateway, 'select id from backends');
  const undo: (() => void)[] = [];
  for (const { id } of rows) {
    const { control } = await backend.backendOf(id);
    const { listInstances } = control;
    control.listInstances = async () =>
      (await listInstances()).map(({ name }) => ({ name, createdAt: new Date(Date.now() - 3_600_000) }));
    undo.push(() => {
      control.listInstances = listInstances;
    });
  }
  await look(gateway);
  for (const each of undo) each();
  expect((await query(gateway, "select count(*)::int as n from findings where kind = 'orphan'"))[0].n).toBe(14);
  expect(await hold()).toBeNull();
});
