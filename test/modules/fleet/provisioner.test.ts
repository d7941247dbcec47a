import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LeaseLost } from '../../../src/modules/fleet/provisioner/lease-of-one.ts';
import { EngineError } from '../../../src/modules/fleet/provisioner/server-driver.ts';
import { type Fleet, listenOn, openFleet } from './provisioner-support.ts';

type Settings = NonNullable<Parameters<Fleet['provisioner']>[0]>['settings'];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.reset());
afterAll(() => fleet.close());

const states = async () => (await fleet.rows()).map(({ state }) => state);
const areRunning = (count: number) => async () => {
  const running = (await states()).filter((state) => state === 'running');
  return running.length === count;
};
const isGone = async () => (await fleet.rows()).every(({ data_removed_at: at }) => at !== null);
const only = async () => {
  const rows = await fleet.rows();
  expect(rows).toHaveLength(1);
  return rows[0] as (typeof rows)[number];
};
const longAgo = () => new Date(Date.now() - 3_600_000);

describe('when free capacity falls short', () => {
  test('a server with a key, a port, a volume and a database of its own joins the pool', async () => {
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 5 } });
    await fleet.roundsUntil(provisioner, areRunning(1));
    const row = await only();
    const [backend] = await fleet.backends.pool.list();
    expect(backend).toMatchObject({ id: row.backend_id, url: row.url, state: 'active', capacity: 10, labels: [] });
    const { spec } = fleet.engine.containers.get(row.name) ?? {};
    expect(spec).toMatchObject({ rowId: row.id, image: 'an-image:1', port: row.port });
    expect(spec?.environment).toMatchObject({
      MORE: 'of it',
      SERVER_PORT: '8080',
      SERVER_URL: row.url,
      DATABASE_PROVIDER: 'postgresql',
      DATABASE_CONNECTION_CLIENT_NAME: row.name,
      DATABASE_CONNECTION_URI: expect.stringMatching(new RegExp(`^postgresql://${row.database_name}:\\w{32}@db/`)),
      AUTHENTICATION_API_KEY: expect.stringMatching(/^\w{40}$/),
      WEBHOOK_RETRY_MAX_ATTEMPTS: '10',
      CACHE_LOCAL_ENABLED: 'true',
    });
    expect(JSON.stringify([row, fleet.logs])).not.toContain(spec?.environment.AUTHENTICATION_API_KEY);
    expect([...fleet.engine.volumes]).toEqual([row.name]);
    expect([...fleet.engine.madeDatabases]).toEqual([row.database_name]);
  });

  test('as many are started as are missing, and no more than the greatest number', async () => {
    const operator = await fleet.addUser({ role: 'operator' });
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 100, backendsMax: 3 } });
    await fleet.roundsUntil(provisioner, areRunning(3));
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await states()).toEqual(['running', 'running', 'running']);
    expect(operator).toBeGreaterThan(0);
    expect(await fleet.alerts()).toEqual([
      expect.objectContaining({
        kind: 'capacity_short',
        text: expect.stringContaining('PROVISION_BACKENDS_MAX is reached'),
      }),
    ]);
  });

  test('a shortage that passes by itself calls for nobody', async () => {
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 5, shortForMs: 60_000 } });
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await fleet.rows()).toEqual([]);
  });

  test('a port that somebody else has is passed over', async () => {
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 5 } });
    await provisioner.round();
    const { port } = await only();
    const stranger = await listenOn(port);
    await fleet.roundsUntil(provisioner, areRunning(1));
    stranger.close();
    expect(await only()).toMatchObject({ port: port + 1, url: `http://127.0.0.1:${port + 1}`, state: 'running' });
  });

  test('without an engine operators are told, once', async () => {
    await fleet.addUser({ role: 'operator' });
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 5 }, driver: { canStart: false } });
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await fleet.rows()).toEqual([]);
    expect(await fleet.alerts()).toEqual([
      {
        severity: 'warning',
        kind: 'capacity_short',
        text: 'Servers wanted: 1; none is started, because no engine is set. 0 places are free, 0 are coming.',
        cure: expect.any(String),
        numbers: 0,
        backend_id: null,
        incident_id: null,
      },
    ]);
  });
});

describe('a start that fails', () => {
  test('is cleaned up, told with its reason, and tried again after a while', async () => {
    await fleet.addUser({ role: 'operator' });
    let isBroken = true;
    const start = fleet.engine.driver.start;
    const provisioner = await fleet.provisioner({
      settings: { freeCapacityMin: 5 },
      driver: {
        start: async (spec) => {
          if (isBroken) throw new EngineError('refused', 'no such network');
          return start(spec);
        },
      },
    });
    await fleet.roundsUntil(provisioner, async () => (await fleet.rows()).length > 0 && isGone());
    expect(await only()).toMatchObject({ state: 'failed', state_reason: 'no such network', backend_id: null });
    expect([fleet.engine.containers.size, fleet.engine.volumes.size, fleet.engine.madeDatabases.size]).toEqual([
      0, 0, 0,
    ]);
    expect(await fleet.alerts()).toEqual([
      expect.objectContaining({ kind: 'server_start_failed', text: expect.stringContaining('no such network') }),
    ]);

    isBroken = false;
    for (let round = 0; round < 5; round++) await provisioner.round();
    expect(await states()).toEqual(['failed']);
    await fleet.database.db.updateTable('provisioned_backends').set({ changed_at: longAgo() }).execute();
    await fleet.roundsUntil(provisioner, areRunning(1));
    expect(await states()).toEqual(['failed', 'running']);
  });

  test.each([
    ['its image', 'prepareImage'],
    ['its container', 'start'],
    ['its place in the pool', 'join'],
    ['its database', 'ensure'],
  ])('for want of %s leaves nothing behind', async (_what, deed) => {
    const fail = async () => {
      throw new Error(`${deed} failed`);
    };
    const provisioner = await fleet.provisioner({
      settings: { freeCapacityMin: 5 },
      ...(deed === 'ensure' ? { databases: { ...fleet.engine.databases, ensure: fail } } : {}),
      ...(deed === 'start' || deed === 'prepareImage' ? { driver: { [deed]: fail } } : {}),
      ...(deed === 'join'
        ? {
            onDeed: (name, moment) => {
              if (name === 'pool.join' && moment === 'before') throw new Error('join failed');
            },
          }
        : {}),
    });
    await fleet.roundsUntil(provisioner, async () => (await fleet.rows()).length > 0 && isGone());
    expect(await only()).toMatchObject({ state: 'failed', state_reason: `${deed} failed` });
    expect([fleet.engine.containers.size, fleet.engine.volumes.size, fleet.engine.madeDatabases.size]).toEqual([
      0, 0, 0,
    ]);
    expect(await fleet.backends.pool.list()).toEqual([]);
  });

  test('by never answering ends at its deadline', async () => {
    const provisioner = await fleet.provisioner({ settings: { freeCapacityMin: 5, startWithinMs: 0 } });
    const fine = fleet.engine.driver.start;
    fleet.engine.driver.start = async (spec) => fine({ ...spec, environment: { AUTHENTICATION_API_KEY: 'another' } });
    try {
      const deaf = await fleet.provisioner({ settings: { freeCapacityMin: 5, startWithinMs: 0 } });
      await fleet.roundsUntil(deaf, async () => (await fleet.rows()).length > 0 && isGone());
    } finally {
      fleet.engine.driver.start = fine;
    }
    await provisioner.close();
    expect((await only()).state_reason).toMatch(/^it did not serve within 0 s: unauthorized/);
    expect([fleet.engine.containers.size, fleet.engine.volumes.size]).toEqual([0, 0]);
  });

  test('because the engine is away has not failed', async () => {
    let isAway = false;
    const away = async () => {
      throw new EngineError('unreachable', 'connect ENOENT');
    };
    const { list, start } = fleet.engine.driver;
    const provisioner = await fleet.provisioner({
      settings: { freeCapacityMin: 5 },
      driver: { list: () => (isAway ? away() : list()), start: (spec) => (isAway ? away() : start(spec)) },
    });
    await provisioner.round();
    isAway = true;
    for (let round = 0; round < 3; round++) await provisioner.round();
    expect(await states()).toEqual(['starting']);
    expect(fleet.logs.filter(({ event }) => event === 'engine_away')).toHaveLength(1);
    isAway = false;
    await fleet.roundsUntil(provisioner, areRunning(1));
  });
});

describe('a process that dies', () => {
  /** A process that does nothing more before or after this deed. */
  async function dieAt(deed: string, moment: string, settings: Settings = {}): Promise<void> {
    let isDead = false;
    const process = await fleet.provisioner({
      settings,
      onDeed(name, at) {
        isDead ||= name === deed && at === moment;
        if (isDead) throw new LeaseLost('killed');
      },
    });
    for (let round = 0; round < 10 && !isDead; round++) await process.round();
    expect(isDead).toBe(true);
  }

  test.each(
    ['ensure', 'start', 'pool.join'].flatMap((deed) => ['before', 'after'].map((moment) => [moment, deed] as const)),
  )('%s %s while it starts a server leaves it to the next one, once', async (moment, deed) => {
    const settings = { freeCapacityMin: 5 };
    await dieAt(deed, moment, settings);
    expect(await states()).toEqual(['starting']);
    const second = await fleet.provisioner({ settings });
    await fleet.roundsUntil(second, areRunning(1));
    await second.round();
    const row = await only();
    expect([...fleet.engine.containers.keys()]).toEqual([row.name]);
    expect([...fleet.engine.volumes]).toEqual([row.name]);
    expect((await fleet.backends.pool.list()).map(({ id }) => id)).toEqual([row.backend_id]);
    expect(row.replacements).toBe(0);
  });

  test.each(
    ['pool.hold', 'pool.remove', 'remove', 'removeVolume', 'drop'].flatMap((deed) =>
      ['before', 'after'].map((moment) => [moment, deed] as const),
    ),
  )('%s %s while it removes a server leaves it to the next one', async (moment, deed) => {
    await fleet.roundsUntil(await fleet.provisioner({ settings: { freeCapacityMin: 5 } }), areRunning(1));
    await fleet.addRoom(30);
    await dieAt(deed, moment);
    expect(await isGone()).toBe(false);
    await fleet.roundsUntil(await fleet.provisioner(), isGone);
    expect(await states()).toEqual(['removed']);
    expect([fleet.engine.containers.size, fleet.engine.volumes.size, fleet.engine.madeDatabases.size]).toEqual([
      0, 0, 0,
    ]);
    expect(await fleet.backends.pool.list()).toMatchObject([{ url: 'http://elsewhere' }]);
  });

  test.each(['before', 'after'])('%s it removed a dead container has it replaced by the next one', async (moment) => {
    await fleet.roundsUntil(await fleet.provisioner({ settings: { freeCapacityMin: 5 } }), areRunning(1));
    const { name } = await only();
    await fleet.engine.kill(name);
    const settings = { freeCapacityMin: 5 };
    await dieAt('remove', moment, settings);
    const second = await fleet.provisioner({ settings });
    await fleet.roundsUntil(second, async () => (await only()).engine_id !== null);
    expect(await only()).toMatchObject({ state: 'running', name, replacements: 1 });
  });

  test('holds nobody up who acts meanwhile: only one does', async () => {
    const settings = { freeCapacityMin: 5 };
    const first = await fleet.provisioner({ settings });
    await first.round();
    const second = await fleet.provisioner({ settings });
    await second.round();
    await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? first : second).round()));
    await fleet.roundsUntil(second, areRunning(1));
    expect([...fleet.engine.containers.keys()]).toEqual([(await only()).name]);
    await second.close();
    await fleet.engine.kill((await only()).name);
    await fleet.roundsUntil(first, async () => (await only()).replacements === 1);
  });
});
