import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { blockOf, portsOf, readComposeFile, serviceOf } from './compose-file.ts';

const text = readComposeFile();
const compose = ['docker-compose', '/usr/bin/docker-compose'].find((path) => spawnSync(path, ['version']).status === 0);

describe('docker-compose.yml', () => {
  test('publishes only nginx to the world, and the gateway not at all', () => {
    expect(portsOf(serviceOf(text, 'nginx'))).toEqual(['80:80', '127.0.0.1:3000:80']);
    expect(portsOf(serviceOf(text, 'postgres'))).toEqual(['127.0.0.1:5432:5432']);
    expect(portsOf(serviceOf(text, 'redis'))).toEqual(['127.0.0.1:6379:6379']);
    expect(portsOf(serviceOf(text, 'evolution-api-1'))).toEqual(['127.0.0.1:8081:8080']);
    expect(portsOf(serviceOf(text, 'evolution-api-2'))).toEqual(['127.0.0.1:8082:8080']);
    expect(portsOf(serviceOf(text, 'saas-api'))).toEqual([]);
  });

  test('leaves the gateway free to be scaled', () => {
    expect(serviceOf(text, 'saas-api')).not.toMatch(/^container_name:/m);
    expect(serviceOf(text, 'saas-api')).toMatch(/^ {2}- gateway_data:\/data$/m);
  });

  test('starts no provisioner unless its profile is asked for, and shows the socket of the engine to nobody else', () => {
    const provisioner = serviceOf(text, 'provisioner');
    expect(blockOf(provisioner, 'profiles')?.trim()).toBe('- provisioner');
    expect(provisioner).toContain('docker.sock');
    expect(text.match(/docker\.sock:/g)).toHaveLength(1);
    expect(portsOf(provisioner)).toEqual([]);
  });

  test('uses no word that docker-compose 1.29.2 refuses, and no default inside a default', () => {
    expect(text).not.toMatch(/^(name|version):/m);
    expect(text).not.toMatch(/^\s*(start_interval|restart: true|restart: false|required):?/m);
    expect(text).not.toMatch(/\$\{[^}]*\$\{/);
  });

  test('pins every image to a version', () => {
    const images = [...text.matchAll(/^\s*image: (.*)$/gm)].map(([, image = '']) => image);
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/:v?\d+(\.\d+)*(-alpine)?$/);
  });

  test('gives every Evolution server a database of its own, made with the volume', () => {
    const databases = ['evolution-api-1', 'evolution-api-2'].map(
      (name) => /^DB_NAME: (.*)$/m.exec(blockOf(serviceOf(text, name), 'environment') ?? '')?.[1],
    );
    expect(databases).toEqual(['evolution_api_1', 'evolution_api_2']);
    const script = readFileSync('deploy/postgres/evolution-databases.sql', 'utf8');
    for (const database of databases) expect(script).toContain(`CREATE DATABASE ${database};`);
  });

  test.skipIf(compose === undefined)(
    'is understood by docker-compose (skipped without it: apt-get install docker-compose)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'compose-'));
      try {
        cpSync('docker-compose.yml', join(folder, 'docker-compose.yml'));
        cpSync('.env.example', join(folder, '.env'));
        const { stdout, stderr, status } = spawnSync(compose ?? '', ['config'], { cwd: folder, encoding: 'utf8' });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        const redis = blockOf(blockOf(blockOf(stdout, 'services') ?? '', 'redis') ?? '', 'environment');
        expect(parseEnv((redis ?? '').replaceAll(': ', '='))).toEqual({
          DB_PASSWORD: 'YourSecurePasswordHere2024!',
          REDIS_PASSWORD: 'YourSecurePasswordHere2024!',
          REDISCLI_AUTH: 'YourSecurePasswordHere2024!',
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('Dockerfile', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');

  test('runs the gateway itself, not as root', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^CMD \["node", "src\/bin\/gateway\.ts"\]$/m);
    expect(existsSync('src/bin/gateway.ts')).toBe(true);
  });

  test('copies only what .dockerignore lets through, and never .env', () => {
    const allowed = [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.*)$/gm)].map(([, path = '']) => path);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect([...new Set(copied)].toSorted()).toEqual(allowed.toSorted());
    expect(allowed).not.toContain('.env');
  });
});
