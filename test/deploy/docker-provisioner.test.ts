import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createDatabases,
  createDockerDriver,
  createProvisioner,
  type ServerDriver,
} from '../../src/modules/fleet/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createSecretBox } from '../../src/platform/crypto/secret-box.ts';
import {
  type ContainerEngine,
  describeLongWithEngine,
  describeWithEngine,
  startContainerEngine,
} from '../support/container-engine.ts';
import { freePort } from '../support/free-port.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';
import { importServerImage } from '../support/server-image.ts';

const image = 'evofleet-test-server:1';
const memoryBytes = 256 * 2 ** 20;
const withinMs = 60_000;

describeWithEngine('servers on a Docker Engine (skipped without one: apt-get install docker.io, as root)', () => {
  const figures: string[] = [];
  const databases = createDatabases({ adminUrl: process.env.TEST_POSTGRES_URL ?? '', host: undefined });
  let engine: ContainerEngine;
  let gateway: TestGateway;
  let door: Server;
  let driver: ServerDriver;
  let rounds: { stop(): Promise<void> };
  let user: TestUser;
  let number: TestNumber;

  beforeAll(async () => {
    [engine, gateway] = await Promise.all([
      startContainerEngine(),
      startGateway({ sandboxes: 0, env: { HEALTH_CHECK_INTERVAL: '400' } }),
    ]);
    await measured('the image was imported', () => importServerImage(engine.docker, image));
    door = await openDoor(gateway.url, engine.machine);
    gateway.services.setCallbackUrl(urlOf(door));
    const { backends, config, db, ids, logger } = gateway.services;
    driver = await createDockerDriver({
      installationId: 'abcdefgh',
      engine: { socketPath: engine.socketPath },
      network: engine.network,
      bindAddress: '127.0.0.1',
      cpus: 0.75,
      memoryBytes,
    });
    const from = await freePort();
    const provisioner = createProvisioner({
      db,
      ids,
      logger,
      clock: systemClock,
      secretBox: createSecretBox(config.encryptionKey),
      installationId: 'abcdefgh',
      backends,
      driver,
      databases,
      settings: {
        image,
        ports: { from, to: from + 40 },
        serverUrl: 'http://127.0.0.1:{port}',
        environment: {},
        freeCapacityMin: 4,
        backendsMax: 3,
        capacity: 10,
        keepDataMs: 0,
        idleForMs: 0,
        shortForMs: 0,
        measureEveryMs: 500,
      },
    });
    rounds = turn(provisioner);
  }, 120_000);

  afterAll(async () => {
    for (const figure of figures) console.log(figure);
    await rounds?.stop();
    for (const { name } of (await driver?.list()) ?? []) {
      await driver.remove(name);
      await databases.drop(name.replaceAll('-', '_'));
    }
    door?.close();
    await gateway?.close();
    await engine?.close();
  }, 60_000);

  const rows = () => gateway.database.db.selectFrom('provisioned_backends').selectAll().orderBy('created_at').execute();
  const states = async () => (await rows()).map(({ state }) => state);
  const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: withinMs, interval: 20 });
  const first = async () => {
    const [row] = await rows();
    if (row === undefined) throw new Error('no server was started');
    return row;
  };
  async function measured<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    figures.push(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  }
  const send = async () => {
    const body = { token: number.token, number: '5511999999999', text: 'hello' };
    const answer = await user.api('POST', '/api/messages/send-text', body);
    return [answer.status, answer.body.code];
  };

  test(
    'one is started, joins the pool and takes a number',
    async () => {
      await measured('from short capacity to a server in the pool', () => eventually(states).toEqual(['running']));
      const { backend_id: id, url } = await first();
      expect(await gateway.services.backends.pool.list()).toMatchObject([
        { id, url, state: 'active', isSandbox: true },
      ]);
      user = await gateway.signUp();
      number = await gateway.connectNumber(user);
      expect(await send()).toEqual([200, undefined]);
    },
    withinMs,
  );

  test(
    'its limits, its port, its volume and its labels are those of the settings',
    async () => {
      const { id, name, port } = await first();
      const { Config, HostConfig, Mounts, NetworkSettings } = await engine.docker.getContainer(name).inspect();
      expect(HostConfig).toMatchObject({
        NanoCpus: 750_000_000,
        Memory: memoryBytes,
        MemorySwap: memoryBytes,
        PidsLimit: 512,
        RestartPolicy: { Name: 'unless-stopped' },
        PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        Init: true,
      });
      expect(Mounts).toMatchObject([{ Type: 'volume', Name: name, Destination: '/evolution/instances' }]);
      expect(Config.Labels).toMatchObject({ 'evofleet.installation': 'abcdefgh', 'evofleet.backend': id });
      expect(Object.keys(NetworkSettings.Networks)).toEqual([engine.network]);
      await eventually(async () => (await first()).cpu).not.toBeNull();
      const { cpu, memory_bytes: used, memory_limit_bytes: most } = await first();
      expect(cpu).toBeLessThan(1);
      expect(used).toBeGreaterThan(10 * 2 ** 20);
      expect(most).toBe(memoryBytes);
    },
    withinMs,
  );

  test.each([
    ['killed', (name: string) => engine.docker.getContainer(name).kill()],
    ['removed', (name: string) => engine.docker.getContainer(name).remove({ force: true })],
  ])(
    'one that is %s is replaced, and its number sends again',
    async (what, end) => {
      const before = await first();
      await gateway.database.db
        .updateTable('provisioned_backends')
        .set({ next_attempt_at: new Date(0) })
        .execute();
      await end(before.name);
      await measured(`from a container that was ${what} to the next message sent`, async () => {
        await eventually(async () => (await first()).replacements).toBe(before.replacements + 1);
        await eventually(send).toEqual([200, undefined]);
      });
      const after = await first();
      expect(after.engine_id).not.toBe(before.engine_id);
      expect(after).toMatchObject({ name: before.name, port: before.port, backend_id: before.backend_id });
    },
    withinMs,
  );

  test(
    'a second one comes when the first is nearly full, and goes when it is not needed',
    async () => {
      const { backend_id: id } = await first();
      const { pool } = gateway.services.backends;
      await pool.change(id ?? 0, { capacity: 3 });
      await measured('from a nearly full server to a second one in the pool', () =>
        eventually(states).toEqual(['running', 'running']),
      );
      await pool.change(id ?? 0, { capacity: 12 });
      const { name, database_name: database } = (await rows())[1] ?? { name: '', database_name: null };
      await measured('from enough free capacity to its container, volume and database gone', () =>
        eventually(async () => (await rows())[1]?.data_removed_at).not.toBeNull(),
      );
      expect(await states()).toEqual(['running', 'removed']);
      expect((await driver.list()).map((each) => each.name)).toEqual([(await first()).name]);
      const { Volumes } = await engine.docker.listVolumes();
      expect(Volumes.map((volume) => volume.Name)).not.toContain(name);
      const left = await gateway.database.pool.query('select from pg_database where datname = $1', [database]);
      expect(left.rowCount).toBe(0);
      expect(await gateway.services.backends.pool.list()).toHaveLength(1);
    },
    withinMs,
  );

  test(
    'a port that somebody else has is refused by the engine in words that the driver knows',
    async () => {
      const stranger = createServer().listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      const address = stranger.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const spec = { rowId: 'a-row', name: 'ef-abcdefgh-btaken', image, port, environment: {} };
      await expect(driver.start(spec)).rejects.toMatchObject({ kind: 'port_taken' });
      await driver.remove(spec.name);
      await driver.removeVolume(spec.name);
      stranger.close();
    },
    withinMs,
  );

  test('what is not ours is never touched, and what is not there is no error', async () => {
    const foreign = await engine.docker.createContainer({ name: 'foreign', Image: image });
    const spec = { rowId: 'a-row', name: 'foreign', image, port: 1, environment: {} };
    await expect(driver.remove('foreign')).rejects.toMatchObject({ kind: 'refused' });
    await expect(driver.start(spec)).rejects.toMatchObject({ kind: 'refused' });
    expect((await driver.list()).map(({ name }) => name)).not.toContain('foreign');
    await driver.remove('ef-nobody');
    await driver.removeVolume('ef-nobody');
    expect(await driver.usage('ef-nobody')).toBeUndefined();
    await foreign.remove();
  });
});

describeLongWithEngine('the program (with LONG=1)', () => {
  const programs: ChildProcess[] = [];
  let engine: ContainerEngine;
  let database: TestDatabase;
  let dataDir: string;

  beforeAll(async () => {
    [engine, database, dataDir] = await Promise.all([
      startContainerEngine(),
      openTestDatabase(),
      mkdtemp(join(tmpdir(), 'evofleet-provisioner-')),
    ]);
    await importServerImage(engine.docker, image);
  }, 120_000);
  afterAll(async () => {
    for (const child of programs) await kill(child);
    const rows = await database.db.selectFrom('provisioned_backends').select('database_name').execute();
    const databases = createDatabases({ adminUrl: process.env.TEST_POSTGRES_URL ?? '', host: undefined });
    for (const row of rows) await databases.drop(row.database_name ?? '');
    await engine.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  function start(from: number): ChildProcess {
    const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ROLE: 'provisioner',
        PROVISIONER: 'docker',
        DOCKER_HOST: `unix://${engine.socketPath}`,
        PROVISION_IMAGE: image,
        PROVISION_NETWORK: engine.network,
        PROVISION_PORTS: `${from}-${from + 40}`,
        PROVISION_CPUS: '0.5',
        PROVISION_MEMORY: '256m',
        PROVISION_DATABASE_URL: process.env.TEST_POSTGRES_URL,
        PORT: '0',
        METRICS_PORT: '0',
        HOST: '127.0.0.1',
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
      },
    });
    programs.push(child);
    return child;
  }
  const rows = () => database.db.selectFrom('provisioned_backends').selectAll().execute();
  const replacements = async () => (await rows()).map((row) => row.engine_id !== null && row.replacements);

  test('starts a server with its usual patience; another one goes on after it was killed', async () => {
    const from = await freePort();
    let startedAt = performance.now();
    const tell = (what: string) => console.log(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    const first = start(from);
    await expect
      .poll(async () => (await rows()).map(({ state }) => state), { timeout: withinMs, interval: 50 })
      .toEqual(['running']);
    tell('from the start of the program to a server in the pool');
    const [row] = await rows();
    await kill(first);
    await engine.docker.getContainer(row?.name ?? '').kill();
    startedAt = performance.now();
    start(from);
    await expect.poll(replacements, { timeout: withinMs, interval: 50 }).toEqual([1]);
    tell('from a killed program and container, and a new program, to the container replaced');
  }, 120_000);
});

/** Rounds at short intervals, as its program makes them. */
function turn(provisioner: ReturnType<typeof createProvisioner>): { stop(): Promise<void> } {
  let isOver = false;
  const over = (async () => {
    while (!isOver) {
      await provisioner.round();
      await wait(200);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await over;
      await provisioner.close();
    },
  };
}

/** Lets containers reach what listens on the machine's own address alone. */
async function openDoor(url: string, host: string): Promise<Server> {
  const server = createServer((caller) => {
    const callee = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [one, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return `http://${address.address}:${address.port}`;
}
