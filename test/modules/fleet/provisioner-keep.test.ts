import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/modules/fleet/provisioner/server-driver.ts';
import { type Fleet, openFleet } from './provisioner-support.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.reset());
afterAll(() => fleet.close());

const states = async () => (await fleet.rows()).map(({ state }) => state);
const areRunning = (count: number) => async () =>
  (await states()).filter((state) => state === 'running').length === count;
const isGone = async () => (await fleet.rows()).every(({ data_removed_at: at }) => at !== null);
const only = async () => {
  const rows = await fleet.rows();
  expect(rows).toHaveLength(1);
  return rows[0] as (typeof rows)[number];
};

async function runOne(settings: Parameters<Fleet['provisioner']>[0] = {}) {
  await fleet.roundsUntil(await fleet.provisioner({ settings: { freeCapacityMin: 5 } }), areRunning(1));
  const row = await only();
  return { row, backendId: row.backend_id ?? 0, provisioner: await fleet.provisioner(settings) };
}

async function addNumber(backendId: number): Promise<number> {
  const userId = await fleet.addUser();
  const { id } = await fleet.database.db
    .insertInto('phone_numbers')
    .values({ user_id: userId, instance_name: `n-${userId}`, token: '-', backend_id: backendId })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

describe('when nobody needs a server', () => {
  test('it is drained, leaves the pool, and its container, volume and database go', async () => {
    const { backendId, provisioner } = await runOne();
    await fleet.addRoom(30);
    await fleet.roundsUntil(provisioner, async () => (await states()).includes('draining'));
    expect(await fleet.backends.pool.find(backendId)).toMatchObject({ state: 'draining', hold: 'draining' });
    await fleet.roundsUntil(provisioner, isGone);
    expect(await only()).toMatchObject({ state: 'removed' });
    expect(await fleet.backends.pool.list()).toMatchObject([{ url: 'http://elsewhere' }]);
    expect([fleet.engine.containers.size, fleet.engine.volumes.size, fleet.engine.madeDatabases.size]).toEqual([
      0, 0, 0,
    ]);
  });

  test('its data stays for the time of grace', async () => {
    const { provisioner, row } = await runOne({ settings: { keepDataMs: 60_000 } });
    await fleet.addRoom(30);
    await fleet.roundsUntil(provisioner, async () => (await states()).includes('removed'));
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect([...fleet.engine.volumes]).toEqual([row.name]);
    expect([...fleet.engine.madeDatabases]).toEqual([row.database_name]);
    expect(fleet.engine.containers.size).toBe(0);
  });

  test('one with numbers, one just emptied and one whose going would leave too little stay', async () => {
    const { backendId, provisioner, row } = await runOne();
    await fleet.take(row.name, 1);
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await states()).toEqual(['running']);
    await fleet.take(row.name, 0);
    const slow = await fleet.provisioner({ settings: { idleForMs: 60_000 } });
    for (let round = 0; round < 3; round++) await slow.round();
    expect(await states()).toEqual(['running']);
    // 26 are to stay: without ours, less than half of one more than that would.
    await fleet.addRoom(30);
    const needing = await fleet.provisioner({ settings: { freeCapacityMin: 26 } });
    for (let round = 0; round < 3; round++) await needing.round();
    expect(await states()).toEqual(['running']);
    const rich = await fleet.provisioner({ settings: { freeCapacityMin: 25 } });
    await fleet.roundsUntil(rich, isGone);
    expect((await fleet.backends.pool.list()).map(({ id }) => id)).not.toContain(backendId);
  });

  test('a number that was on its way while it was drained keeps it', async () => {
    const { backendId, provisioner, row } = await runOne();
    await fleet.addRoom(30);
    await fleet.roundsUntil(provisioner, async () => (await states()).includes('draining'));
    await fleet.take(row.name, 1);
    await fleet.roundsUntil(provisioner, async () => (await states()).includes('running'));
    expect(await fleet.backends.pool.find(backendId)).toMatchObject({ state: 'active', hold: null, assigned: 1 });
    expect(fleet.engine.containers.size).toBe(1);
  });

  test('nothing is removed while the fleet is on hold', async () => {
    const { backendId, provisioner } = await runOne();
    await fleet.database.db.insertInto('fleet_hold').values({ reason: 'restored' }).execute();
    await fleet.backends.pool.hold(backendId, 'draining');
    for (let round = 0; round < 4; round++) await provisioner.round();
    expect(await states()).toEqual(['draining']);
    await fleet.database.db.deleteFrom('fleet_hold').execute();
    await fleet.roundsUntil(provisioner, isGone);
  });

  test('what a restored database takes for a failed start is left, with its data, while the fleet is on hold', async () => {
    const { backendId, provisioner } = await runOne();
    await fleet.backends.pool.remove(backendId, { force: true });
    const row = { state: 'failed', backend_id: null };
    await fleet.database.db.insertInto('fleet_hold').values({ reason: 'restored' }).execute();
    await fleet.database.db.updateTable('provisioned_backends').set(row).execute();
    for (let round = 0; round < 4; round++) await provisioner.round();
    expect([fleet.engine.containers.size, fleet.engine.volumes.size, fleet.engine.madeDatabases.size]).toEqual([
      1, 1, 1,
    ]);
    await fleet.database.db.deleteFrom('fleet_hold').execute();
    await fleet.roundsUntil(provisioner, () => fleet.engine.volumes.size === 0);
  });

  test('one that an operator drains goes once it is empty, and not before', async () => {
    const { backendId, provisioner, row } = await runOne({ settings: { freeCapacityMin: 5, idleForMs: 60_000 } });
    await fleet.take(row.name, 2);
    await fleet.backends.pool.hold(backendId, 'draining');
    const calm = await fleet.provisioner({ settings: { idleForMs: 60_000 } });
    for (let round = 0; round < 4; round++) await calm.round();
    expect(await states()).toEqual(['draining']);
    await fleet.take(row.name, 0);
    await fleet.roundsUntil(calm, isGone);
    await provisioner.close();
  });

  test('one that an operator removed by force keeps its container and data while numbers name it', async () => {
    const { backendId, provisioner, row } = await runOne();
    const numberId = await addNumber(backendId);
    await fleet.take(row.name, 1);
    await fleet.backends.pool.remove(backendId, { force: true });
    for (let round = 0; round < 4; round++) await provisioner.round();
    expect(await states()).toEqual(['removing']);
    expect([fleet.engine.containers.size, fleet.engine.volumes.size]).toEqual([1, 1]);
    await fleet.database.db
      .updateTable('phone_numbers')
      .set({ deleted_at: new Date() })
      .where('id', '=', numberId)
      .execute();
    await fleet.roundsUntil(provisioner, isGone);
    await fleet.database.db.deleteFrom('phone_numbers').execute();
  });
});

describe('a container that died', () => {
  test('is replaced under the same identity, and its numbers are there again', async () => {
    const { backendId, row, provisioner } = await runOne({ settings: { freeCapacityMin: 5 } });
    const before = fleet.engine.containers.get(row.name);
    const headers = {
      apikey: before?.spec.environment.AUTHENTICATION_API_KEY ?? '',
      'content-type': 'application/json',
    };
    await fetch(`${row.url}/instance/create`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ instanceName: 'kept', integration: 'EVOLUTION', number: '5511900000001' }),
    });
    for (const end of [() => fleet.engine.kill(row.name), () => fleet.engine.driver.remove(row.name)]) {
      await end();
      await fleet.database.db
        .updateTable('provisioned_backends')
        .set({ next_attempt_at: new Date(0) })
        .execute();
      await fleet.roundsUntil(provisioner, () => fleet.engine.containers.get(row.name)?.sandbox !== undefined);
    }
    const now = await only();
    const identity = ['name', 'port', 'url', 'database_name', 'api_key_sealed', 'image', 'backend_id'] as const;
    for (const column of identity) expect(now[column]).toBe(row[column]);
    expect(now).toMatchObject({ state: 'running', replacements: 2 });
    expect(fleet.engine.containers.get(row.name)?.spec).toEqual(before?.spec);
    expect(now.engine_id).not.toBe(row.engine_id);
    const answer = await fetch(`${row.url}/instance/connectionState/kept`, { headers });
    expect(await answer.json()).toMatchObject({ instance: { instanceName: 'kept', state: 'open' } });
    expect((await fleet.backends.pool.list()).map(({ id }) => id)).toEqual([backendId]);
  });

  test('again and again is replaced ever more seldom, and operators are told', async () => {
    await fleet.addUser({ role: 'operator' });
    const { row, provisioner } = await runOne({
      settings: { freeCapacityMin: 5 },
      driver: {
        start: async () => {
          throw new EngineError('refused', 'out of memory');
        },
      },
    });
    await fleet.engine.kill(row.name);
    const waits: number[] = [];
    for (let time = 0; time < 5; time++) {
      await provisioner.round();
      const { attempts } = await only();
      for (let round = 0; round < 3; round++) await provisioner.round();
      const now = await only();
      expect(now.attempts).toBe(attempts);
      waits.push(Math.round((now.next_attempt_at.getTime() - Date.now()) / 60_000));
      await fleet.database.db
        .updateTable('provisioned_backends')
        .set({ next_attempt_at: new Date(0) })
        .execute();
    }
    expect(waits).toEqual([2, 4, 8, 10, 10]);
    expect(await fleet.alerts()).toEqual([
      expect.objectContaining({
        kind: 'server_keeps_failing',
        backend_id: row.backend_id,
        text: expect.stringContaining('3 tries'),
      }),
      expect.objectContaining({ kind: 'server_keeps_failing', text: expect.stringContaining('6 tries') }),
    ]);
    expect(await only()).toMatchObject({ state: 'running', replacements: 1, state_reason: 'out of memory' });
  });

  test('and lasts after its replacement counts as sound again', async () => {
    const { row, provisioner } = await runOne({ settings: { freeCapacityMin: 5, stableForMs: 0 } });
    await fleet.engine.kill(row.name);
    await fleet.roundsUntil(provisioner, async () => (await only()).attempts === 1);
    await fleet.roundsUntil(provisioner, async () => (await only()).attempts === 0);
    expect(await only()).toMatchObject({ replacements: 1, state_reason: null });
  });

  test('in that it runs and answers nobody is replaced, after both we and the pool found so', async () => {
    const { backendId, row, provisioner } = await runOne({
      settings: { freeCapacityMin: 5, hungForMs: 50, startWithinMs: 0 },
    });
    const down = { state: 'down', down_at: new Date(Date.now() - 1_000) };
    await fleet.database.db.updateTable('backends').set(down).where('id', '=', backendId).execute();
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect((await only()).replacements).toBe(0);
    const { sandbox } = fleet.engine.containers.get(row.name) ?? {};
    await sandbox?.close();
    await fleet.database.db
      .updateTable('provisioned_backends')
      .set({ started_at: new Date(0) })
      .execute();
    await fleet.roundsUntil(provisioner, async () => (await only()).replacements === 1);
  });
});

describe('a user with servers of their own', () => {
  test('has one ahead of the first number, and another when it is full', async () => {
    const userId = await fleet.addUser({ own_isolation: 'dedicated' });
    await fleet.addUser();
    const provisioner = await fleet.provisioner();
    await fleet.roundsUntil(provisioner, areRunning(1));
    const row = await only();
    expect(row.dedicated_to).toBe(userId);
    expect(await fleet.backends.pool.list()).toMatchObject([{ isolation: 'dedicated', dedicatedTo: userId }]);
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await states()).toEqual(['running']);
    await fleet.take(row.name, 10);
    await fleet.roundsUntil(provisioner, areRunning(2));
  });

  test('who does not want one any more loses it when it is empty', async () => {
    const userId = await fleet.addUser({ own_isolation: 'dedicated' });
    const provisioner = await fleet.provisioner();
    await fleet.roundsUntil(provisioner, areRunning(1));
    await fleet.database.db.updateTable('users').set({ own_isolation: 'shared' }).where('id', '=', userId).execute();
    const { name } = await only();
    await fleet.take(name, 1);
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await states()).toEqual(['running']);
    await fleet.take(name, 0);
    await fleet.roundsUntil(provisioner, isGone);
  });

  test('gets none where an operator keeps one free for whoever comes', async () => {
    await fleet.addUser({ own_isolation: 'dedicated' });
    await fleet.database.db
      .insertInto('backends')
      .values({ url: 'http://spare', api_key_sealed: '-', capacity: 5, state: 'active', isolation: 'dedicated' })
      .execute();
    const provisioner = await fleet.provisioner();
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await fleet.rows()).toEqual([]);
  });
});
