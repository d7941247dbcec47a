import type { Client } from 'pg';

export type Holding = { name: string; holder: string; epoch: string };

/**
 * Takes the lease where it is free: never held, ended, or held over a connection that Postgres no longer has. Null
 * while somebody holds it.
 */
export async function claimRow(
  client: Client,
  claim: { name: string; holder: string; ttlMs: number },
): Promise<Holding | null> {
  // Of another role's connection Postgres does not tell the start: then the process id alone has to do.
  const { rows } = await client.query<{ epoch: string }>(
    `insert into leases as held (name, holder, epoch, until, connection_pid, connection_started_at)
     select $1, $2, 1, app_now() + make_interval(secs => $3::float8 / 1000), pid, backend_start
     from pg_stat_activity where pid = pg_backend_pid()
     on conflict (name) do update
       set holder = excluded.holder, epoch = held.epoch + 1, until = excluded.until,
           connection_pid = excluded.connection_pid, connection_started_at = excluded.connection_started_at
       where held.until <= app_now() or (held.connection_pid is not null and not exists (
         select from pg_stat_activity as connection
         where connection.pid = held.connection_pid
           and coalesce(connection.backend_start = held.connection_started_at, true)))
     returning epoch::text`,
    [claim.name, claim.holder, claim.ttlMs],
  );
  const [row] = rows;
  return row === undefined ? null : { name: claim.name, holder: claim.holder, epoch: row.epoch };
}

/** Holds it further, now over this connection; false when it has been taken. */
export async function renewRow(client: Client, holding: Holding, ttlMs: number): Promise<boolean> {
  // An ended lease that nobody took is still ours: nobody else ran.
  const { rowCount } = await client.query(
    `update leases
     set until = app_now() + make_interval(secs => $4::float8 / 1000), connection_pid = own.pid,
         connection_started_at = own.backend_start
     from pg_stat_activity as own
     where own.pid = pg_backend_pid() and name = $1 and holder = $2 and epoch = $3`,
    [holding.name, holding.holder, holding.epoch, ttlMs],
  );
  return rowCount === 1;
}

export async function releaseRow(client: Client, holding: Holding): Promise<void> {
  await client.query(
    `update leases set until = app_now(), connection_pid = null, connection_started_at = null
     where name = $1 and holder = $2 and epoch = $3`,
    [holding.name, holding.holder, holding.epoch],
  );
}

export async function readHolder(
  client: Client,
  name: string,
): Promise<{ holder: string; since: Date | null } | undefined> {
  const { rows } = await client.query<{ holder: string; since: Date | null }>(
    'select holder, connection_started_at as since from leases where name = $1',
    [name],
  );
  return rows[0];
}
