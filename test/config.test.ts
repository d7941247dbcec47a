import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../src/config.ts';

const production = {
  NODE_ENV: 'production',
  DB_HOST: 'postgres',
  DB_PASSWORD: 'a password of our own',
  JWT_SECRET: 'x'.repeat(32),
  EVOLUTION_SERVERS: 'http://evolution-api-1:8080,http://evolution-api-2:8080',
  EVOLUTION_API_KEY: 'a key of our own',
  SIGNUP_PLANS: 'starter',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('without any setting', () => {
  test('everything is embedded, on loopback, with all plans offered', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      databaseUrl: undefined,
      redisUrl: undefined,
      evolutionServers: undefined,
      serverUrl: 'http://127.0.0.1:3000',
      backendCallbackUrl: 'http://127.0.0.1:3000',
      signupPlans: ['starter', 'business', 'enterprise'],
      healthCheckIntervalMs: 5_000,
      requestTimeoutMs: 10_000,
      dataDir: '.data',
      retentionDays: { logs: 30, messages: 30, inboundCalls: 30 },
      warnings: [],
    });
  });
});

describe('names and forms', () => {
  test('the parts of a database make its URL, special characters escaped', () => {
    const { databaseUrl, host } = parseConfig({ DB_HOST: 'db', DB_PASSWORD: 'p@ss/w:rd#?' });
    expect(databaseUrl).toBe('postgres://postgres:p%40ss%2Fw%3Ard%23%3F@db:5432/evolution');
    expect(host).toBe('0.0.0.0');
  });
  test('DATABASE_URL wins over the parts', () => {
    expect(parseConfig({ DATABASE_URL: 'postgres://a@b/c', DB_HOST: 'db' }).databaseUrl).toBe('postgres://a@b/c');
  });
  test('INSTANCES is another name of EVOLUTION_SERVERS', () => {
    expect(parseConfig({ INSTANCES: 'http://a:1/, http://b:2', EVOLUTION_API_KEY: 'k' }).evolutionServers).toEqual([
      { url: 'http://a:1', apiKey: undefined },
      { url: 'http://b:2', apiKey: undefined },
    ]);
  });
  test('a server may have a key of its own behind a bar, and then needs no EVOLUTION_API_KEY', () => {
    const EVOLUTION_SERVERS = 'http://a:1/|key=of|a , http://b:2|b';
    expect(parseConfig({ EVOLUTION_SERVERS }).evolutionServers).toEqual([
      { url: 'http://a:1', apiKey: 'key=of|a' },
      { url: 'http://b:2', apiKey: 'b' },
    ]);
    expect(problemsOf({ EVOLUTION_SERVERS: 'http://a:1|a,http://b:2' })).toEqual([
      'EVOLUTION_API_KEY: is required with EVOLUTION_SERVERS that have no key of their own',
    ]);
    const bad = problemsOf({ EVOLUTION_SERVERS: 'http://a:1|, b:2|a-secret', EVOLUTION_API_KEY: 'k' });
    expect(bad).toEqual([
      'EVOLUTION_SERVERS: the key after "http://a:1|" is empty, or not visible ASCII without spaces',
      'EVOLUTION_SERVERS: "b:2" is not an http(s) URL',
    ]);
  });
  test('origins are taken in the form in which browsers send them; what is none is refused', () => {
    const CORS_ORIGIN = 'https://App.example.com/, http://localhost:5173';
    expect(parseConfig({ CORS_ORIGIN }).corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173']);
    for (const bad of ['*', 'app.example.com', 'https://app.example.com/path', 'null']) {
      expect(problemsOf({ CORS_ORIGIN: bad })).toEqual([
        `CORS_ORIGIN: "${bad}" is not an origin such as https://app.example.com`,
      ]);
    }
  });
  test('SESSION_AUTH_PORT is none unless set, and another one than PORT', () => {
    expect(parseConfig({}).sessionAuthPort).toBeUndefined();
    expect(parseConfig({ SESSION_AUTH_PORT: '0', PORT: '0' }).sessionAuthPort).toBeUndefined();
    expect(parseConfig({ SESSION_AUTH_PORT: '3001' }).sessionAuthPort).toBe(3001);
    expect(() => parseConfig({ SESSION_AUTH_PORT: '3000' })).toThrow(
      'SESSION_AUTH_PORT: must be another one than PORT',
    );
  });

  test("npm's --port counts where PORT is unset", () => {
    expect(parseConfig({ npm_config_port: '3001' }).port).toBe(3001);
    expect(parseConfig({ npm_config_port: '3001', PORT: '3002' }).port).toBe(3002);
  });
  test('the URL shown for an address that means "all" is loopback', () => {
    expect(parseConfig({ HOST: '0.0.0.0', PORT: '80' }).serverUrl).toBe('http://127.0.0.1:80');
    expect(parseConfig({ HOST: '::1' }).serverUrl).toBe('http://[::1]:3000');
  });
  test('SIGNUP_PLANS=none closes sign-up, in production too; beside a plan it is a mistake', () => {
    expect(parseConfig({ SIGNUP_PLANS: 'none' }).signupPlans).toEqual([]);
    expect(parseConfig({ ...production, SIGNUP_PLANS: 'none' }).signupPlans).toEqual([]);
    for (const mixed of ['none,starter', 'none,none']) {
      expect(problemsOf({ SIGNUP_PLANS: mixed }).join()).toMatch(/^SIGNUP_PLANS: "none" is not one of /);
    }
  });
  test('an empty value counts as unset', () => {
    expect(parseConfig({ PORT: '', DB_HOST: '  ' })).toMatchObject({ port: 3000, databaseUrl: undefined });
  });
  test('private ranges that are opened are warned about', () => {
    expect(parseConfig({ EGRESS_ALLOW_CIDRS: '10.0.0.0/8,fd00::/8' }).warnings).toEqual([
      'EGRESS_ALLOW_CIDRS lets webhook and media URLs reach 10.0.0.0/8, fd00::/8',
    ]);
  });
});

describe('refusals', () => {
  test('all bad settings are named at once', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      ROLE: 'worker',
      REDIS_URL: 'http://redis',
      EVOLUTION_SERVERS: 'evolution:8080',
      SIGNUP_PLANS: 'gold',
      PLAN_OVERRIDES: '{"starter": {"max_phone_numbers": -1}, "gold": {}}',
      EGRESS_ALLOW_CIDRS: '10.0.0.0/99',
      ADMIN_EMAIL: 'a@b.example',
      MESSAGES_RETENTION_DAYS: '0',
    });
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'ROLE',
      'REDIS_URL',
      'EVOLUTION_SERVERS',
      'EVOLUTION_API_KEY',
      'SIGNUP_PLANS',
      'PLAN_OVERRIDES',
      'EGRESS_ALLOW_CIDRS',
      'ADMIN_PASSWORD',
      'MESSAGES_RETENTION_DAYS',
    ]) {
      expect(
        problems.some((problem) => problem.startsWith(`${name}: `)),
        name,
      ).toBe(true);
    }
  });

  test('a complete production environment is taken', () => {
    expect(problemsOf(production)).toEqual([]);
  });

  test.each([
    ['JWT_SECRET', undefined],
    ['JWT_SECRET', 'tiny'],
    ['JWT_SECRET', 'your-jwt-secret-key-here-2024-super-secure'],
    ['DB_PASSWORD', undefined],
    ['DB_PASSWORD', 'YourSecurePasswordHere2024!'],
    ['EVOLUTION_API_KEY', 'your-global-evolution-api-key-here-2024'],
    ['EVOLUTION_SERVERS', undefined],
    ['SIGNUP_PLANS', undefined],
    ['ENCRYPTION_KEY', 'tiny'],
    ['SERVER_URL', 'http://your-domain.com'],
  ])('production refuses %s = %s and names it', (name, value) => {
    const { [name]: _left, ...env } = production as Record<string, string>;
    const problems = problemsOf(value === undefined ? env : { ...env, [name]: value });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([name]);
    if (value !== undefined) expect(problems.join()).not.toContain(value);
  });

  test('production starts on sandboxes only when asked to', () => {
    const { EVOLUTION_SERVERS: _servers, ...env } = production;
    expect(problemsOf({ ...env, SANDBOX: '1' })).toEqual([]);
  });

  test.each(['[]', '"x"', '{', '{"starter": 5}', '{"starter": {"max_messages": 5}}', '{"starter": null}'])(
    'PLAN_OVERRIDES %s is refused',
    (text) => {
      expect(problemsOf({ PLAN_OVERRIDES: text }).join()).toMatch(/^PLAN_OVERRIDES: /);
    },
  );
});

describe('servers that are started', () => {
  const provisioner = { ROLE: 'provisioner', DATABASE_URL: 'postgres://db/evofleet' };

  test('are none unless said; ports, limits and addresses have defaults', () => {
    expect(parseConfig({}).provisioning).toMatchObject({
      driver: 'none',
      engine: { socketPath: '/var/run/docker.sock' },
      network: undefined,
      bindAddress: '127.0.0.1',
      ports: { from: 4_000, to: 4_999 },
      serverUrl: 'http://127.0.0.1:{port}',
      freeCapacityMin: 20,
      backendsMax: 5,
      capacity: 100,
      cpus: 1,
      memoryBytes: 2 ** 30,
      environment: {},
      keepDataMs: 86_400_000,
    });
  });

  test('are described by settings in the forms of the engine', () => {
    const { provisioning } = parseConfig({
      ...provisioner,
      PROVISIONER: 'docker',
      DOCKER_HOST: 'tcp://10.0.0.5:2376',
      PROVISION_CPUS: '0.5',
      PROVISION_MEMORY: '512m',
      PROVISION_PORTS: '5000-5009',
      PROVISION_SERVER_URL: 'http://10.0.0.5:{port}/',
      PROVISION_ENV: '{"LANGUAGE": "en"}',
      PROVISION_DATABASE_HOST: 'host.docker.internal:5432',
    });
    expect(provisioning).toMatchObject({
      engine: { host: '10.0.0.5', port: 2_376 },
      cpus: 0.5,
      memoryBytes: 512 * 2 ** 20,
      ports: { from: 5_000, to: 5_009 },
      serverUrl: 'http://10.0.0.5:{port}',
      environment: { LANGUAGE: 'en' },
    });
  });

  test.each([
    ['PROVISION_PORTS', '4999-4000'],
    ['PROVISION_PORTS', '4000'],
    ['PROVISION_CPUS', 'two'],
    ['PROVISION_CPUS', '0'],
    ['PROVISION_MEMORY', '1'],
    ['PROVISION_MEMORY', '1m'],
    ['PROVISION_SERVER_URL', 'http://127.0.0.1:8080'],
    ['PROVISION_SERVER_URL', '{name}'],
    ['PROVISION_BIND', 'localhost'],
    ['PROVISION_ENV', '["LANGUAGE"]'],
    ['PROVISION_ENV', '{"LANGUAGE": 1}'],
    ['PROVISION_DATABASE_HOST', 'postgres://db'],
    ['PROVISION_DATABASE_URL', 'mysql://db'],
    ['DOCKER_HOST', 'ssh://machine'],
  ])('refuse %s=%s', (name, value) => {
    const problems = problemsOf({ ...provisioner, PROVISIONER: 'docker', [name]: value });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([name]);
  });

  test('leave a DOCKER_HOST that is for other programs alone', () => {
    expect(problemsOf({ DOCKER_HOST: 'ssh://machine' })).toEqual([]);
  });

  test('need a process beside the others, on a database that is not embedded, and no secret but its key', () => {
    expect(problemsOf({ ROLE: 'provisioner' })).toEqual([
      expect.stringMatching(/^ROLE: "provisioner" needs DATABASE_URL/),
    ]);
    expect(problemsOf({ ...provisioner, NODE_ENV: 'production' })).toEqual([]);
    expect(problemsOf({ ...provisioner, NODE_ENV: 'production', ENCRYPTION_KEY: 'short' })).toEqual([
      'ENCRYPTION_KEY: is too short: 32 bytes at least',
    ]);
  });
});
