import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backends, createBackends } from '../../../src/modules/backends/index.ts';
import {
  createProvisioner,
  type Databases,
  type Provisioner,
  type ProvisionerDeps,
  type ServerDriver,
  type ServerSpec,
} from '../../../src/modules/fleet/provisioner/index.ts';
import { EngineError } from '../../../src/modules/fleet/provisioner/server-driver.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { fastKnobs, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { freePort } from '../../support/free-port.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const installationId = 'abcdefgh';
const secretBox = createSecretBox('a secret of tests that is long enough');

/** The engine of these tests: each container is a sandbox on a real port, each volume a file. */
export type MemoryEngine = {
  driver: ServerDriver;
  databases: Databases;
  containers: Map<string, { spec: ServerSpec; engineId: string; sandbox: Sandbox | undefined }>;
  volumes: Set<string>;
  madeDatabases: Set<string>;
  /** Ends a container's program, which nobody starts again. */
  kill(name: string): Promise<void>;
  /** Empty again. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

export type Fleet = {
  database: TestDatabase;
  engine: MemoryEngine;
  logs: Record<string, unknown>[];
  backends: Backends;
  /** One more process that provisions; the earlier ones are taken for dead. */
  provisioner(options?: ProcessOptions): Promise<Provisioner>;
  rows(): ReturnType<typeof rowsOf>;
  /** Payloads of what operators were told. */
  alerts(): Promise<Record<string, unknown>[]>;
  addUser(columns?: { own_isolation?: string; role?: string }): Promise<number>;
  /** As many places are taken on the backend of this row, or given back. */
  take(name: string, assigned: number): Promise<void>;
  /** A backend with so much room, which is not ours. */
  addRoom(capacity: number): Promise<void>;
  /** Rounds until something holds, at most 100. */
  roundsUntil(provisioner: Provisioner, isDone: () => Promise<boolean> | boolean): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
};

type ProcessOptions = {
  settings?: Partial<ProvisionerDeps['settings']>;
  driver?: Partial<ServerDriver>;
  databases?: Databases;
  /** Called before and after each thing that is done outside of our own rows; what it throws ends the process. */
  onDeed?: (deed: string, moment: 'before' | 'after') => void;
};

export async function openFleet(): Promise<Fleet> {
  const database = await openTestDatabase();
  const ids = createIds();
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void logs.push(JSON.parse(line)) } });
  const engine = await openMemoryEngine();
  const port = await freePort();
  const ports = { from: port, to: Math.min(port + 40, 65_535) };
  const opened: { close(): Promise<void> }[] = [];
  const common = { secretBox, clock: systemClock, logger };
  const backends = createBackends({ ...common, db: database.db, readTimeoutMs: 1_000 });

  async function expireLease(): Promise<void> {
    await database.db
      .updateTable('leases')
      .set({ until: new Date(0) })
      .where('name', '=', 'provisioner')
      .execute();
  }

  const fleet: Fleet = {
    database,
    engine,
    logs,
    backends,
    async provisioner({ settings = {}, driver = {}, databases = engine.databases, onDeed } = {}) {
      await expireLease();
      const { db, pool } = database.connect({ max: 4 });
      const ofProcess = createBackends({ ...common, db, readTimeoutMs: 1_000 });
      const watched = <T extends object>(object: T, prefix = ''): T =>
        onDeed === undefined ? object : watch(object, prefix, onDeed);
      const provisioner = createProvisioner({
        ...common,
        db,
        ids,
        installationId,
        driver: watched({ ...engine.driver, ...driver }),
        databases: watched(databases),
        backends: { pool: watched(ofProcess.pool, 'pool.') },
        settings: {
          image: 'an-image:1',
          ports,
          serverUrl: 'http://127.0.0.1:{port}',
          environment: { MORE: 'of it' },
          freeCapacityMin: 0,
          backendsMax: 3,
          capacity: 10,
          keepDataMs: 0,
          idleForMs: 0,
          startWithinMs: 5_000,
          shortForMs: 0,
          measureEveryMs: 0,
          startRetry: { minMs: 60_000, maxMs: 60_000 },
          replaceRetry: { minMs: 60_000, maxMs: 600_000 },
          ...settings,
        },
      });
      opened.push({
        async close() {
          await provisioner.close();
          await ofProcess.close();
          if (!pool.ended) await pool.end();
        },
      });
      return provisioner;
    },
    rows: () => rowsOf(database),
    async alerts() {
      const rows = await database.db
        .selectFrom('events')
        .select('payload')
        .where('type', '=', 'fleet.alert')
        .orderBy('id')
        .execute();
      return rows.map(({ payload }) => payload as Record<string, unknown>);
    },
    async addUser(columns = {}) {
      const { id } = await database.db
        .insertInto('users')
        .values({
          email: `${ids.base36(12)}@example.com`,
          password_hash: '-',
          api_key: '-',
          plan_type: 'enterprise',
          max_phone_numbers: 0,
          max_messages_per_day: 0,
          requests_per_minute: 0,
          ...columns,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },
    async take(name, assigned) {
      const row = (await fleet.rows()).find((each) => each.name === name);
      await database.db
        .updateTable('backends')
        .set({ assigned })
        .where('id', '=', row?.backend_id ?? 0)
        .execute();
    },
    async addRoom(capacity) {
      await database.db
        .insertInto('backends')
        .values({
          url: 'http://elsewhere',
          api_key_sealed: secretBox.seal('key', 'backend key of http://elsewhere'),
          capacity,
          state: 'active',
        })
        .execute();
    },
    async roundsUntil(provisioner, isDone) {
      for (let rounds = 0; rounds < 100; rounds++) {
        if (await isDone()) return;
        await provisioner.round();
      }
      throw new Error(
        `never: ${JSON.stringify((await fleet.rows()).map(({ state, state_reason: why }) => [state, why]))}`,
      );
    },
    async reset() {
      for (const { close } of opened.splice(0)) await close();
      await engine.reset();
      await database.db.deleteFrom('provisioned_backends').execute();
      await database.db.deleteFrom('fleet_hold').execute();
      await database.db.deleteFrom('backends').execute();
      await database.db.deleteFrom('users').execute();
      await database.db.deleteFrom('events').execute();
      logs.length = 0;
    },
    async close() {
      await fleet.reset();
      await engine.close();
      await backends.close();
      await database.close();
    },
  };
  return fleet;
}

function rowsOf({ db }: TestDatabase) {
  return db.selectFrom('provisioned_backends').selectAll().orderBy('created_at').orderBy('id').execute();
}

async function openMemoryEngine(): Promise<MemoryEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'evofleet-engine-'));
  const containers: MemoryEngine['containers'] = new Map();
  const volumes = new Set<string>();
  const madeDatabases = new Set<string>();
  let count = 0;

  async function end(name: string): Promise<void> {
    const container = containers.get(name);
    await container?.sandbox?.close();
    if (container !== undefined) container.sandbox = undefined;
  }

  return {
    containers,
    volumes,
    madeDatabases,
    kill: end,
    databases: {
      async ensure(name, password) {
        madeDatabases.add(name);
        return `postgresql://${name}:${password}@db/${name}`;
      },
      drop: async (name) => void madeDatabases.delete(name),
    },
    driver: {
      name: 'docker',
      canStart: true,
      list: async () =>
        [...containers].map(([name, { spec, engineId, sandbox }]) => ({
          rowId: spec.rowId,
          name,
          engineId,
          isRunning: sandbox !== undefined,
        })),
      prepareImage: async () => true,
      async start(spec) {
        volumes.add(spec.name);
        const known = containers.get(spec.name);
        if (known?.sandbox !== undefined) return known;
        const sandbox = await startSandbox({
          port: spec.port,
          apiKey: spec.environment.AUTHENTICATION_API_KEY ?? '',
          stateFile: join(folder, spec.name),
          knobs: fastKnobs,
        }).catch((error: Error) => {
          throw new EngineError('port_taken', error.message);
        });
        const container = { spec, engineId: `engine-${++count}`, sandbox };
        containers.set(spec.name, container);
        return container;
      },
      async remove(name) {
        await end(name);
        containers.delete(name);
      },
      async removeVolume(name) {
        if (containers.has(name)) throw new Error('the volume is in use');
        volumes.delete(name);
        await rm(join(folder, name), { force: true });
      },
      usage: async () => ({ cpuNs: 0, readAtMs: 0, memoryBytes: 1, memoryLimitBytes: 2 }),
    },
    async reset() {
      for (const name of containers.keys()) await end(name);
      containers.clear();
      volumes.clear();
      madeDatabases.clear();
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Tells of each call of a method that does something. */
function watch<T extends object>(object: T, prefix: string, onDeed: NonNullable<ProcessOptions['onDeed']>): T {
  const harmless = ['list', 'find', 'usage', 'prepareImage', 'name', 'canStart'];
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (harmless.includes(name)) return [name, value];
      const call = async (...args: unknown[]) => {
        onDeed(prefix + name, 'before');
        const result = await value(...args);
        onDeed(prefix + name, 'after');
        return result;
      };
      return [name, call];
    }),
  ) as T;
}

/** Somebody else's program on a port of the machine. */
export async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}
