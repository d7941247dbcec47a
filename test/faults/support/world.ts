import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRunningDatabase } from '../../../src/bin/data-dir.ts';
import { fastKnobs } from '../../../src/sandbox/index.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type Backend, backendKey, createBackend } from './backend.ts';
import { createLook, type Look } from './database.ts';
import { createDebianCluster, type DebianCluster } from './debian-cluster.ts';
import { freePort } from './free-port.ts';
import { type Names, startNames } from './name-server.ts';
import { hasNginx, startNginx } from './nginx.ts';
import { type LoadUser, signUp } from './people.ts';
import { createProgram, type Program } from './program.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Exchange, type Relay, startRelay } from './relay.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { until } from './wait.ts';

export type Form = 'embedded' | 'split';
export type Role = 'all' | 'api' | 'worker';
export type Gateway = Program & { role: Role };

/** A call of a backend as the gateway answered it 2xx. */
export type HeardCall = { instance: string; event: string; waId: string | undefined; fromMe: boolean; at: number };

/** Everything of one installation: real programs on real ports, with a wire that can fail between any two of them. */
export type World = {
  form: Form;
  folder: string;
  gateways: Gateway[];
  /** Those that serve users. */
  apis: Gateway[];
  backends: Backend[];
  /** Between the backends and the gateways. */
  callbacks: Relay;
  /** Calls of the backends that a gateway answered 2xx. */
  heard: HeardCall[];
  /** Where the healthy users hear of their events. */
  receiver: Receiver;
  /** The third user's, which may be ill, and the wire to it. */
  patient: Receiver;
  patientWire: TcpProxy;
  /** Backends call this one gateway alone; all in turn again without it. */
  callOnly(gateway?: Gateway): void;
  look: Look & { end(): Promise<void> };
  users: LoadUser[];
  /** Split alone. */
  postgres?: DebianCluster;
  databaseWire?: TcpProxy;
  redis?: TestRedis;
  redisWire?: TcpProxy;
  nginxUrl?: string;
  /** Whether backends say what was sent. */
  echoes: boolean;
  names?: Names;
  /** Whether every gateway says that nothing of it is degraded. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
};

export type WorldOptions = {
  form: Form;
  /** 3 unless given, the third with the receiver that may be ill. */
  users?: number;
  numbersEach?: number;
  /** Gateways ask a name server of the suite's own, where the third user's receiver has a name. */
  ownNames?: boolean;
  /** Without them the backends never say what was sent. */
  echoes?: boolean;
};

export async function startWorld(options: WorldOptions): Promise<World> {
  const { form } = options;
  const folder = await mkdtemp(join(tmpdir(), `evofleet-faults-${form}-`));
  await chmod(folder, 0o711);
  const closers: (() => Promise<void>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }),
  ];
  const opened = <T extends { close(): Promise<void> }>(thing: T): T => {
    closers.push(() => thing.close());
    return thing;
  };
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each().catch((error) => console.error('closing:', error));
  };
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }

  async function open(): Promise<World> {
    const knobs = {
      ...fastKnobs,
      scanAfterMs: 40,
      latencyMsByRoute: { 'POST /message/': 40 },
      deliveredAfterMs: 150,
      readAfterMs: 400,
      echo: options.echoes ?? true,
      // Ten tries, after 0.25, 0.5, 1, 2 … 15 s: a minute in all.
      webhookRetryFactor: 0.05,
      webhookTimeoutMs: 10_000,
    };
    const backends = [1, 2].map((n) => createBackend({ name: `backend-${n}`, folder, knobs }));
    const pool = (await Promise.all(backends)).map(opened);
    await Promise.all(pool.map((backend) => backend.start()));
    const gateways: Gateway[] = [];
    const heard: HeardCall[] = [];
    let called: Gateway | undefined;
    const callbacks = opened(
      await startRelay({
        targets: () => (called === undefined ? gateways : [called]).map(({ url }) => url),
        onAnswered: (exchange) => {
          const call = readHeard(exchange);
          if (call !== undefined) heard.push(call);
        },
      }),
    );
    const receiver = opened(await startReceiver());
    const patient = opened(await startReceiver());
    const patientWire = opened(await startTcpProxy({ port: patient.port }));
    const names = options.ownNames ? opened(await startNames(folder)) : undefined;
    const installation = form === 'split' ? await openSplit(opened, closers) : { env: {} };
    const dataDir = join(folder, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    const env = {
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      EVOLUTION_SERVERS: pool.map(({ relay }) => relay.url).join(','),
      EVOLUTION_API_KEY: backendKey,
      BACKEND_CALLBACK_URL: callbacks.url,
      EGRESS_ALLOW_CIDRS: '127.0.0.1/32',
      HEALTH_CHECK_INTERVAL: '1000',
      LOG_LEVEL: 'info',
      ...installation.env,
    };
    for (const [name, role] of rolesOf(form)) {
      const gateway = await createGateway({ name, role, env, folder, under: names?.under ?? [] });
      gateways.push(gateway);
      closers.push(() => gateway.kill());
      await gateway.start();
    }
    const apis = gateways.filter(({ role }) => role !== 'worker');
    const { postgres } = installation;
    const look = createLook(async () =>
      postgres === undefined ? findRunningDatabase(dataDir) : `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
    );
    closers.push(() => look.end());
    const nginx = form === 'split' && hasNginx ? opened(await startNginx(apis.map(portOf))) : undefined;
    const deps = { url: apis[0]?.url ?? '', look, backends: pool };
    const users: LoadUser[] = [];
    for (const name of ['first', 'second', 'third'].slice(0, options.users ?? 3)) {
      const isPatient = name === 'third';
      users.push(
        await signUp(deps, {
          name,
          numbers: options.numbersEach ?? 2,
          schedule: isPatient ? 'short' : 'standard',
          inbox: (isPatient ? patient : receiver).inbox(name),
          receiverUrl: isPatient
            ? `http://${names?.host ?? '127.0.0.1'}:${patientWire.port}`
            : `http://127.0.0.1:${receiver.port}`,
        }),
      );
    }
    return {
      form,
      folder,
      gateways,
      apis,
      backends: pool,
      callbacks,
      heard,
      receiver,
      patient,
      patientWire,
      callOnly(gateway) {
        called = gateway;
      },
      look,
      users,
      echoes: options.echoes ?? true,
      ...installation,
      ...(names === undefined ? {} : { names }),
      ...(nginx === undefined ? {} : { nginxUrl: nginx.url }),
      async isReady() {
        const answers = await Promise.all(gateways.map(({ url }) => degradedOf(url)));
        return answers.every((degraded) => degraded !== undefined && degraded.length === 0);
      },
      close,
    };
  }
}

type Installation = Pick<World, 'postgres' | 'databaseWire' | 'redis' | 'redisWire'> & { env: Record<string, string> };

async function openSplit(
  opened: <T extends { close(): Promise<void> }>(thing: T) => T,
  closers: (() => Promise<void>)[],
): Promise<Installation> {
  const [cluster, redis] = await Promise.all([createDebianCluster(), startTestRedis()]);
  if (redis !== null) closers.push(() => redis.stop());
  if (cluster === undefined || redis === null) throw new Error('the split form needs postgresql and redis-server');
  const postgres = opened(cluster);
  await postgres.start();
  const databaseWire = opened(await startTcpProxy({ port: postgres.port }));
  const redisWire = opened(await startTcpProxy({ port: Number(new URL(redis.url).port) }));
  return {
    postgres,
    databaseWire,
    redis,
    redisWire,
    env: {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${databaseWire.port}/postgres`,
      REDIS_URL: `redis://127.0.0.1:${redisWire.port}`,
    },
  };
}

function rolesOf(form: Form): [string, Role][] {
  if (form === 'embedded') return [['gateway', 'all']];
  return [
    ['api-1', 'api'],
    ['api-2', 'api'],
    ['worker', 'worker'],
  ];
}

async function createGateway(options: {
  name: string;
  role: Role;
  env: Record<string, string>;
  folder: string;
  under: readonly string[];
}): Promise<Gateway> {
  const { name, role, folder, under } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = createProgram({
    name,
    url,
    script: 'src/bin/gateway.ts',
    folder,
    under,
    env: { ...options.env, PORT: String(port), ROLE: role },
    isUp: async () => (await fetch(`${url}/health`)).ok,
  });
  return { ...program, role };
}

/** What a gateway says is away; undefined where it does not answer or is not ready. */
async function degradedOf(url: string): Promise<string[] | undefined> {
  try {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(3_000) });
    const { ready, degraded } = (await answer.json()) as { ready: boolean; degraded: string[] };
    const { instances } = (await (await fetch(`${url}/health`)).json()) as {
      instances: { total: number; healthy: number };
    };
    return ready && instances.total === instances.healthy ? degraded : undefined;
  } catch {
    return undefined;
  }
}

function readHeard({ status = 0, body, at }: Exchange): HeardCall | undefined {
  if (status < 200 || status > 299) return undefined;
  const call = JSON.parse(body.toString('utf8'));
  return {
    instance: String(call.instance),
    event: String(call.event),
    waId: call.data?.key?.id,
    fromMe: call.data?.key?.fromMe === true,
    at,
  };
}

const portOf = ({ url }: Gateway): number => Number(new URL(url).port);

/** Resolves with the milliseconds until all is well again. */
export async function untilReady(world: World, withinMs = 60_000): Promise<number> {
  const startedAt = performance.now();
  await until('every gateway to be ready', withinMs, world.isReady, 50);
  return Math.round(performance.now() - startedAt);
}
