import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { environmentOf, readComposeFile, serviceOf } from './compose-file.ts';

const text = readFileSync('.env.example', 'utf8');
const example = parseEnv(text) as Record<string, string>;
const readByComposeAlone = ['COMPOSE_PROJECT_NAME', 'REDIS_PASSWORD', 'DOCKER_GID'];
const gatewayService = serviceOf(readComposeFile(), 'saas-api');

describe('.env.example', () => {
  test('names every setting of the program once, and no other', () => {
    const named = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual([...settingsRead(), ...readByComposeAlone].toSorted());
  });

  test('explains every setting in the lines above it', () => {
    const lines = text.split('\n');
    const unexplained = lines.filter((line, index) => {
      const isSetting = /^(?:# )?[A-Z][A-Z0-9_]*=/.test(line);
      return isSetting && !/^# [^-].*[.;]$/.test(lines[index - 1] ?? '');
    });
    expect(unexplained).toEqual([]);
  });

  test('copied as it is, lets a plain start run embedded, on sandboxes that reach it', () => {
    const config = parseConfig(example);
    expect(config.databaseUrl).toBeUndefined();
    expect(config.redisUrl).toBeUndefined();
    expect(config.evolutionServers).toBeUndefined();
    expect(config.host).toBe('127.0.0.1');
    expect(config.backendCallbackUrl).toBe(`http://127.0.0.1:${config.port}`);
  });

  test('copied as it is, is refused in production, each secret by its name', () => {
    const { problems } = refusalOf({ ...environmentOf(gatewayService, example), REDIS_URL: 'redis://redis:6379' });
    for (const name of ['DB_PASSWORD', 'EVOLUTION_API_KEY', 'JWT_SECRET']) {
      expect(problems).toContain(`${name}: still has its example value`);
    }
  });

  test('with its four first settings changed, starts in production under Compose', () => {
    const changed = {
      ...example,
      DB_PASSWORD: 'kx7GvPb2',
      EVOLUTION_API_KEY: 'q1W9sZr4',
      JWT_SECRET: 'n5Hc8LdT3mYf6RjVw2XaKe0QpBu7GsZi',
      SERVER_URL: 'https://api.example.com',
    };
    const config = parseConfig({ ...environmentOf(gatewayService, changed), REDIS_URL: 'redis://redis:6379' });
    expect(config).toMatchObject({
      production: true,
      host: '0.0.0.0',
      port: 3000,
      databaseUrl: 'postgres://postgres:kx7GvPb2@postgres:5432/evolution',
      evolutionServers: [{ url: 'http://evolution-api-1:8080' }, { url: 'http://evolution-api-2:8080' }],
      serverUrl: 'https://api.example.com',
      backendCallbackUrl: 'http://saas-api.internal:3000',
      signupPlans: ['starter'],
      trustProxy: 1,
      dataDir: '/data',
    });
  });

  test('with its database password changed, lets the provisioner start under Compose, without any other secret', () => {
    const environment = environmentOf(serviceOf(readComposeFile(), 'provisioner'), {
      ...example,
      DB_PASSWORD: 'kx7GvPb2',
    });
    const config = parseConfig({
      ...environment,
      PROVISION_DATABASE_URL: 'postgresql://postgres:kx7GvPb2@postgres/postgres',
    });
    expect(config).toMatchObject({
      role: 'provisioner',
      databaseUrl: 'postgres://postgres:kx7GvPb2@postgres:5432/evolution',
      provisioning: {
        driver: 'docker',
        engine: { socketPath: '/var/run/docker.sock' },
        network: 'whatsapp-saas-complete_default',
        serverUrl: 'http://{name}:8080',
      },
      warnings: [],
    });
    for (const secret of ['JWT_SECRET', 'EVOLUTION_API_KEY', 'ADMIN_PASSWORD'])
      expect(environment).not.toHaveProperty(secret);
  });
});

/** Every name that the program asks its environment for. */
function settingsRead(): string[] {
  const names = new Set<string>();
  for (const given of [{}, { NODE_ENV: 'production', DB_HOST: 'localhost' }]) {
    const environment = new Proxy<Record<string, string | undefined>>(given, {
      get(target, name) {
        if (typeof name === 'string') names.add(name);
        return Reflect.get(target, name);
      },
    });
    try {
      parseConfig(environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  // npm's own way to say --port is no setting to write down.
  return [...names].filter((name) => name !== 'npm_config_port');
}

function refusalOf(environment: Record<string, string>): ConfigError {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}
