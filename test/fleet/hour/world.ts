import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '../../../src/bin/migrate-database.ts';
import { createTurns } from '../../../src/platform/turns.ts';
import { createLook, type Look } from '../../faults/support/database.ts';
import { createDebianCluster } from '../../faults/support/debian-cluster.ts';
import { freePort } from '../../faults/support/free-port.ts';
import { createProgram, type Program } from '../../faults/support/program.ts';
import { until } from '../../faults/support/wait.ts';
import { startTestRedis } from '../../support/redis.ts';
import { createPlaces, type Places } from './places.ts';
import { createSandbox, type Sandbox, sandboxKey } from './sandbox.ts';

export type Answer = { status: number; body: ReturnType<typeof JSON.parse> };
export type HourNumber = { id: number; token: string; apiKey: string };

/** An installation of real programs, with five servers, or as many as were wished for. */
export type World = {
  gateways: Program[];
  /** Those that users reach. */
  apiUrls: string[];
  sandboxes: Sandbox[];
  /** Starts one more, which no gateway knows. */
  addSandbox(): Promise<Sandbox>;
  numbers: HourNumber[];
  createNumbers(count: number): Promise<HourNumber[]>;
  operator(method: string, path: string, body?: unknown): Promise<Answer>;
  asUser(number: HourNumber, method: string, path: string, body?: unknown): Promise<Answer>;
  look: Look;
  places: Places;
  /** Where a number lives now, by what the database says. */
  sandboxOf(number: HourNumber): Promise<{ sandbox: Sandbox; name: string }>;
  backendIdOf(sandbox: Sandbox): Promise<number>;
  close(): Promise<void>;
};

export type WorldOptions = {
  sandboxes: number;
  users: number;
  numbers: number;
  /** An empty database on a server that is there; Debian's Postgres is started without it. */
  databaseUrl?: string;
  /** Without it: two `api` and a `worker` where a Redis can be started. */
  oneProcess?: boolean;
  /** Options of the fleet that differ from service. */
  fleet: object;
  healthCheckMs: number;
  log(line: string): void;
};

const operatorLogin = { email: 'operator@example.com', password: 'correct horse battery 1' };

export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'evofleet-hour-'));
  await chmod(folder, 0o711);
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
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
    const [databaseUrl, redis] = await Promise.all([
      options.databaseUrl ?? startPostgres(),
      options.oneProcess ? null : startTestRedis(),
    ]);
    if (redis !== null) closers.push(() => redis.stop());
    const sandboxes: Sandbox[] = [];
    const addSandbox = async () => {
      const nth = sandboxes.length + 1;
      const sandbox = await createSandbox({ name: `server-${nth}`, folder, canLie: nth === options.sandboxes });
      sandboxes.push(sandbox);
      closers.push(() => sandbox.close());
      await sandbox.start();
      return sandbox;
    };
    for (let n = 0; n < options.sandboxes; n++) await addSandbox();
    const gateways: Program[] = [];
    const roles = redis === null ? ['all'] : ['api', 'api', 'worker'];
    const env: Record<string, string> = {
      DATABASE_URL: databaseUrl,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      METRICS_PORT: '0',
      EVOLUTION_SERVERS: sandboxes.map(({ url }) => url).join(','),
      EVOLUTION_API_KEY: sandboxKey,
      ADMIN_EMAIL: operatorLogin.email,
      ADMIN_PASSWORD: operatorLogin.password,
      HEALTH_CHECK_INTERVAL: String(options.healthCheckMs),
      LOG_LEVEL: 'info',
      HOUR_FLEET: JSON.stringify(options.fleet),
    };
    for (const [n, role] of roles.entries()) {
      const gateway = await createGateway(`${role}-${n + 1}`, role, folder, env);
      env.BACKEND_CALLBACK_URL ??= gateway.url;
      gateways.push(gateway);
      closers.push(() => gateway.kill());
    }
    await Promise.all(gateways.map((gateway) => gateway.start(callbackOf(env))));
    const apiUrls = gateways.filter((_gateway, n) => roles[n] !== 'worker').map(({ url }) => url);
    const connection = createLook(async () => databaseUrl);
    closers.push(() => connection.end());
    const oneByOne = createTurns(1);
    const look: Look = (text, values) => oneByOne(() => connection(text, values));
    const places = createPlaces(look);
    closers.push(() => places.stop());
    let turn = 0;
    const call = async (method: string, path: string, key: string | undefined, body?: unknown): Promise<Answer> => {
      const answer = await fetch(`${apiUrls[turn++ % apiUrls.length]}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : key.includes('.') ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }),
        },
        signal: AbortSignal.timeout(40_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
    };
    const keys: string[] = [];
    for (let n = 0; n < options.users; n++) {
      const email = `user-${n}@example.com`;
      const signedUp = await call('POST', '/api/auth/register', undefined, {
        email,
        password: operatorLogin.password,
        plan_type: 'enterprise',
      });
      if (signedUp.status !== 201) throw new Error(`sign-up: ${JSON.stringify(signedUp)}`);
      keys.push(signedUp.body.user.api_key);
    }
    const login = await call('POST', '/api/auth/login', undefined, operatorLogin);
    const operatorKey: string = login.body.access_token;
    const numbers: HourNumber[] = [];
    let made = 0;

    async function createNumber(): Promise<HourNumber> {
      const apiKey = keys[made++ % keys.length] ?? '';
      const { status, body } = await call('POST', '/api/phone-numbers/create', apiKey, { display_name: `n ${made}` });
      if (status !== 201) throw new Error(`create answered ${status}: ${JSON.stringify(body)}`);
      return { id: body.phone_number.id, token: body.phone_number.token, apiKey };
    }
    async function createNumbers(count: number): Promise<HourNumber[]> {
      const created: HourNumber[] = [];
      let left = count;
      const work = async () => {
        while (left-- > 0) created.push(await createNumber());
      };
      await Promise.all([work(), work(), work(), work()]);
      const ids = created.map(({ id }) => id);
      await until(`${count} numbers to connect`, 60_000, async () => {
        const [row] = await look<{ n: number }>(
          `select count(*)::int as n from phone_numbers where id = any($1) and status = 'connected'`,
          [ids],
        );
        return row?.n === count;
      });
      numbers.push(...created);
      return created;
    }
    await createNumbers(options.numbers);
    options.log(`${options.numbers} numbers on ${sandboxes.length} servers, ${gateways.length} processes`);
    places.start();
    return {
      gateways,
      apiUrls,
      sandboxes,
      addSandbox,
      numbers,
      createNumbers,
      operator: (method, path, body) => call(method, path, operatorKey, body),
      asUser: (number, method, path, body) => call(method, path, number.apiKey, body),
      look,
      places,
      async sandboxOf({ id }) {
        const [row] = await look<{ url: string; name: string }>(
          `select b.url, n.backend_name as name from phone_numbers n join backends b on b.id = n.backend_id where n.id = $1`,
          [id],
        );
        const sandbox = sandboxes.find(({ url }) => url === row?.url);
        if (row === undefined || sandbox === undefined) throw new Error(`number ${id} lives nowhere`);
        return { sandbox, name: row.name };
      },
      async backendIdOf({ url }) {
        const [row] = await look<{ id: string }>('select id from backends where url = $1', [url]);
        return Number(row?.id);
      },
      close,
    };
  }

  async function startPostgres(): Promise<string> {
    const cluster = await createDebianCluster();
    if (cluster === undefined) throw new Error('needs postgresql (apt-get install postgresql)');
    closers.push(() => cluster.close());
    await cluster.start();
    const url = `postgres://postgres@127.0.0.1:${cluster.port}/postgres`;
    await migrateDatabase(url);
    return url;
  }
}

const callbackOf = ({ BACKEND_CALLBACK_URL: url = '' }: Record<string, string>) => ({ BACKEND_CALLBACK_URL: url });

async function createGateway(
  name: string,
  role: string,
  folder: string,
  env: Record<string, string>,
): Promise<Program> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return createProgram({
    name,
    url,
    script: 'test/fleet/hour/gateway.ts',
    folder,
    env: { ...env, PORT: String(port), ROLE: role },
    isUp: async () => (await fetch(`${url}/health`)).ok,
  });
}
