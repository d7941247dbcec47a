import pg from 'pg';

export type Databases = {
  /** Makes the database and its role unless they are there, and answers the URL for the server. May run again. */
  ensure(name: string, password: string): Promise<string>;
  /** Removes both, with all that is in them; does nothing where they are not. */
  drop(name: string): Promise<void>;
};

const connectWithinMs = 5_000;
const statementWithinMs = 60_000;

/**
 * Databases for servers, each owned by a role of the same name that can connect to no other of ours.
 * @param deps.adminUrl names a role that may create databases and roles
 * @param deps.host where servers reach Postgres, `host` or `host:port`; that of the URL unless given
 */
export function createDatabases(deps: { adminUrl: string; host: string | undefined }): Databases {
  async function administer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: deps.adminUrl,
      application_name: 'evofleet provisioner',
      connectionTimeoutMillis: connectWithinMs,
      statement_timeout: statementWithinMs,
      query_timeout: statementWithinMs,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  return {
    ensure: (name, password) =>
      administer(async (client) => {
        const quoted = client.escapeIdentifier(name);
        const secret = client.escapeLiteral(password);
        const isThere = (table: 'pg_roles' | 'pg_database', column: string) =>
          client.query(`select from ${table} where ${column} = $1`, [name]).then(({ rowCount }) => rowCount === 1);
        const verb = (await isThere('pg_roles', 'rolname')) ? 'alter' : 'create';
        await client.query(`${verb} role ${quoted} login password ${secret}`);
        if (!(await isThere('pg_database', 'datname'))) {
          // Whoever is no superuser may give a database only to a role that it is a member of.
          await client.query(`grant ${quoted} to current_user`);
          await client.query(`create database ${quoted} owner ${quoted}`);
        }
        await client.query(`revoke connect on database ${quoted} from public`);
        return serverUrl(name, password);
      }),

    drop: (name) =>
      administer(async (client) => {
        const quoted = client.escapeIdentifier(name);
        await client.query(`drop database if exists ${quoted} with (force)`);
        await client.query(`drop role if exists ${quoted}`);
      }),
  };

  function serverUrl(name: string, password: string): string {
    const { host, search } = new URL(deps.adminUrl);
    const url = new URL(`postgresql://${deps.host ?? host}/${name}${search}`);
    url.username = name;
    url.password = password;
    return url.href;
  }
}
