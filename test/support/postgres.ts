import { randomBytes } from 'node:crypto';
import { appendFile, chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresBinaries } from '../../src/bin/embedded-binaries.ts';
import { ensureCluster } from '../../src/bin/embedded-cluster.ts';
import { clusterOwner } from '../../src/bin/embedded-owner.ts';
import { startServer } from '../../src/bin/embedded-server.ts';
import { freePort } from './free-port.ts';
import { quickFolder } from './quick-folder.ts';

/**
 * One embedded Postgres for a whole test run, on a free loopback port and without fsync. The URL names the superuser's
 * own database; take a database per test file with `cloneDatabase`.
 */
export async function startTestPostgres(): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await quickFolder('test-postgres');
  await chmod(folder, 0o711);
  const cluster = join(folder, '18');
  const owner = await clusterOwner(cluster);
  const binaries = await postgresBinaries({ owner, dataDir: folder });
  await ensureCluster({ binaries, owner, cluster, durable: false });
  await appendFile(join(cluster, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const port = await freePort();
  const server = await startServer({
    binaries,
    owner,
    cluster,
    settings: {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      max_connections: '500',
      shared_buffers: '128MB',
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
      max_wal_size: '1GB',
      jit: 'off',
      timezone: 'UTC',
      log_min_messages: 'log',
    },
    log() {},
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A database of its own, made from `template` (about 0.02 s in memory). Nobody may be connected to the template meanwhile.
 * `drop` also ends the connections that are still open.
 */
export async function cloneDatabase(
  adminUrl: string,
  template = 'template0',
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `CREATE DATABASE ${name} TEMPLATE "${template}" STRATEGY FILE_COPY`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
