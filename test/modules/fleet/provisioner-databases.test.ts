import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabases } from '../../../src/modules/fleet/provisioner/index.ts';
import { startTestPostgres } from '../../support/postgres.ts';

// A Postgres of its own: roles belong to a whole server, and who may create them is to be tried.
let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let adminUrl: string;
beforeAll(async () => {
  postgres = await startTestPostgres();
  await withClient(postgres.url, (client) => client.query('create role maker login createdb createrole'));
  const url = new URL(postgres.url);
  url.username = 'maker';
  adminUrl = url.href;
}, 30_000);
afterAll(() => postgres.close());

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

const nameOfOne = () => `ef_test_b${randomBytes(4).toString('hex')}`;

test('a server gets a database of its own, by a role that is no superuser, and may do anything in it', async () => {
  const databases = createDatabases({ adminUrl, host: undefined });
  const name = nameOfOne();
  const url = await databases.ensure(name, "a 'password' %");
  expect(await databases.ensure(name, "a 'password' %")).toBe(url);
  const { rows } = await withClient(url, async (client) => {
    await client.query('create table "Instance" (id text primary key)');
    return client.query('select current_user as "user", current_database() as database');
  });
  expect(rows).toEqual([{ user: name, database: name }]);
  await databases.drop(name);
  await databases.drop(name);
  await withClient(postgres.url, async (client) => {
    const found = await client.query(
      'select from pg_database where datname = $1 union all select from pg_roles where rolname = $1',
      [name],
    );
    expect(found.rowCount).toBe(0);
  });
});

test("a server cannot connect to another server's database", async () => {
  const databases = createDatabases({ adminUrl, host: undefined });
  const [one, other] = [nameOfOne(), nameOfOne()];
  const url = new URL(await databases.ensure(one, 'password'));
  await databases.ensure(other, 'password');
  url.pathname = `/${other}`;
  await expect(withClient(url.href, (client) => client.query('select 1'))).rejects.toThrow(/permission denied/);
  await Promise.all([databases.drop(one), databases.drop(other)]);
});

test('what a broken-off start left is gone on with', async () => {
  const databases = createDatabases({ adminUrl, host: undefined });
  const name = nameOfOne();
  await withClient(adminUrl, (client) => client.query(`create role ${name} login password 'an earlier one'`));
  const url = await databases.ensure(name, 'password');
  await withClient(url, (client) => client.query('select 1'));
  await databases.drop(name);
});

test('servers may reach it at another address than we do', async () => {
  const databases = createDatabases({ adminUrl, host: 'postgres:5432' });
  const name = nameOfOne();
  expect(await databases.ensure(name, 'p/w')).toBe(`postgresql://${name}:p%2Fw@postgres:5432/${name}`);
  await databases.drop(name);
});
