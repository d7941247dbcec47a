import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { ConsoleFiles } from '../../src/http/console.ts';
import { startLanes } from '../../src/lanes.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { fastKnobs, type Knobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { createServices, type ServiceOverrides, type Services } from '../../src/services.ts';
import { openTestDatabase, type TestDatabase } from './harness.ts';

export type GatewayOptions = {
  /** 1 unless said. */
  sandboxes?: number;
  knobs?: Partial<Knobs>;
  env?: Record<string, string>;
  overrides?: ServiceOverrides;
  /** The console's files; none is served unless given. */
  console?: ConsoleFiles;
  /** Another gateway whose database and backends this one shares, as a second process would. */
  beside?: TestGateway;
};

export type TestUser = { id: number; email: string; apiKey: string; api: Api };
export type TestNumber = { id: number; token: string; instanceName: string };

/** One call as a user: JSON in, status and JSON out. */
export type Api = (
  method: InjectOptions['method'],
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;
export type Answer = {
  status: number;
  body: ReturnType<typeof JSON.parse>;
  headers: LightMyRequestResponse['headers'];
};

export type TestGateway = {
  app: FastifyInstance;
  url: string;
  services: Services;
  database: TestDatabase;
  sandboxes: Sandbox[];
  /** Every log line so far. */
  logs: string[];
  anonymous: Api;
  signUp(plan?: string): Promise<TestUser>;
  /** A connected number, its QR code scanned. */
  connectNumber(user: TestUser, body?: Record<string, unknown>): Promise<TestNumber>;
  close(): Promise<void>;
};

/** A whole gateway on a real port: its own database, sandboxes as backends, lanes running. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const { beside } = options;
  const database = beside?.database ?? (await openTestDatabase());
  const sandboxes = beside?.sandboxes ?? (await startSandboxes(options));
  const dataDir = await mkdtemp(join(tmpdir(), 'evofleet-gateway-'));
  const logs: string[] = [];
  const config = parseConfig({
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    METRICS_PORT: '0',
    ...options.env,
  });
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void logs.push(line) } });
  const services = createServices(
    {
      ...config,
      installationId: new URL(database.url).pathname.slice(1),
      databaseUrl: database.url,
      jwtSecret: 'a secret of tests that is long enough 1',
      encryptionKey: 'a secret of tests that is long enough 2',
      backends: sandboxes.map(({ url }) => ({ url, apiKey: 'global-key', isSandbox: true })),
    },
    logger,
    {
      users: { limits: { registrations: { points: 10_000, seconds: 60 } } },
      ...options.overrides,
      // Most tests break what a pass over the backends would find and mend.
      fleet: { reconcile: { lookEveryMs: 3_600_000 }, ...options.overrides?.fleet },
    } as ServiceOverrides,
  );
  await services.plans.mergeOverrides(config.planOverrides);
  await services.backends.join(services.config.backends);
  await services.backends.probeAll();
  const app = await buildApp(services, options.console === undefined ? {} : { console: options.console });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  services.setCallbackUrl(url);
  await services.phoneNumbers.desired.announceCallback();
  const lanes = startLanes(services);

  const apiWith =
    (own: Record<string, string>): Api =>
    async (method, path, body, headers = {}) => {
      const answer = await app.inject({
        method,
        url: path,
        headers: { ...own, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      } as InjectOptions);
      return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json(), headers: answer.headers };
    };
  const anonymous = apiWith({});

  return {
    app,
    url,
    services,
    database,
    sandboxes,
    logs,
    anonymous,
    async signUp(plan = 'enterprise') {
      const email = `user-${randomBytes(6).toString('hex')}@example.com`;
      const { status, body } = await anonymous('POST', '/api/auth/register', {
        email,
        password: 'correct horse battery 1',
        plan_type: plan,
      });
      if (status !== 201) throw new Error(`sign-up answered ${status}: ${JSON.stringify(body)}`);
      return { id: body.user.id, email, apiKey: body.user.api_key, api: apiWith({ 'x-api-key': body.user.api_key }) };
    },
    async connectNumber(user, body = { display_name: 'Test' }) {
      const created = await user.api('POST', '/api/phone-numbers/create', body);
      if (created.status !== 201) throw new Error(`create answered ${created.status}: ${JSON.stringify(created.body)}`);
      const { id, token, instance_name: instanceName } = created.body.phone_number;
      const row = await database.db
        .selectFrom('phone_numbers')
        .select(['backend_name', 'server_instance'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const sandbox = sandboxes.find((each) => each.url === row.server_instance);
      await sandbox?.control.scan(row.backend_name ?? '');
      await vi.waitFor(
        async () => {
          const { body: state } = await user.api('GET', `/api/phone-numbers/${id}/status`);
          if (state.status !== 'connected') throw new Error(`status is ${state.status}`);
        },
        { timeout: 15_000, interval: 10 },
      );
      return { id, token, instanceName };
    },
    async close() {
      await lanes[Symbol.asyncDispose]();
      await app.close();
      await services[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
      if (beside !== undefined) return;
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
      await database.close();
    },
  };
}

function startSandboxes(options: GatewayOptions): Promise<Sandbox[]> {
  const count = options.sandboxes ?? 1;
  const knobs = { ...fastKnobs, ...options.knobs };
  return Promise.all(Array.from({ length: count }, () => startSandbox({ apiKey: 'global-key', knobs })));
}
