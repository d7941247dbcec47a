import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';

export type Leases = {
  /** Takes the lease for `ttlMs`; null while anybody holds it, this process included. */
  acquire(name: string, ttlMs: number): Promise<{ epoch: number } | null>;
  /** Holds it for `ttlMs` from now on; false when it ended or was taken meanwhile: what hung on it must stop. */
  renew(name: string, epoch: number, ttlMs: number): Promise<boolean>;
  /** Lets others have it at once; does nothing when it is no longer held. */
  release(name: string, epoch: number): Promise<void>;
};

/**
 * Exclusive rights for a time, kept as rows of the table `leases` and reckoned by the database's clock. Each
 * acquisition has an epoch above all former ones of that name; rows stay after the release to remember it.
 */
export function createLeases<DB>(deps: { db: Kysely<DB>; holder: string }): Leases {
  const { db, holder } = deps;
  return {
    async acquire(name, ttlMs) {
      const { rows } = await sql<{ epoch: number }>`
        insert into leases as held (name, holder, epoch, until)
        values (${name}, ${holder}, 1, ${fromNow(ttlMs)})
        on conflict (name) do update
          set holder = excluded.holder, epoch = held.epoch + 1, until = excluded.until,
              connection_pid = null, connection_started_at = null
          where held.until <= app_now()
        returning epoch`.execute(db);
      const [row] = rows;
      return row === undefined ? null : { epoch: Number(row.epoch) };
    },

    async renew(name, epoch, ttlMs) {
      const { rows } = await sql`
        update leases set until = ${fromNow(ttlMs)}
        where name = ${name} and epoch = ${epoch} and until > app_now()
        returning epoch`.execute(db);
      return rows.length === 1;
    },

    async release(name, epoch) {
      await sql`
        update leases set until = app_now()
        where name = ${name} and epoch = ${epoch} and until > app_now()`.execute(db);
    },
  };
}

/**
 * A condition for the WHERE of a leased write: true only while the lease of that epoch lasts. It also keeps the lease
 * from changing hands until the write's transaction ends.
 */
export function stillHeld(name: string, epoch: number): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (
    select from leases where name = ${name} and epoch = ${epoch} and until > app_now() for share)`;
}

function fromNow(ms: number): RawBuilder<Date> {
  return sql<Date>`app_now() + make_interval(secs => ${ms}::float8 / 1000)`;
}
