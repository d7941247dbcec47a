import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../src/bin/embedded-postgres.ts';
import {
  canBecomeOtherUser,
  noProcessIn,
  otherUser,
  processesIn,
  startChild,
  temporaryFolder,
} from './embedded-support.ts';

async function start(dataDir: string, log: (line: string) => void = () => {}) {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const client = new Client({ connectionString: postgres.url });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= client.end().then(postgres.close);
    return closing;
  };
  onTestFinished(close);
  await client.connect();
  return { ...postgres, client, close };
}

test('a first start makes a durable Postgres 18 with a private socket and no port', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  const { client, url, close } = await start(dataDir);
  const settings = await client.query(
    `SELECT name, setting FROM pg_settings WHERE name IN
       ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'data_checksums') ORDER BY name`,
  );
  expect(Object.fromEntries(settings.rows.map((row) => [row.name, row.setting]))).toEqual({
    data_checksums: 'on',
    fsync: 'on',
    full_page_writes: 'on',
    listen_addresses: '',
    synchronous_commit: 'on',
  });
  const facts = await client.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, current_database() AS name,
       upper('é') AS upper, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()`,
  );
  expect(facts.rows).toEqual([{ major: 18, name: 'evolution', upper: 'É', encoding: 'UTF8' }]);
  const socketFolder = new URL(url).searchParams.get('host') ?? '';
  expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  await close();
  noProcessIn(dataDir);
});

test('a later start finds the rows, also past a postmaster.pid whose process id now belongs to another program', async () => {
  const dataDir = temporaryFolder();
  const first = await start(dataDir);
  await first.client.query('CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();
  const lockFile = join(dataDir, 'postgres', '18', 'postmaster.pid');
  writeFileSync(lockFile, `${process.pid}\n/proc/self/cwd\n1700000000\n5432\n\n\n  1234 5678\n`);
  const second = await start(dataDir);
  expect((await second.client.query('SELECT * FROM kept')).rows).toEqual([{ answer: 42 }]);
});

test('a DATA_DIR too deep for a socket gets its socket under /tmp, which goes with it', async () => {
  const dataDir = join(temporaryFolder(), 'deep'.repeat(30));
  const { url, close } = await start(dataDir);
  const folder = new URL(url).searchParams.get('host') ?? '';
  expect(folder).toMatch(/^\/tmp\/evofleet-/);
  await close();
  expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
});

test('a creation that was cut short is begun anew', async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, 'postgres', '18.new-abc', 'base'), { recursive: true });
  await expect(start(dataDir)).resolves.toBeDefined();
  expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.includes('new'))).toEqual([]);
});

test.skipIf(!canBecomeOtherUser)('an ordinary user starts it as themselves', async () => {
  const dataDir = join(temporaryFolder(0o777), 'data');
  const child = startChild('serve', dataDir, otherUser);
  await child.said('serving');
  expect(statSync(join(dataDir, 'postgres', '18')).uid).toBe(otherUser.uid);
  child.process.stdin?.end();
  await child.said('closed');
  noProcessIn(dataDir);
});

test('kill -9 leaves no Postgres behind, and the next start has every acknowledged row', {
  timeout: 60_000,
}, async () => {
  const dataDir = temporaryFolder();
  let acknowledged = 0;
  for (const rows of [7, 150, 60]) {
    const child = startChild('write', dataDir);
    expect(Number(await child.said('kept'))).toBeGreaterThanOrEqual(acknowledged);
    await vi.waitFor(() => expect(child.lines.filter((line) => line.startsWith('ack')).length).toBeGreaterThan(rows), {
      timeout: 30_000,
      interval: 2,
    });
    child.process.kill('SIGKILL');
    await child.gone;
    acknowledged += child.lines.filter((line) => line.startsWith('ack')).length;
    await vi.waitFor(() => noProcessIn(dataDir), { timeout: 15_000 });
  }
  const { client } = await start(dataDir);
  expect(Number((await client.query('SELECT count(*) FROM written')).rows[0].count)).toBeGreaterThanOrEqual(
    acknowledged,
  );
});

test('a start right after kill -9 waits for the Postgres that is still shutting down', async () => {
  const dataDir = temporaryFolder();
  const first = startChild('write', dataDir);
  await first.said('acknowledged');
  first.process.kill('SIGKILL');
  const second = startChild('serve', dataDir);
  expect(Number(await second.said('kept'))).toBeGreaterThanOrEqual(1);
});

test('a start after everything was killed at once recovers every acknowledged row', async () => {
  const dataDir = temporaryFolder();
  const first = startChild('write', dataDir);
  await first.said('acknowledged 20');
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', '18', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(postmaster, 'SIGKILL');
  first.process.kill('SIGKILL');
  const second = startChild('serve', dataDir);
  expect(Number(await second.said('kept'))).toBeGreaterThanOrEqual(20);
  expect(second.lines.join('\n')).toContain('automatic recovery in progress');
});

test('Ctrl-C in the terminal reaches Postgres only through the orderly shutdown', async () => {
  const dataDir = temporaryFolder();
  const first = startChild('serve', dataDir);
  await first.said('serving');
  expect(processesIn(dataDir).length).toBeGreaterThan(0);
  process.kill(-(first.process.pid ?? 0), 'SIGINT');
  await first.said('closed');
  expect(first.lines.join('\n')).toContain('database system is shut down');
  noProcessIn(dataDir);
});

test('one that is killed is started again, with its rows and under the same URL, and still ends with close', async () => {
  const dataDir = temporaryFolder();
  const ends: unknown[] = [];
  const postgres = await startEmbeddedPostgres({ dataDir, log() {}, onEnded: (why) => ends.push(why) });
  onTestFinished(postgres.close);
  const ask = async (text: string) => {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => {});
    await client.connect();
    return client.query(text).finally(() => client.end());
  };
  await ask('CREATE TABLE kept AS SELECT 42 AS answer');
  const pid = Number(readFileSync(join(dataDir, 'postgres', '18', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect((await ask('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }]), {
    timeout: 15_000,
    interval: 50,
  });
  expect(ends).toHaveLength(1);
  await postgres.close();
  noProcessIn(dataDir);
  expect(ends).toHaveLength(1);
});
